"""A piece of the broker for each test."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from schakel_services.runtime import pipe
from schakel_services.runtime.pipe import Pipe
from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
async def ground(kafka: str) -> AsyncIterator[Ground]:
    """Topics under names that are used by no other test."""
    async with Ground(kafka, f"r{uuid4().hex[:10]}") as ground:
        yield ground


@pytest.fixture(params=[False, True], ids=["waits", "works-ahead"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """All of this holds when the next turn is worked at while one is committed, too."""
    defaults: Any = Pipe.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "ahead", request.param)
    if request.param:
        monkeypatch.setattr(pipe, "FEW", 1)
    return bool(request.param)
