"""How a delivery ended, and the receipt that says so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import Reason, ReceiptOutcome
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.receipt import Receipt
from schakel_services.deliver.pending import LastCheck, Pending


@dataclass(frozen=True, slots=True)
class Ended:
    """One notification that is delivered, withheld or given up."""

    pending: Pending
    outcome: ReceiptOutcome
    last: LastCheck
    ended_at: datetime
    reason: Reason | None = None

    def receipt(self, recipient: Addressee) -> bytes:
        """Return the receipt as it stands on ``receipts``."""
        notification = self.pending.notification
        return (
            Receipt(
                notification_id=UUID(notification.id),
                notification_type=notification.envelope.type,
                position=notification.position,
                subject=notification.person,
                recipient=recipient.id,
                role=recipient.role,
                outcome=self.outcome,
                sequence=notification.envelope.sequence,
                consent_id=self.last.consent_id,
                rules=self.last.rules,
                reason=self.reason,
                attempts=self.pending.attempts,
                began_at=self.last.began_at,
                ended_at=self.ended_at,
                possibly_arrived=self.outcome is not ReceiptOutcome.DELIVERED and self.pending.possibly_arrived,
            )
            .model_dump_json(exclude_none=True)
            .encode()
        )
