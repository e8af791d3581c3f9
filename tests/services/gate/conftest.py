"""A gate of one partition, with partners and persons of its own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from schakel_services.gate.testing.stage import Stage
from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
async def stage(kafka: str) -> AsyncIterator[Stage]:
    """A chain without partners yet; its names are used by no other test."""
    async with Ground(kafka, f"g{uuid4().hex[:10]}") as ground:
        yield Stage(ground)
