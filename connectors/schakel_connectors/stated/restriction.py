"""The statement that data waits until an objection, or a wish for restriction, is answered (R27)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from schakel_connectors.stated.event_stated import found, party
from schakel_connectors.statement import OrganisationRef, Reference, Sender
from schakel_contracts.codes import Category
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.registry import RestrictionRecord
from schakel_contracts.terms import RightStatus


@dataclass(frozen=True, slots=True)
class RestrictionStated:
    """A right was exercised towards one party, or towards everybody; the answer is that party's own.

    Each party's part has an id that is made of the request and the party, so that a party can answer for itself and
    for nobody else.
    """

    slot: str
    request: Reference | UUID
    right: Literal["objection", "restriction"]
    status: RightStatus
    categories: tuple[Category, ...] = ()
    towards: OrganisationRef | None = None
    """None: everybody."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: that the right was exercised is told by an event of its own."""
        del identity, memory, sender, received_at

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RestrictionRecord:
        """Return the restriction as it now stands."""
        del identity, memory
        request = found(self.request, "request_id", sender)
        towards = None if self.towards is None else party(self.towards, "addressees", sender)
        return RestrictionRecord(
            id=request if towards is None else deterministic_id(str(request), towards),
            right=self.right,
            categories=self.categories,
            recipients=() if towards is None else (towards,),
            begun_at=received_at,
            answered_at=None if self.status is RightStatus.RECEIVED else received_at,
            upheld=self.status is not RightStatus.REFUSED,
        )

    def memory(self, previous: str | None) -> str:
        """Remember how far the answer is."""
        del previous
        return self.status.value
