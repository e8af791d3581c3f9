"""What a withdrawal did, measured on the log: the last delivery before it, what was blocked after it, and who stops."""

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import MalformedEnvelope, read_envelope
from schakel_contracts.receipt import Receipt
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.consents import Kept
from schakel_services.trail.search import TrailUnreadable
from schakel_services.trail.stream import records_now


@dataclass
class Proof:
    """A4: everything that shows whether a withdrawal was honoured."""

    kept: Kept
    decisions: list[Decision] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    stops: set[str] = field(default_factory=set)
    """Events that told of this withdrawal."""

    @property
    def t0(self) -> datetime | None:
        """Return when the intake wrote the withdrawal; no delivery may begin after it.

        Whoever withdrew has the answer a moment later: what begins in between is counted as late, never as early.
        """
        return self.kept.ended_at

    def delivered(self) -> list[Receipt]:
        """Return what arrived under this consent, in the order in which it left."""
        found = (
            r
            for r in self.receipts.values()
            if r.consent_id == self.kept.consent.id and r.notification_id in self._under()
        )
        return sorted((r for r in found if r.outcome is ReceiptOutcome.DELIVERED), key=lambda r: r.began_at)

    def late(self) -> list[Receipt]:
        """Return deliveries that began after the withdrawal was committed; there must be none (G5)."""
        return [receipt for receipt in self.delivered() if self.t0 is not None and receipt.began_at > self.t0]

    def withheld(self) -> int:
        """Count what a decision allowed and the second check stopped."""
        under = self._under()
        return sum(
            receipt.outcome is ReceiptOutcome.WITHHELD and receipt.reason is Reason.CONSENT_WITHDRAWN
            for notification, receipt in self.receipts.items()
            if notification in under
        )

    def denied(self) -> int:
        """Count what the gate denied after it to those who were named in it, because of a withdrawal."""
        named = {recipient.party for recipient in self.kept.consent.recipients}
        return sum(
            verdict.outcome is Outcome.DENY
            and verdict.reason is Reason.CONSENT_WITHDRAWN
            and (not named or verdict.recipient in named)
            for decision in self.decisions
            if self.t0 is not None and decision.decided_at >= self.t0
            for verdict in decision.verdicts
        )

    def stop_notices(self) -> list[dict[str, Any]]:
        """Return who was told to stop, and how that ended; the citizen's own notice is among them."""
        return [
            {
                "recipient": verdict.recipient,
                "outcome": receipt.outcome.value if receipt else "under_way",
                "ended_at": receipt.ended_at.isoformat() if receipt else None,
            }
            for decision in self.decisions
            if str(decision.event_id) in self.stops
            for verdict in decision.verdicts
            if verdict.notification_id is not None
            for receipt in [self.receipts.get(verdict.notification_id)]
        ]

    def as_json(self) -> dict[str, Any]:
        """Return it with stable keys."""
        before = [r for r in self.delivered() if self.t0 is None or r.began_at <= self.t0]
        return {
            "consent_id": str(self.kept.consent.id),
            "withdrawn": self.t0 is not None,
            "t0": self.t0.isoformat() if self.t0 else None,
            "effective": self.kept.consent.withdrawn_at.isoformat() if self.kept.consent.withdrawn_at else None,
            "delivered_before": len(before),
            "last_delivery_before": before[-1].began_at.isoformat() if before else None,
            "blocked_after": {"at_gate": self.denied(), "at_delivery": self.withheld()},
            "delivered_after": len(self.late()),
            "stop_notices": self.stop_notices(),
            "honoured": not self.late(),
        }

    def _under(self) -> set[UUID]:
        consent = self.kept.consent.id
        return {
            verdict.notification_id
            for decision in self.decisions
            for verdict in decision.verdicts
            if verdict.consent_id == consent and verdict.notification_id is not None
        }


async def prove(cluster: Cluster, kept: Kept) -> Proof:
    """Gather what the log says of one consent; the topics hold 14 days. Reads one partition of each."""
    proof = Proof(kept)
    async with aclosing(records_now(cluster, topics.EVENTS, [kept.partition])) as records:
        async for record in records:
            if _tells_of_withdrawal(record, kept.consent.id):
                proof.stops.add(read_envelope(record.headers).id)
    subject = kept.person.encode()
    try:
        async with aclosing(records_now(cluster, topics.AUDIT, [kept.partition])) as records:
            async for record in records:
                if record.key == subject and topics.DECISION_HEADERS[0] in tuple(record.headers):
                    proof.decisions.append(Decision.model_validate_json(record.value or b""))
        async with aclosing(records_now(cluster, topics.RECEIPTS, [kept.partition])) as records:
            async for record in records:
                if record.key == subject:
                    receipt = Receipt.model_validate_json(record.value or b"")
                    proof.receipts[receipt.notification_id] = receipt
    except ValidationError:
        raise TrailUnreadable("a decision or receipt of this person breaks its contract") from None
    return proof


def _tells_of_withdrawal(record: Any, consent_id: UUID) -> bool:
    if str(consent_id).encode() not in (record.value or b""):
        return False
    try:
        return read_envelope(record.headers).type == ConsentWithdrawn.type
    except MalformedEnvelope:
        return False
