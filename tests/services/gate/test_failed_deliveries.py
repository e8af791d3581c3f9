"""A delivery that was given up: its sender hears, if it may know of that recipient at all."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome, Role
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import POSITION, read_envelope
from schakel_services.gate.testing.stage import Stage, sequences
from schakel_services.runtime.health import Progress
from schakel_services.runtime.testing.ground import until

BENEFIT = {"type": BenefitStatusChanged.type, "body": b'{"benefit_kind":"ww","status":"granted"}'}


async def test_the_sender_hears_of_it(stage: Stage) -> None:
    """Which event, which recipient, why, and what would help; with a number, and a decision of its own."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    async with stage.gate():
        event = await stage.send(person, ggz)
        await stage.decisions(event)
        await stage.receipt(await stage.position(event), person, coach, reason=Reason.TARGET_REFUSED)
        later = await stage.send(person, ggz)
        await stage.decisions(later)
    (heard,) = await stage.told(ggz)
    assert json.loads(heard.value) == {
        "event_id": event,
        "event_type": "nl.schakel.care_plan.status_changed.v1",
        "recipient": coach,
        "recipient_role": "JOB",
        "stage": "delivery",
        "reason": "target_refused",
        "remedy": "contact_recipient",
    }
    assert read_envelope(heard.headers).type == DeliveryNotCompleted.type
    assert dict(heard.headers)[POSITION].startswith(b"receipts/1/")
    assert sequences([heard], person) == [1]
    first, about_delivery = await stage.decisions(event)
    assert [verdict.recipient for verdict in first.verdicts] == [coach]
    (verdict,) = about_delivery.verdicts
    assert (verdict.recipient, str(verdict.notification_id)) == (ggz, read_envelope(heard.headers).id)


async def test_a_sender_that_may_not_know_of_care_hears_nothing(stage: Stage) -> None:
    """That a benefit agency could not reach a care provider would tell it that there is one."""
    uwv, ggz, coach = stage.partner(Role.UWV), stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, ggz, coach)
    async with stage.gate():
        event = await stage.send(person, uwv, **BENEFIT)
        await stage.decisions(event)
        where = await stage.position(event)
        await stage.receipt(where, person, ggz)
        await stage.receipt(where, person, coach)
        await stage.decisions(await stage.send(person, uwv, **BENEFIT))
    heard = await stage.told(uwv)
    assert [json.loads(record.value)["recipient"] for record in heard] == [coach]
    decisions = await stage.decisions(event)
    denied = [v for d in decisions[1:] for v in d.verdicts if v.outcome is Outcome.DENY]
    assert [(verdict.recipient, verdict.reason) for verdict in denied] == [(uwv, Reason.NO_POLICY_ROW)]


async def test_sender_hears_of_what_was_withheld_at_the_second_check(stage: Stage) -> None:
    """A consent that was withdrawn on the way: the sender must not go on thinking that the recipient knows (R15)."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    async with stage.gate():
        event = await stage.send(person, ggz)
        await stage.decisions(event)
        where = await stage.position(event)
        await stage.receipt(where, person, coach, outcome=ReceiptOutcome.WITHHELD, reason=Reason.CONSENT_WITHDRAWN)
        await stage.decisions(await stage.send(person, ggz))
    (heard,) = await stage.told(ggz)
    told = json.loads(heard.value)
    assert (told["stage"], told["reason"], told["remedy"]) == ("delivery", "consent_withdrawn", "none")


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": ReceiptOutcome.DELIVERED},
        {"notification_type": DeliveryNotCompleted.type},
    ],
    ids=["delivered", "of_what_was_not_delivered"],
)
async def test_other_receipts_are_told_to_nobody(stage: Stage, changed: dict[str, Any]) -> None:
    """What was delivered; and that a sender could not be told that something was not delivered."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    async with stage.gate():
        event = await stage.send(person, ggz)
        await stage.decisions(event)
        await stage.receipt(await stage.position(event), person, coach, **changed)
        await stage.decisions(await stage.send(person, ggz))
    assert await stage.told(ggz) == []


async def test_a_receipt_that_stands_twice_is_told_once(stage: Stage) -> None:
    """At once, after others, and after the gate has started anew."""
    ggz, coach, school = stage.partner(Role.GGZ), stage.partner(Role.JOB), stage.partner(Role.DAY)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach, school)
    told = {"notification_id": uuid4()}
    async with stage.gate():
        event = await stage.send(person, ggz)
        await stage.decisions(event)
        where = await stage.position(event)
        await stage.receipt(where, person, coach, **told)
        await stage.receipt(where, person, coach, **told)
        await stage.receipt(where, person, school)
        await stage.decisions(await stage.send(person, ggz))
        await stage.receipt(where, person, coach, **told)
        await stage.decisions(await stage.send(person, ggz))
    async with stage.gate():
        await stage.receipt(where, person, coach, **told)
        await stage.decisions(await stage.send(person, ggz))
    heard = await stage.told(ggz)
    assert sorted(json.loads(record.value)["recipient"] for record in heard) == sorted([coach, school])
    assert len({read_envelope(record.headers).id for record in heard}) == 2


async def test_a_slow_read_is_tried_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is there but can't be read in time is not gone: the sender hears when it can be read."""
    monkeypatch.setattr("schakel_services.gate.failed.FIND_S", 0.3)
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    hanging = stage.ground.cluster.producer(f"{stage.ground.name}-hanging")
    await hanging.start()
    await hanging.begin_transaction()
    await hanging.send_and_wait("events", b"", partition=stage.partition)
    async with stage.gate() as progress:
        event = await stage.send(person, ggz)
        await stage.receipt(await stage.position(event, "read_uncommitted"), person, coach)
        await until(lambda: _closed(progress))
        await hanging.abort_transaction()
        await hanging.stop()
        await stage.decisions(event, event)
        await until(lambda: _told(stage, ggz))
    (heard,) = await stage.told(ggz)
    assert json.loads(heard.value)["event_id"] == event


async def _closed(progress: Progress) -> bool:
    return not progress.is_up


async def _told(stage: Stage, partner: str) -> bool:
    return bool(await stage.told(partner))


async def test_what_retention_took_holds_nothing_up(stage: Stage) -> None:
    """Its sender can't be found any more; the receipts behind it are answered."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    async with stage.gate():
        first = await stage.send(person, ggz)
        await stage.decisions(first)
        gone = await stage.position(first)
        kept = await stage.send(person, ggz)
        await stage.decisions(kept)
        where = await stage.position(kept)
        await stage.forget_before(where)
        await stage.receipt(gone, person, coach)
        await stage.receipt(where, person, coach)
        await until(lambda: _told(stage, ggz))
    (heard,) = await stage.told(ggz)
    assert json.loads(heard.value)["event_id"] == kept


async def test_receipts_that_lead_nowhere_hold_nothing_up(stage: Stage) -> None:
    """A place that is none, in another partition, behind the end, of a refused event, of another person: passed by."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person, other = stage.person(), stage.person()
    await stage.allow(person, coach)
    async with stage.gate():
        event = await stage.send(person, ggz)
        refused = await stage.send(person, ggz, headers={"ce_subject": b'k1."x'}, key=b'k1."x')
        await stage.decisions(event)
        right, malformed = await stage.position(event), await stage.position(refused)
        offset = int(right.split("/")[2])
        for place in (
            "nowhere",
            "events/1/x/0",
            f"events/2/{offset}/0",
            f"events/1/{10**17}/0",
            f"events/1/{offset + 1}/0",
            f"events/1/{'9' * 40}/0",
        ):
            await stage.receipt(place, person, coach)
        await stage.receipt(malformed, person, coach)
        await stage.receipt(right, other, coach)
        await stage.receipt(right, person, coach)
        await stage.decisions(await stage.send(person, ggz))
        told = await stage.told(ggz)
    assert [json.loads(record.value)["event_id"] for record in told] == [event]
    assert all(UUID(str(decision.event_id)) for decision in await stage._decisions())
