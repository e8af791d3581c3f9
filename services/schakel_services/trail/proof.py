"""What stands on the log of one consent that was withdrawn: what went under it, what was blocked, and who was told."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn, Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.envelope import MalformedEnvelope, read_envelope
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.receipt import Receipt
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.consents import Kept, registry_of
from schakel_services.trail.search import TrailUnreadable
from schakel_services.trail.stream import kept_since, records_now

DELIVERED = ReceiptOutcome.DELIVERED
KINDS: dict[str, type[ConsentGranted | ConsentWithdrawn]] = {
    ConsentGranted.type: ConsentGranted,
    ConsentWithdrawn.type: ConsentWithdrawn,
}
"""Events that say how a consent stands."""


@dataclass
class Proof:
    """A4: everything that shows whether a withdrawal was honoured. ``judgement`` says whether it was."""

    kept: Kept
    person: PersonRegistry
    policy: Policy
    until: datetime
    """When the reading began; what came later is not in it."""

    since: datetime | None = None
    """From when on the topics still hold everything; None: nothing was ever removed from them."""

    decisions: list[Decision] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    withdrawals: set[UUID] = field(default_factory=set)
    """Events that tell somebody to stop using what went under this consent."""

    withdrawn_here: datetime | None = None
    """When the event came by which its keeper ended it, since it last stood."""

    withdrawn_elsewhere: datetime | None = None
    """When the first event came by which another partner ended it."""

    @property
    def t0(self) -> datetime | None:
        """Return when the withdrawal came on the log; no delivery may begin after it. None: it was not withdrawn.

        Whoever withdrew has the answer a moment later: what begins in between is counted as late, never as early. The
        registry keeps only the last version of a record, so where the event is older it counts.
        """
        ended = self.kept.ended_at
        told = (self.withdrawn_here, self.withdrawn_elsewhere)
        return None if ended is None else min((ended, *(at for at in told if at is not None)))

    def reaches_back(self) -> bool:
        """Say whether the topics still hold everything since the withdrawal."""
        return self.t0 is not None and (self.since is None or self.since <= self.t0)

    def delivered(self) -> list[Receipt]:
        """Return what this consent carried and arrived, whichever consent it was decided under, as it left."""
        found = (one for one in self._carried() if one.outcome is DELIVERED)
        return sorted(found, key=lambda receipt: receipt.began_at)

    def possibly_arrived(self) -> list[Receipt]:
        """Return what did not end as delivered, and of which an attempt may have arrived all the same."""
        under = self._decided()
        carried = self.kept.consent.id
        return [
            receipt
            for notification, receipt in self.receipts.items()
            if receipt.possibly_arrived and (notification in under or receipt.consent_id == carried)
        ]

    def late(self) -> list[Receipt]:
        """Return what left, or may have, on an attempt that began after the withdrawal; there must be none (G5)."""
        left = (one for one in self._carried() if one.outcome is DELIVERED or one.possibly_arrived)
        return [receipt for receipt in left if self.t0 is not None and receipt.began_at > self.t0]

    def under_way(self) -> int:
        """Count what was decided under it and has not ended yet."""
        return sum(notification not in self.receipts for notification in self._decided())

    def withheld(self) -> int:
        """Count what a decision allowed and the second check stopped."""
        under = self._decided()
        return sum(
            receipt.outcome is ReceiptOutcome.WITHHELD and receipt.reason is Reason.CONSENT_WITHDRAWN
            for notification, receipt in self.receipts.items()
            if notification in under
        )

    def denied(self) -> int:
        """Count what the gate denied after it, for the reason that this consent was withdrawn."""
        return sum(
            verdict.outcome is Outcome.DENY
            and verdict.reason is Reason.CONSENT_WITHDRAWN
            and self._ended_for(decision, verdict) == self.kept.consent.id
            for decision in self.decisions
            if self.t0 is not None and decision.decided_at >= self.t0
            for verdict in decision.verdicts
        )

    def told(self) -> set[str]:
        """Return everybody who was told something under it, or may have been."""
        return {receipt.recipient for receipt in (*self.delivered(), *self.possibly_arrived())}

    def stopping(self) -> Iterator[tuple[Decision, Verdict, Receipt | None]]:
        """Yield what was decided for each of those who could be told to stop, and how that ended."""
        for decision in self.decisions:
            if decision.event_id in self.withdrawals:
                for verdict in decision.verdicts:
                    told = verdict.notification_id
                    yield decision, verdict, None if told is None else self.receipts.get(told)

    def stops_decided(self) -> bool:
        """Say whether the gate has come to every one of these events."""
        return self.withdrawals <= {decision.event_id for decision in self.decisions}

    def _carried(self) -> Iterator[Receipt]:
        carried = self.kept.consent.id
        return (receipt for receipt in self.receipts.values() if receipt.consent_id == carried)

    def _decided(self) -> set[UUID]:
        consent = self.kept.consent.id
        return {
            verdict.notification_id
            for decision in self.decisions
            for verdict in decision.verdicts
            if verdict.consent_id == consent and verdict.notification_id is not None
        }

    def _ended_for(self, decision: Decision, verdict: Verdict) -> UUID | None:
        """Return the consent whose end a denial tells of: of those that would carry it the last to end, as the gate."""
        cell = self.policy.cells.get((decision.event_type, decision.source_role, verdict.role))
        if cell is None:
            return None
        for consent in self.person.permissions(verdict.recipient, cell.category):
            named = consent.parties.get(verdict.recipient, frozenset())
            if (
                (verdict.role in named or None in named)
                and consent.source in {None, decision.source}
                and not consent.purposes.isdisjoint(cell.purposes)
                and consent.end <= decision.decided_at
            ):
                return consent.id
        return None


async def prove(cluster: Cluster, kept: Kept, policy: Policy, until: datetime) -> Proof:
    """Gather what the log says of one consent; the topics hold 14 days. Reads one partition of each."""
    proof = Proof(kept, await registry_of(cluster, kept), policy, until)
    subject, numbers = kept.person.encode(), [kept.partition]
    async with aclosing(records_now(cluster, topics.EVENTS, numbers)) as records:
        async for record in records:
            if record.key == subject:
                _note(record, proof)
    try:
        async with aclosing(records_now(cluster, topics.AUDIT, numbers)) as records:
            async for record in records:
                if record.key == subject and topics.DECISION_HEADERS[0] in tuple(record.headers):
                    proof.decisions.append(Decision.model_validate_json(record.value or b""))
        async with aclosing(records_now(cluster, topics.RECEIPTS, numbers)) as records:
            async for record in records:
                if record.key == subject:
                    receipt = Receipt.model_validate_json(record.value or b"")
                    proof.receipts[receipt.notification_id] = receipt
    except ValidationError:
        raise TrailUnreadable("a decision or receipt of this person breaks its contract") from None
    # Asked last: what was removed while this read is not counted on.
    proof.since = await kept_since(cluster, (topics.EVENTS, topics.AUDIT, topics.RECEIPTS), kept.partition, until)
    return proof


def _note(record: ConsumerRecord, proof: Proof) -> None:
    """Keep what an event tells of the end of this consent; of what breaks its contract nobody was told."""
    consent = proof.kept.consent
    if str(consent.id).encode() not in (record.value or b""):
        return
    try:
        envelope = read_envelope(record.headers)
        kind = KINDS.get(envelope.type)
        event = None if kind is None else kind.model_validate_json(record.value or b"")
    except (MalformedEnvelope, ValidationError):
        return
    if event is None or event.consent_id != consent.id:
        return
    at_keeper = envelope.source.endswith(f":{consent.collected_by}")
    if isinstance(event, ConsentGranted):
        # A part of a consent that was gone may come back; what another partner took back may not.
        proof.withdrawn_here = None if at_keeper else proof.withdrawn_here
        return
    proof.withdrawals.add(UUID(envelope.id))
    # Whoever is left out of a consent hears that too, in an event that names them and none who stayed in it.
    if event.recipients and not _parties(event.recipients) >= _parties(consent.recipients):
        return
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    if at_keeper:
        proof.withdrawn_here = proof.withdrawn_here or at
    else:
        proof.withdrawn_elsewhere = proof.withdrawn_elsewhere or at


def _parties(recipients: tuple[Recipient, ...]) -> set[str]:
    return {recipient.party for recipient in recipients}
