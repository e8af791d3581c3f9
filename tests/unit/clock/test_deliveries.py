"""Notifications that were not there in time, and those of which the receipt came first."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome, Remedy, Role, Stage
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ExitRecord
from schakel_services.clock.deliveries import end_of_class
from schakel_services.clock.testing.quiet import PERSON, QuietClock


def decision(clock: QuietClock, *sent: tuple[str, Role, str, UUID], **changed: object) -> Decision:
    """Return a decision of now that sent notifications to some parties, each by a row."""
    said: dict[str, object] = {
        "event_id": uuid4(),
        "event_type": CarePlanStatusChanged.type,
        "subject": PERSON,
        "source": "ggz",
        "source_role": Role.GGZ,
        "decided_at": clock.now,
        "policy_version": "1.0.0",
        "verdicts": tuple(
            Verdict(recipient=party, role=role, outcome=Outcome.PERMIT, rules=(), row=row, notification_id=identity)
            for party, role, row, identity in sent
        ),
    }
    return Decision.model_validate(said | changed)


def receipt(identity: UUID, outcome: ReceiptOutcome = ReceiptOutcome.DELIVERED) -> Receipt:
    """Return what a deliverer says of a notification."""
    return Receipt(
        notification_id=identity,
        notification_type=CarePlanStatusChanged.type,
        position="events/0/1/0",
        subject=PERSON,
        recipient="coach",
        role=Role.JOB,
        outcome=outcome,
        attempts=1,
        began_at=datetime(2026, 1, 5, tzinfo=UTC),
        ended_at=datetime(2026, 1, 5, tzinfo=UTC),
    )


def test_what_is_not_there_in_time_is_told_to_the_sender(clock: QuietClock) -> None:
    """Once, with what would help (F46)."""
    made = decision(clock, ("coach", Role.JOB, "r15", uuid4()))
    clock.decide(made)
    clock.move(minutes=14)
    assert clock.spoken() == []
    clock.move(minutes=1)
    (spoken,) = clock.spoken()
    assert spoken.envelope.partner == "ggz"
    assert spoken.event == DeliveryNotCompleted(
        event_id=made.event_id,
        event_type=CarePlanStatusChanged.type,
        recipient="coach",
        recipient_role=Role.JOB,
        stage=Stage.DELIVERY,
        reason=Reason.TOO_LATE,
        remedy=Remedy.CONTACT_RECIPIENT,
    )
    clock.move(days=30)
    assert clock.spoken() == []
    assert clock.keys() == []


@pytest.mark.parametrize("outcome", list(ReceiptOutcome))
def test_a_receipt_ends_it_however_it_ended(clock: QuietClock, outcome: ReceiptOutcome) -> None:
    """What failed or was withheld has been told already, by the gate."""
    identity = uuid4()
    clock.decide(decision(clock, ("coach", Role.JOB, "r15", identity)))
    clock.receive(receipt(identity, outcome))
    assert clock.keys() == []


def test_a_receipt_may_be_read_before_its_decision(clock: QuietClock) -> None:
    """They stand on two topics; nothing is awaited then, and nothing is kept."""
    identity = uuid4()
    clock.receive(receipt(identity))
    assert clock.keys() == ["deliveries"]
    clock.decide(decision(clock, ("coach", Role.JOB, "r15", identity)))
    assert clock.keys() == []
    clock.receive(receipt(uuid4()))
    assert clock.spoken() == []
    assert clock.keys() == []


def test_each_of_several_has_its_own_time(clock: QuietClock) -> None:
    """All of one person stand in one value on the log."""
    ids = [uuid4() for _ in range(3)]
    clock.decide(
        decision(
            clock,
            ("coach", Role.JOB, "r15", ids[0]),
            ("key", Role.KEY, "r4", ids[1]),
            ("day", Role.DAY, "r1", ids[2]),
        )
    )
    assert clock.keys() == ["deliveries"]
    late = [(event.recipient, str(clock.now.time())) for event in late_until(clock)]
    assert [recipient for recipient, _ in late] == ["coach", "key", "day"]


def late_until(clock: QuietClock) -> list[DeliveryNotCompleted]:
    """Return what is late over the next days, looked at every quarter."""
    found: list[DeliveryNotCompleted] = []
    for _ in range(2 * 24 * 4):
        clock.move(minutes=15)
        found += [event for event in clock.says() if isinstance(event, DeliveryNotCompleted)]
    return found


def test_nobody_waits_for_what_was_denied_or_goes_to_its_sender(clock: QuietClock) -> None:
    """Nor for what a sender hears of a failure: that would go round for ever."""
    denied = Verdict(recipient="coach", role=Role.JOB, outcome=Outcome.DENY, rules=(), row="r15")
    clock.decide(decision(clock, verdicts=(denied,)))
    clock.decide(decision(clock, ("ggz", Role.GGZ, "r15", uuid4())))
    clock.decide(decision(clock, ("coach", Role.JOB, "r15", uuid4()), event_type=DeliveryNotCompleted.type))
    clock.decide(decision(clock, ("coach", Role.JOB, "a-row-of-another-version", uuid4())))
    assert clock.keys() == []


@pytest.mark.parametrize(
    ("decided", "allowed", "end"),
    [
        ("2026-01-05T17:50", "T15", "2026-01-05T18:05"),
        ("2026-01-10T23:50", "T15", "2026-01-11T00:05"),
        ("2026-01-09T17:00", "T4h", "2026-01-12T11:00"),
        ("2026-12-24T17:00", "T1d", "2026-12-28T18:00"),
        ("2026-01-05T00:10", "T1d", "2026-01-06T18:00"),
        ("2026-01-05T09:00", "T5d", "2026-01-12T18:00"),
        ("2026-04-02T09:00", "T1d", "2026-04-03T18:00"),
        ("2026-01-05T09:00", "L-28d", "2026-01-06T18:00"),
    ],
)
def test_the_end_of_each_class(decided: str, allowed: str, end: str) -> None:
    """A quarter of an hour at any hour; working hours and days as desks have them."""
    begin = datetime.fromisoformat(decided).replace(tzinfo=AMSTERDAM)
    assert end_of_class(begin, allowed) == datetime.fromisoformat(end).replace(tzinfo=AMSTERDAM)


def test_what_is_late_when_an_exit_was_a_mistake_is_told(clock: QuietClock) -> None:
    """Not while it stands; nothing of what is on its way is forgotten by it."""
    left = ExitRecord(id=uuid4(), since=clock.now)
    arrived = uuid4()
    clock.decide(decision(clock, ("coach", Role.JOB, "r15", uuid4()), ("coach", Role.JOB, "r15", arrived)))
    clock.register(left)
    clock.receive(receipt(arrived))
    clock.move(minutes=20)
    assert clock.says() == []
    clock.erase(left)
    assert [type(event) for event in clock.says()] == [DeliveryNotCompleted]
