"""What left after a withdrawal is found, whoever says what about it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schakel_contracts.codes import Outcome, ReceiptOutcome, Role
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.receipt import Receipt
from schakel_services.demo.receivers import Received
from schakel_services.demo.withdrawals import Withdrawal, begun_after

MOMENT = datetime(2026, 11, 24, 10, tzinfo=UTC)
CONSENT = UUID(int=1)
WITHDRAWAL = Withdrawal(CONSENT, MOMENT)
BEFORE, AFTER = MOMENT - timedelta(seconds=1), MOMENT + timedelta(seconds=1)
LONG_AFTER = MOMENT + timedelta(seconds=10)


def decision(notification: UUID, consent: UUID = CONSENT) -> Decision:
    """Return a permit under a consent."""
    verdict = Verdict(
        recipient="jobcoach",
        role=Role.JOB,
        outcome=Outcome.PERMIT,
        rules=("R3",),
        consent_id=consent,
        notification_id=notification,
    )
    return Decision(
        event_id=uuid4(),
        event_type="nl.schakel.support_level.changed.v1",
        subject="k1.x",
        source="ggz",
        source_role=Role.GGZ,
        decided_at=BEFORE,
        policy_version="1.0.0",
        verdicts=(verdict,),
    )


def receipt(
    notification: UUID, began: datetime, outcome: ReceiptOutcome = ReceiptOutcome.DELIVERED, consent: UUID = CONSENT
) -> Receipt:
    """Return how the delivery ended."""
    return Receipt(
        notification_id=notification,
        notification_type="nl.schakel.support_level.changed.v1",
        position="events/0/1/0",
        subject="k1.x",
        recipient="jobcoach",
        role=Role.JOB,
        outcome=outcome,
        consent_id=consent,
        attempts=1,
        began_at=began,
        ended_at=LONG_AFTER,
    )


def received(notification: UUID, at: datetime) -> Received:
    """Return what arrived at the partner."""
    return Received("jobcoach", str(notification), at, {})


@pytest.mark.parametrize(
    ("began", "arrived", "late"),
    [
        (BEFORE, BEFORE, False),
        (BEFORE, AFTER, False),
        (BEFORE, LONG_AFTER, True),
        (AFTER, AFTER, True),
        (AFTER, None, True),
        (None, BEFORE, False),
        (None, AFTER, True),
    ],
    ids=[
        "before",
        "under way at that moment",
        "said to have begun before, but it arrived long after",
        "after",
        "said to have begun after, seen nowhere",
        "arrived before, and nothing is said of it yet",
        "arrived after, and nothing is said of it",
    ],
)
def test_a_delivery_that_began_after_the_acknowledgement_is_found(
    began: datetime | None, arrived: datetime | None, *, late: bool
) -> None:
    """In the receipts, and at the partner's own door."""
    notification = uuid4()
    receipts = [] if began is None else [receipt(notification, began)]
    arrivals = [] if arrived is None else [received(notification, arrived)]
    found = begun_after(WITHDRAWAL, [decision(notification)], receipts, arrivals)
    assert found == ({notification} if late else set())


def test_what_was_withheld_did_not_leave() -> None:
    """Its last check began after the withdrawal, and that is why it was withheld."""
    notification = uuid4()
    withheld = receipt(notification, AFTER, ReceiptOutcome.WITHHELD)
    assert begun_after(WITHDRAWAL, [decision(notification)], [withheld], []) == set()


def test_another_consent_is_another_matter() -> None:
    """What goes under another consent may go on."""
    notification, other = uuid4(), UUID(int=2)
    found = begun_after(
        WITHDRAWAL,
        [decision(notification, other)],
        [receipt(notification, AFTER, consent=other)],
        [received(notification, AFTER)],
    )
    assert found == set()
