"""A partner of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from schakel_services.intake.testing.stage import Stage
from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
async def stage(kafka: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A partner with keys and topics; a frozen process is in doubt after a second."""
    async with Ground(kafka, f"i{uuid4().hex[:10]}", session_timeout_ms=1_000) as ground:
        stage = Stage(ground, tmp_path)
        await stage.open()
        yield stage
