"""More at once than one turn takes: all of it is published once, each way in keeps its order, and each is answered."""

import asyncio
import json

import pytest

from schakel_contracts.envelope import POSITION
from schakel_services.intake import room
from schakel_services.intake.testing.stage import Stage, plan, somebody
from schakel_services.runtime import topics

STATUSES = ("active", "on-hold", "completed")


async def test_what_one_turn_does_not_take_comes_in_the_next(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a topic and over HTTP at the same time; a stop in between leaves nothing out and doubles nothing."""
    monkeypatch.setattr(room, "ROWS_MAX", 9)
    persons = [somebody() for _ in range(40)]
    changes = [(bsn, status) for status in STATUSES for bsn in persons]
    await stage.put(*(json.dumps(plan(bsn, status=status)).encode() for bsn, status in changes))
    async with stage.intake() as running:
        answers = [stage.post(running, plan(somebody(), id="other", status="active")) for _ in range(20)]
        assert {answer.status_code for answer in await asyncio.gather(*answers)} == {202}
    async with stage.intake():
        events = await stage.plans(20 + len(changes))
    assert len(events) == 20 + len(changes)
    raw = topics.raw(stage.partner, "fhir_care_plan")
    found = [dict(event.headers)[POSITION].decode() for event in events]
    offsets = [position.split("/")[2] for position in found if position.startswith(raw)]
    assert len(offsets) == len(set(offsets)) == len(changes)
    for bsn in persons:
        mine = [event for event in events if event.key.decode() == stage.pseudonym(bsn)]
        assert [json.loads(event.value)["status"] for event in mine] == ["active", "paused", "ended"]
