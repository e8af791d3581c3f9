"""The ledger finds every kind of damage: each is planted once in a log where everything is right."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Outcome, ReceiptOutcome, Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.envelope import Envelope
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.receipt import Receipt
from schakel_services.chaos.ledger import ARRIVAL_SLACK, Findings, Log, judge
from schakel_services.chaos.receiver import Arrival
from schakel_services.chaos.scenario import WEBHOOK

BEGAN = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANN, BOB = "k1.ann", "k1.bob"
CONSENT = UUID(int=7)


def moment(number: float) -> datetime:
    """Return so many seconds after the beginning."""
    return BEGAN + timedelta(seconds=number)


def row(envelope: Envelope) -> ConsumerRecord:
    """Return a record as a consumer gives it."""
    headers = tuple(envelope.to_headers("raw.x/0/1/0"))
    return ConsumerRecord("t", 0, 0, 0, 0, envelope.subject.encode(), b"{}", None, 0, 2, headers)


def envelope(name: str, person: str, at: datetime, sequence: int | None = None, type_: str = "") -> Envelope:
    """Return the envelope of an event or of a notification."""
    wire = type_ or CarePlanStatusChanged.type
    return Envelope(
        str(deterministic_id(name)), "urn:x", wire, person, at.isoformat(), sequence=sequence, purpose="job_coaching"
    )


@dataclass
class World:
    """A log, what was expected of it, when withdrawals were acknowledged, and what arrived."""

    log: Log = field(default_factory=Log)
    expected: list[datetime] = field(default_factory=list)
    acknowledged: dict[str, datetime] = field(default_factory=dict)
    arrivals: dict[str, list[Arrival]] = field(default_factory=lambda: {WEBHOOK: []})

    def tell(self, number: int, person: str, sequence: int) -> None:
        """Let one plan go all the way: event, decision, notification, receipt, arrival."""
        at = moment(number)
        self.expected.append(at)
        event = envelope(f"event-{number}", person, at)
        told = envelope(f"notification-{number}", person, at, sequence)
        self.log.events.append(row(event))
        self.log.decisions.append(decision(event, told.id))
        self.log.notifications.setdefault(WEBHOOK, []).append(row(told))
        self.log.receipts.append(receipt(told, at + timedelta(seconds=0.1)))
        self.arrivals[WEBHOOK].append(Arrival(told.id, f"handle of {person}", sequence, at + timedelta(seconds=0.2)))

    def found(self) -> dict[str, int]:
        """Return what the ledger finds, without what is zero."""
        found = judge(self.log, self.expected, self.acknowledged, self.arrivals)
        return {name: count for name, count in vars(found).items() if count}


def decision(event: Envelope, *identities: str, outcome: Outcome = Outcome.PERMIT) -> Decision:
    """Return a decision that permits (or denies) so many notifications."""
    verdicts = tuple(
        Verdict(recipient=WEBHOOK, role=Role.JOB, outcome=outcome, rules=(), notification_id=UUID(identity), sequence=1)
        for identity in identities
    )
    return Decision(
        event_id=UUID(event.id),
        event_type=event.type,
        subject=event.subject,
        source="ggz",
        source_role=Role.GGZ,
        decided_at=BEGAN,
        policy_version="1",
        verdicts=verdicts,
    )


def receipt(told: Envelope, began_at: datetime, outcome: ReceiptOutcome = ReceiptOutcome.DELIVERED) -> Receipt:
    """Return how a delivery ended."""
    return Receipt(
        notification_id=UUID(told.id),
        notification_type=told.type,
        position="events/0/1/0",
        subject=told.subject,
        recipient=WEBHOOK,
        role=Role.JOB,
        outcome=outcome,
        consent_id=CONSENT,
        attempts=1,
        began_at=began_at,
        ended_at=began_at,
    )


@pytest.fixture
def world() -> World:
    """Five plans of two persons, all told in order; Bob withdrew after his last."""
    world = World()
    for number, (person, sequence) in enumerate([(ANN, 1), (BOB, 1), (ANN, 2), (BOB, 2), (ANN, 3)], start=1):
        world.tell(number, person, sequence)
    world.acknowledged[BOB] = moment(4.5)
    return world


def test_a_right_log_is_clean(world: World) -> None:
    """Nothing is found where nothing is wrong; the damage below is all there is."""
    assert world.found() == {}
    assert Findings().clean
    assert not replace(Findings(), unaudited=1).clean


def swap(rows: list[Any], one: int, other: int) -> None:
    """Let two change places."""
    rows[one], rows[other] = rows[other], rows[one]


def again(world: World) -> None:
    """Publish the last plan once more, as another version: with a decision, and with nobody to be told."""
    twin = envelope("event-5 again", ANN, moment(5))
    world.log.events.append(row(twin))
    world.log.decisions.append(decision(twin))


def withdrawal(world: World) -> None:
    """Tell of Bob's withdrawal: an event of another kind, at a time that no plan has."""
    event = envelope("withdrawn", BOB, moment(0), type_=ConsentWithdrawn.type)
    world.log.events.append(row(event))
    world.log.decisions.append(decision(event))


Damage = Callable[[World], Any]

LOST: dict[str, Damage] = {
    "a plan that gave no event": lambda w: w.expected.append(moment(99)),
    "a permit without its notification": lambda w: w.log.decisions.__setitem__(
        0, decision(envelope("event-1", ANN, moment(1)), str(deterministic_id("notification-1")), str(UUID(int=9)))
    ),
    "a notification that never ended": lambda w: w.log.receipts.pop(),
    "a delivery that did not arrive": lambda w: w.arrivals[WEBHOOK].pop(),
}
DUPLICATED: dict[str, Damage] = {
    "an event that stands twice": lambda w: w.log.events.append(w.log.events[-1]),
    "a plan that was told under two ids": again,
    "an event that was decided twice": lambda w: w.log.decisions.append(w.log.decisions[-1]),
    "a notification that ended twice": lambda w: w.log.receipts.append(w.log.receipts[-1]),
}
REORDERED: dict[str, Damage] = {
    "events of a person the wrong way round": lambda w: swap(w.log.events, 0, 2),
    "notifications of a person the wrong way round": lambda w: swap(w.log.notifications[WEBHOOK], 0, 2),
    "a gap in the numbers": lambda w: w.log.notifications[WEBHOOK].__setitem__(
        4, row(envelope("notification-5", ANN, moment(5), 4))
    ),
    "arrivals of a person the wrong way round": lambda w: swap(w.arrivals[WEBHOOK], 0, 2),
}
UNAUDITED: dict[str, Damage] = {
    "an event without a decision": lambda w: w.log.decisions.__setitem__(
        0, decision(envelope("another", ANN, moment(1)), str(deterministic_id("notification-1")))
    ),
    "a notification that was denied": lambda w: w.log.decisions.__setitem__(
        0, decision(envelope("event-1", ANN, moment(1)), str(deterministic_id("notification-1")), outcome=Outcome.DENY)
    ),
    "an arrival that nobody wrote": lambda w: w.arrivals[WEBHOOK].append(
        Arrival(str(UUID(int=5)), "handle of somebody", 1, moment(9))
    ),
}
LATE: dict[str, Damage] = {
    "a delivery that began after the withdrawal": lambda w: w.log.receipts.__setitem__(
        3, receipt(envelope("notification-4", BOB, moment(4), 2), moment(4.6))
    ),
    "an arrival after the withdrawal": lambda w: w.arrivals[WEBHOOK].__setitem__(
        3, replace(w.arrivals[WEBHOOK][3], at=moment(4.6) + ARRIVAL_SLACK)
    ),
}
PLANTED = [
    (kind, name, damage)
    for kind, damages in (
        ("lost", LOST),
        ("duplicated", DUPLICATED),
        ("reordered", REORDERED),
        ("unaudited", UNAUDITED),
        ("after_withdrawal", LATE),
    )
    for name, damage in damages.items()
]


@pytest.mark.parametrize(("kind", "name", "damage"), PLANTED, ids=[name for _, name, _ in PLANTED])
def test_damage_is_found_as_what_it_is(world: World, kind: str, name: str, damage: Damage) -> None:
    """Each counts in its own column; what is lost or doubled may show in others too, but never only there."""
    damage(world)
    assert world.found().get(kind, 0) >= 1, name


def test_a_notification_written_twice_is_a_double_and_a_disorder(world: World) -> None:
    """As a gate that was not fenced does it."""
    world.log.notifications[WEBHOOK].append(world.log.notifications[WEBHOOK][-1])
    assert world.found() == {"duplicated": 1, "reordered": 1}


def test_a_transaction_that_hangs_is_found(world: World) -> None:
    """What stands behind it is read by nobody."""
    world.log.hanging = 2
    assert world.found() == {"hanging_transactions": 2}


HARMLESS: dict[str, Damage] = {
    "the same notification at a recipient twice": lambda w: w.arrivals[WEBHOOK].append(w.arrivals[WEBHOOK][0]),
    "a delivery that began before the withdrawal": lambda w: w.acknowledged.update({BOB: moment(4.15)}),
    "withheld after a withdrawal": lambda w: (
        w.log.receipts.__setitem__(
            3, receipt(envelope("notification-4", BOB, moment(4), 2), moment(8), ReceiptOutcome.WITHHELD)
        ),
        w.arrivals[WEBHOOK].pop(3),
    ),
    "delivered without a consent after a withdrawal": lambda w: w.log.receipts.__setitem__(
        3, w.log.receipts[3].model_copy(update={"began_at": moment(8), "consent_id": None})
    ),
    "the withdrawal itself": withdrawal,
}


@pytest.mark.parametrize("harmless", HARMLESS.values(), ids=HARMLESS)
def test_what_is_allowed_is_not_found(world: World, harmless: Damage) -> None:
    """At least once beyond Kafka, a delivery that had begun, and whatever goes under a statute."""
    harmless(world)
    assert world.found() == {}


def test_judging_changes_nothing(world: World) -> None:
    """The same log is judged alike a second time."""
    before = deepcopy(world.log)
    assert world.found() == world.found()
    assert world.log == before
