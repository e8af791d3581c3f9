"""A clock of one partition, with partners and persons of its own, and time that stands still until it is moved."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from schakel_contracts.codes import Role
from schakel_services.clock.testing.stage import Stage
from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
async def stage(kafka: str) -> AsyncIterator[Stage]:
    """A care provider, a job coach, a day activity, a benefit desk and the person's own portal."""
    roles = {"ggz": Role.GGZ, "coach": Role.JOB, "day": Role.DAY, "desk": Role.INC, "portal": Role.CIT, "key": Role.KEY}
    async with Ground(kafka, f"c{uuid4().hex[:10]}") as ground:
        stage = Stage(ground, roles)
        await stage.open()
        yield stage
