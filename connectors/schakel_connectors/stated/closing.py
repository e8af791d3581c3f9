"""What a record gave and no longer says: how a relation, a consent or a representation is closed.

Only what opens a way is closed, and stands in the registry for as long as nobody ends it. What was told once (where a
plan stands, a level of support, a benefit) is not taken back by a record that is silent about it: an event that says
"ended" would say more than the record does. What restricts (an objection that waits for its answer, an age, an exit)
is not lifted by silence either, nor by a record that comes to be about somebody else: only by what says that it ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schakel_connectors.stated.consent import NOTHING, Standing
from schakel_connectors.statement import Sender, Statement
from schakel_contracts.case_relation import CaseRelationEnded
from schakel_contracts.codes import ConsentEffect, ConsentForm, Grantor, Role
from schakel_contracts.consent import ConsentWithdrawn, Recipient
from schakel_contracts.registry import (
    ConsentRecord,
    EmergencyRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestRecord,
    TrajectoryRecord,
)
from schakel_contracts.representation import RepresentationChanged

CLOSED_BY_SILENCE = ("relation ", "consent", "representation ")
"""How that begins which a later version must state again, or it ends."""

ERASED = "erase "
"""How that begins which says its own end, and is taken out when its record turns out to be about somebody else."""

NOTHING_TO_CLOSE = "-"
"""It stood in the registry, or restricts; how it ended is remembered."""


def standing(record: Record) -> str:
    """Return the few words with which that is closed which a registry record gives; none for what restricts.

    Of a permission they name the partners that it names, who are told to stop; an organisation outside the chain is
    told nothing anyway.
    """
    if isinstance(record, RelationRecord) and not record.ended:
        return f"relation {record.role} {record.party}"
    if isinstance(record, ConsentRecord) and _permits(record):
        named = {f"{each.role or ''}/{each.party}" for each in record.recipients if ":" not in each.party}
        return " ".join(("consent", *sorted(named)))
    if isinstance(record, RepresentationRecord):
        return f"representation {record.capacity}"
    if isinstance(record, (RequestRecord, EmergencyRecord, TrajectoryRecord)):
        return f"{ERASED}{record.kind}/{record.id}"
    return NOTHING_TO_CLOSE


def named_in(stands: str) -> tuple[Recipient, ...]:
    """Return the partners that a permission names, by the words of ``standing``; nobody for anything else."""
    kind, *words = stands.split(" ")
    return tuple(_recipient(word) for word in words) if kind == "consent" else ()


def _permits(record: ConsentRecord) -> bool:
    stands = record.withdrawn_at is None and record.superseded_at is None
    return stands and record.effect is ConsentEffect.PERMIT


def closing(slot: str, stands: str, *, moved: bool) -> Statement:
    """Return the statement that closes a slot; ``moved``: the record is about somebody else now.

    A part of a consent that is gone may come back with a later version; a consent that turned out to be another
    person's is withdrawn for good.
    """
    kind, *words = stands.split(" ")
    if kind == "relation":
        return RelationGone(slot, words[1], Role(words[0]))
    if kind == "consent":
        return ConsentGone(slot, named_in(stands), for_good=moved)
    if kind == "representation":
        return RepresentationGone(slot, Grantor(words[0]))
    raise ValueError("nothing to close by that name")


def _recipient(word: str) -> Recipient:
    role, _, party = word.partition("/")
    return Recipient(party=party, role=Role(role) if role else None)


@dataclass(frozen=True, slots=True)
class RelationGone:
    """A party is no longer involved: the party as it was looked up when the relation began."""

    slot: str
    party: str
    role: Role

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> CaseRelationEnded:
        """Return ended, without a last day: the record names none."""
        del memory, sender, received_at
        return CaseRelationEnded(relation_id=identity, party=self.party, role=self.role)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RelationRecord:
        """Return the relation, ended now."""
        del memory, received_at
        return RelationRecord(id=identity, party=self.party, role=self.role, ended=True, asserted_by=sender.party)

    def memory(self, previous: str | None) -> str:
        """Remember it as any relation that ended: a later version may begin it again."""
        del previous
        return "ended"


@dataclass(frozen=True, slots=True)
class ConsentGone:
    """A consent, or a part of one, is there no more."""

    slot: str
    recipients: tuple[Recipient, ...]
    for_good: bool

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentWithdrawn:
        """Return withdrawn as of its receipt, for those whom it named."""
        del memory, sender
        return ConsentWithdrawn(consent_id=identity, effective=received_at, recipients=self.recipients)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentRecord:
        """Return the consent without terms, withdrawn."""
        del memory
        return ConsentRecord(
            id=identity,
            effect=NOTHING.effect,
            recipients=self.recipients,
            form=ConsentForm.VERBAL,
            withdrawn_at=received_at,
            collected_by=sender.party,
        )

    def memory(self, previous: str | None) -> str:
        """Withdrawn is never forgotten; a part that is gone may come back."""
        for_good = self.for_good or previous == Standing.WITHDRAWN
        return Standing.WITHDRAWN.value if for_good else Standing.VOID.value


@dataclass(frozen=True, slots=True)
class RepresentationGone:
    """Nobody acts for the person any more in this capacity."""

    slot: str
    capacity: Grantor

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RepresentationChanged:
        """Return the change: its last day was the day before."""
        del memory, sender
        last = received_at.date() - timedelta(days=1)
        return RepresentationChanged(representation_id=identity, kind=self.capacity, valid_until=last)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RepresentationRecord:
        """Return the representation, over; consents that were given before end with it (R10)."""
        del memory, sender
        last = received_at.date() - timedelta(days=1)
        return RepresentationRecord(
            id=identity, capacity=self.capacity, valid_until=last, change="ended", changed_at=received_at
        )

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
