"""What the clock found to be late: its sender hears, and nobody else; a repeat is dropped."""

import json

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Reason, Remedy, Role
from schakel_contracts.codes import Stage as Where
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import POSITION
from schakel_contracts.identifiers import deterministic_id
from schakel_services.gate.testing.stage import Stage


def too_late(recipient: str) -> DeliveryNotCompleted:
    """Return what the clock says of a coach that was not told in time."""
    return DeliveryNotCompleted(
        event_id=deterministic_id("late", recipient),
        event_type=CarePlanStatusChanged.type,
        recipient=recipient,
        recipient_role=Role.JOB,
        stage=Where.DELIVERY,
        reason=Reason.TOO_LATE,
        remedy=Remedy.CONTACT_RECIPIENT,
    )


async def test_the_sender_alone_hears_that_it_was_late(stage: Stage) -> None:
    """The clock says it in the sender's name; others that are involved with the person hear nothing (F46)."""
    ggz, coach, key = stage.partner(Role.GGZ), stage.partner(Role.JOB), stage.partner(Role.KEY)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach, key)
    said = {"type": DeliveryNotCompleted.type, "body": too_late(coach).model_dump_json().encode()}
    clock = f"{stage.ground.name}/1"
    async with stage.gate():
        event = await stage.send(person, ggz, **said, headers={POSITION: f"{clock}/7/0".encode()})
        (decision,) = await stage.decisions(event)
        again = await stage.send(person, ggz, **said, headers={POSITION: f"{clock}/7/0".encode()})
        after = await stage.send(person, ggz, **said, headers={POSITION: f"{clock}/8/0".encode()})
        await stage.decisions(after)
    told = await stage.told(ggz)
    assert [json.loads(one.value)["reason"] for one in told] == ["too_late"] * 2
    assert [verdict.recipient for verdict in decision.verdicts] == [ggz]
    assert await stage.told(coach) == await stage.told(key) == []
    assert again not in {str(decision.event_id) for decision in await stage.decisions(after)}
