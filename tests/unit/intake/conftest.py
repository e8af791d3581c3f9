"""An inbox to look at, and who takes what lies in it."""

from pathlib import Path

import pytest
from tests.unit.intake.inbox import Reception, folder_of_plans, reception


@pytest.fixture
def counter() -> Reception:
    """A partner with two connectors."""
    return reception()


@pytest.fixture
def plans(tmp_path: Path, counter: Reception) -> Path:
    """The folder of one connector, with what stands beside it."""
    return folder_of_plans(tmp_path, counter)
