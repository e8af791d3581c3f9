"""What left after a consent was withdrawn: measured twice, in what the hub says and in what arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schakel_contracts.codes import ReceiptOutcome
from schakel_contracts.decision import Decision
from schakel_contracts.receipt import Receipt
from schakel_services.demo.receivers import Received

ON_ITS_WAY = timedelta(seconds=2)
"""What a partner gets so long after the acknowledgement did not leave before it, whatever a receipt says: a check is
half a second old at most when the first byte leaves."""


@dataclass(frozen=True)
class Withdrawal:
    """A consent that was withdrawn, and when the intake said so."""

    consent_id: UUID
    acknowledged_at: datetime


def begun_after(
    withdrawal: Withdrawal,
    decisions: Iterable[Decision],
    receipts: Iterable[Receipt],
    received: Iterable[Received],
) -> set[UUID]:
    """Return the notifications under this consent of which a delivery began after its withdrawal was acknowledged.

    One that was under way at that moment may still arrive; its receipt must say that it began before.
    """
    consent, moment = withdrawal.consent_id, withdrawal.acknowledged_at
    under = {
        verdict.notification_id
        for decision in decisions
        for verdict in decision.verdicts
        if verdict.consent_id == consent and verdict.notification_id is not None
    }
    ended = {receipt.notification_id: receipt for receipt in receipts}
    late = {
        receipt.notification_id
        for receipt in ended.values()
        if receipt.outcome is ReceiptOutcome.DELIVERED and receipt.consent_id == consent and receipt.began_at > moment
    }
    for each in received:
        notification = UUID(each.id)
        if notification not in under or each.at <= moment:
            continue
        receipt = ended.get(notification)
        began_before = receipt is not None and receipt.began_at <= moment
        if not began_before or each.at > moment + ON_ITS_WAY:
            late.add(notification)
    return late
