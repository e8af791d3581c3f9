"""One event as the story sees it afterwards: who was told what, and who was not and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.event import short_type
from schakel_contracts.receipt import Receipt

CloudEvent = Mapping[str, Any]


@dataclass(frozen=True)
class Happened:
    """One event that settled; what arrived was read in the partners' own systems, not in the hub."""

    decision: Decision
    receipts: Mapping[UUID, Receipt]
    arrived: Mapping[UUID, CloudEvent]

    @property
    def type(self) -> str:
        """Return the short type, such as ``placement.started``."""
        return short_type(self.decision.event_type)

    def verdict(self, partner: str) -> Verdict | None:
        """Return what was decided about one partner; None when it was not considered."""
        return next((v for v in self.decision.verdicts if v.recipient == partner), None)

    def told(self, partner: str) -> CloudEvent | None:
        """Return what arrived at one partner about this event."""
        verdict = self.verdict(partner)
        return self.arrived.get(verdict.notification_id) if verdict and verdict.notification_id else None

    def data(self, partner: str) -> dict[str, Any] | None:
        """Return only the data of what arrived at one partner."""
        told = self.told(partner)
        return None if told is None else dict(told["data"])

    def reason(self, partner: str) -> Reason | None:
        """Return why one partner was not told; None when it was told or not considered."""
        verdict = self.verdict(partner)
        return verdict.reason if verdict and verdict.outcome is Outcome.DENY else None

    def sender_heard(self) -> list[dict[str, Any]]:
        """Return what arrived at the sender about others that were not told."""
        return [
            dict(self.arrived[v.notification_id]["data"])
            for v in self.decision.verdicts
            if v.recipient == self.decision.source and v.notification_id and v.notification_id in self.arrived
        ]

    def outcome(self, verdict: Verdict) -> ReceiptOutcome | None:
        """Return how a notification ended."""
        receipt = self.receipts.get(verdict.notification_id) if verdict.notification_id else None
        return receipt.outcome if receipt else None
