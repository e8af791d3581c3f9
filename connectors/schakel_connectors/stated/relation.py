"""The statement that a party is involved with the person (R3)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from schakel_connectors.statement import SELF, OrganisationRef, Party, Sender
from schakel_contracts.case_relation import CaseRelationEnded, CaseRelationStarted
from schakel_contracts.codes import Role
from schakel_contracts.registry import RelationRecord


@dataclass(frozen=True, slots=True)
class RelationStated:
    """A party is, or is no longer, involved with the person."""

    spelt_alike: ClassVar[bool] = True
    slot: str
    party: OrganisationRef = SELF
    role: Role | None = None
    """None: the role that the party has in the chain; one without a role there is left out."""

    valid_from: date | None = None
    valid_until: date | None = None
    ended: bool = False

    def on(self, day: date) -> "RelationStated":
        """Return how it reads on a day: ended once its last day has passed."""
        if self.ended or self.valid_until is None or self.valid_until >= day:
            return self
        return replace(self, ended=True)

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> CaseRelationStarted | CaseRelationEnded | None:
        """Return started for the first active version, ended when an active one ends."""
        del received_at
        found = sender.resolve(self.party, self.role)
        role = self._role(found, sender)
        if role is None:
            return None
        if self.ended:
            if memory != "active":
                return None
            return CaseRelationEnded(relation_id=identity, party=found.id, role=role, valid_until=self.valid_until)
        if memory == "active":
            return None
        return CaseRelationStarted(
            relation_id=identity, party=found.id, role=role, valid_from=self.valid_from, valid_until=self.valid_until
        )

    def record(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> RelationRecord | None:
        """Return the relation as it now stands."""
        del memory, received_at
        found = sender.resolve(self.party, self.role)
        role = self._role(found, sender)
        if role is None:
            return None
        return RelationRecord(
            id=identity,
            party=found.id,
            role=role,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            ended=self.ended,
            asserted_by=sender.party,
        )

    def memory(self, previous: str | None) -> str:
        """Remember only whether it is active."""
        del previous
        return "ended" if self.ended else "active"

    def _role(self, found: Party, sender: Sender) -> Role | None:
        return self.role or found.role or (sender.role if self.party == SELF else None)
