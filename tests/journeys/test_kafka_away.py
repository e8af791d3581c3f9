"""Kafka goes away and comes back: a partner is told so in time, nothing is half accepted, and all goes on by itself."""

from collections.abc import Callable

import pytest

from schakel_services.demo.cast import CARE_PLAN
from schakel_services.demo.persons import Dossier
from schakel_services.demo.records.care_plan import WEEKLY, Plan, file_with_plan
from schakel_services.demo.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWERED_IN_S = 35.0


async def test_without_kafka_nothing_is_accepted_and_afterwards_the_record_is_new(
    stage: Stage, somebody: Callable[[], Dossier]
) -> None:
    """503 within the limit; once Kafka is back the same record is published, for the first time."""
    ggz = stage.system(stage.cast.ggz)
    record = file_with_plan(Plan(somebody(), stage.cast.ggz.id, stage.now(), WEEKLY))
    await stage.hub.kill_broker()
    began = stage.now()
    away = await ggz.post(CARE_PLAN, record)
    waited_s = (away.at - began).total_seconds()
    await stage.hub.start_broker()
    await stage.hub.ready(120)
    back = await ggz.post(CARE_PLAN, record)
    again = await ggz.post(CARE_PLAN, record)
    assert (away.status, away.events) == (503, ())
    assert waited_s < ANSWERED_IN_S
    assert (back.status, len(back.events)) == (202, 3)
    assert (again.status, again.events) == (202, ())
    for event in back.events:
        await stage.witness.settled(event)
