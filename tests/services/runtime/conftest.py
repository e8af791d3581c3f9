"""A piece of the broker for each test."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
async def ground(kafka: str) -> AsyncIterator[Ground]:
    """Topics under names that are used by no other test."""
    async with Ground(kafka, f"r{uuid4().hex[:10]}") as ground:
        yield ground
