"""The statement of an involvement whose end names nothing but its key."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.event_stated import party
from schakel_connectors.stated.named import packed, unpacked
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import SELF, OrganisationRef, Sender
from schakel_contracts.case_relation import CaseRelationEnded, CaseRelationStarted
from schakel_contracts.codes import Role
from schakel_contracts.registry import RelationRecord

PARTNER = "partner"
"""How a party is named that has a role in the chain; of one outside, nobody knows it unless it is said."""


@dataclass(frozen=True, slots=True)
class RelationByKeyStated(RelationStated):
    """A party is involved, or, by its key alone, no longer is; raises ``RecordRejected`` for what can't be.

    The rules are ``ended_before`` for one that comes back under a key that was closed, ``relation_unknown`` for the end
    of what never began, and ``another_party`` for one that is active and comes to be another's: the first would be left
    out, and the other taken in, and neither would hear.
    """

    closed: bool = False

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> CaseRelationStarted | CaseRelationEnded | None:
        """Return started or ended, of the party that was named when it began."""
        stood, full = self._recalled(memory)
        if full.party != SELF and not full.closed:
            party(full.party, "party", sender, full.role)
            if full.party.scheme != PARTNER and sender.resolve(full.party, full.role).role is None:
                raise rejected("role", "missing")
        return RelationStated.event(full, identity, stood, sender, received_at)

    def record(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> RelationRecord | None:
        """Return the relation as it now stands."""
        stood, full = self._recalled(memory)
        if stood == "closed":
            return None
        last = full.valid_until
        if full.closed and last is not None and last >= received_at.date():
            # It is told ahead; until its last day has passed it goes on.
            full = replace(full, ended=False)
        return RelationStated.record(full, identity, stood, sender, received_at)

    def memory(self, previous: str | None) -> str:
        """Remember whether it is active, and whose it is; closed is never forgotten."""
        if self.closed:
            return packed("closed", unpacked(previous or "")[1])
        return packed(RelationStated.memory(self, previous), ((self.party, self.role),))

    def _recalled(self, memory: str | None) -> tuple[str | None, "RelationByKeyStated"]:
        """Return how it stood, and this statement with the party that it is about."""
        if memory is None:
            if self.closed:
                raise rejected("record", "relation_unknown")
            return None, self
        stood, named = unpacked(memory)
        if stood == "closed" and not self.closed:
            raise rejected("record", "ended_before")
        if stood == "active" and not self.closed and named and self._of_another(*named[0]):
            raise rejected("record", "another_party")
        if not self.closed or not named:
            return stood, self
        (ref, role), *_ = named
        return stood, replace(self, party=ref, role=role)

    def _of_another(self, ref: OrganisationRef, role: Role | None) -> bool:
        return ref != self.party or (role is not None and self.role is not None and role is not self.role)
