"""A chain of a test's own, and a partner's system that listens."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from schakel_services.deliver.testing.stage import Stage
from schakel_services.deliver.testing.target import Target


@pytest.fixture
async def target() -> AsyncIterator[Target]:
    """A real HTTP server that answers 200 unless a test says otherwise."""
    target = Target()
    await target.start()
    yield target
    await target.stop()


@pytest.fixture
async def stage(kafka: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A chain without partners yet; its names are used by no other test."""
    stage = Stage(kafka, tmp_path, f"d{uuid4().hex[:10]}")
    yield stage
    await stage.close()
