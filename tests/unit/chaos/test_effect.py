"""What a withdrawal came to: each delivery after it is found; its effect is proven, or it is said that it is not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome, Role
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.receipt import Receipt
from schakel_services.chaos.effect import Asked, Effects, judge_withdrawals, spread
from schakel_services.chaos.ledger import ARRIVAL_SLACK, Log
from schakel_services.chaos.receiver import Arrival
from schakel_services.chaos.scenario import FOLDER, WEBHOOK

BEGAN = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANN, BOB = "k1.ann", "k1.bob"
CONSENT = UUID(int=7)
ROLES = {WEBHOOK: Role.JOB, FOLDER: Role.DAY}


def moment(number: float) -> datetime:
    """Return so many seconds after the beginning."""
    return BEGAN + timedelta(seconds=number)


def told(name: str) -> UUID:
    """Return the id of a notification."""
    return uuid5(CONSENT, name)


def verdict(party: str, name: str = "", reason: Reason = Reason.CONSENT_WITHDRAWN) -> Verdict:
    """Return a permit under the consent for a notification with a name, else a denial."""
    if name:
        outcome, consent, identity, why = Outcome.PERMIT, CONSENT, told(name), None
    else:
        outcome, consent, identity, why = Outcome.DENY, None, None, reason
    return Verdict(
        recipient=party,
        role=ROLES[party],
        outcome=outcome,
        rules=(),
        consent_id=consent,
        notification_id=identity,
        reason=why,
    )


def decision(person: str, at: float, *verdicts: Verdict) -> Decision:
    """Return what was decided about one event of a person."""
    return Decision(
        event_id=uuid5(CONSENT, f"{person} {at}"),
        event_type="x",
        subject=person,
        source="ggz",
        source_role=Role.GGZ,
        decided_at=moment(at),
        policy_version="1",
        verdicts=verdicts,
    )


def receipt(person: str, name: str, party: str, at: float, outcome: ReceiptOutcome) -> Receipt:
    """Return how a delivery ended, a tenth of a second after it began."""
    withheld = outcome is ReceiptOutcome.WITHHELD
    return Receipt(
        notification_id=told(name),
        notification_type="x",
        position="events/0/1/0",
        subject=person,
        recipient=party,
        role=ROLES[party],
        outcome=outcome,
        consent_id=None if withheld else CONSENT,
        reason=Reason.CONSENT_WITHDRAWN if withheld else None,
        attempts=0 if withheld else 1,
        began_at=moment(at),
        ended_at=moment(at + 0.1),
    )


DELIVERED, WITHHELD, FAILED = ReceiptOutcome.DELIVERED, ReceiptOutcome.WITHHELD, ReceiptOutcome.FAILED


class World:
    """Ann asks at 10, and hears at 11 that it is done; both recipients were told before, and are refused after."""

    def __init__(self) -> None:
        self.asked = {ANN: Asked(moment(10), moment(11))}
        self.log = Log(
            decisions=[
                decision(ANN, 9, verdict(WEBHOOK, "w"), verdict(FOLDER, "f")),
                decision(ANN, 12, verdict(WEBHOOK), verdict(FOLDER)),
            ],
            receipts=[receipt(ANN, "w", WEBHOOK, 9.2, DELIVERED), receipt(ANN, "f", FOLDER, 9.3, DELIVERED)],
        )
        self.arrivals = {WEBHOOK: [Arrival(str(told("w")), "handle", 1, moment(9.25))]}

    def found(self) -> Effects:
        """Return what is found."""
        return judge_withdrawals(self.log, self.asked, self.arrivals)


@pytest.fixture
def world() -> World:
    """Everything is as it should be."""
    return World()


def test_what_is_right_is_found_right(world: World) -> None:
    """Two denials, no delivery after the request, and the effect at the moment of the refusal."""
    assert world.found() == Effects(at={ANN: moment(12)}, denied=2)


@pytest.mark.parametrize("outcome", [DELIVERED, FAILED])
def test_a_delivery_that_began_after_the_answer_is_found(world: World, outcome: ReceiptOutcome) -> None:
    """Whatever came of it."""
    world.log.receipts[0] = receipt(ANN, "w", WEBHOOK, 11.001, outcome)
    assert world.found().begun_after_withdrawal == 1


def test_a_delivery_between_request_and_answer_is_told_apart(world: World) -> None:
    """It may be: nobody had said yet that it was done. At the very moment of the answer it may be, too."""
    world.log.receipts[0] = receipt(ANN, "w", WEBHOOK, 10.5, DELIVERED)
    world.log.receipts[1] = receipt(ANN, "f", FOLDER, 11, DELIVERED)
    found = world.found()
    assert (found.begun_before_acknowledged, found.begun_after_withdrawal) == (2, 0)


def test_the_effect_is_there_when_the_last_recipient_is_refused(world: World) -> None:
    """One is refused by the deliverer when its check is through, the other by the gate later."""
    world.log.decisions[1:] = [decision(ANN, 13, verdict(FOLDER)), decision(ANN, 14, verdict(FOLDER))]
    world.log.receipts.append(receipt(ANN, "w2", WEBHOOK, 11.4, WITHHELD))
    found = world.found()
    assert (found.at, found.withheld, found.denied) == ({ANN: moment(13)}, 1, 2)


def test_a_refusal_before_the_last_delivery_proves_nothing(world: World) -> None:
    """The effect is where nothing begins any more."""
    world.log.receipts[1] = receipt(ANN, "f", FOLDER, 12.5, DELIVERED)
    world.log.decisions.append(decision(ANN, 15, verdict(FOLDER)))
    assert world.found().at == {ANN: moment(15)}


def test_nobody_refused_is_unproven(world: World) -> None:
    """Nothing tells a withdrawal that works from one after which there was nothing to tell."""
    world.log.decisions[1] = decision(ANN, 12, verdict(WEBHOOK), verdict(FOLDER, reason=Reason.NO_RELATION))
    found = world.found()
    assert (found.at, found.unproven) == ({}, 1)


def test_every_arrival_counts(world: World) -> None:
    """A repeat too, and one that a deliverer which was killed left no receipt of; what was in time does not."""
    world.log.receipts.pop(0)
    late = moment(11.001) + ARRIVAL_SLACK
    world.arrivals[WEBHOOK] += [Arrival(str(told("w")), "handle", 1, at) for at in (moment(11) + ARRIVAL_SLACK, late)]
    assert world.found().arrived_after_withdrawal == 1


def test_who_did_not_withdraw_does_not_count(world: World) -> None:
    """Nor what goes without a consent, such as the notice that tells a recipient to stop."""
    world.log.receipts.append(receipt(BOB, "b", WEBHOOK, 20, DELIVERED))
    world.log.receipts.append(receipt(ANN, "stop", WEBHOOK, 12, DELIVERED).model_copy(update={"consent_id": None}))
    world.arrivals[WEBHOOK].append(Arrival(str(told("stop")), "handle", 2, moment(20)))
    assert world.found() == Effects(at={ANN: moment(12)}, denied=2)


def test_the_99th_is_one_that_was_measured() -> None:
    """Of a hundred the 99th, of two the second; of none there is none."""
    assert spread(range(100, 0, -1)) == {"p50": 50, "p99": 99, "max": 100}
    assert spread([3.04, 1.0]) == {"p50": 1.0, "p99": 3.0, "max": 3.0}
    assert spread([]) == {"p50": None, "p99": None, "max": None}
