"""The statement that another consent takes the place of one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_connectors.stated.consent import NOTHING, ConsentStated, Standing, Terms
from schakel_connectors.stated.consent_by_key import ConsentByKeyStated
from schakel_connectors.statement import Sender
from schakel_contracts.registry import ConsentRecord


@dataclass(frozen=True, slots=True)
class ConsentReplacedStated(ConsentByKeyStated):
    """A consent is over, since another was given in its place; raises ``RecordRejected`` for a key that never was.

    Whom the other one names for no less is told of that one. Whom it leaves out is told to stop.
    """

    standing: Standing = Standing.SUPERSEDED
    successor: Terms = NOTHING

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: those who are named in both are told of the other one."""
        del identity, sender, received_at
        self._recalled(memory)

    def still_named(self, memory: str | None, sender: Sender) -> frozenset[str]:
        """Return the partners that the other one names, if it permits all that this one did."""
        _, full = self._recalled(memory)
        if full.terms is None or not _covers(self.successor, full.terms):
            return frozenset()
        return ConsentByKeyStated(self.slot, Standing.HOLDS, self.successor).still_named(None, sender)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentRecord | None:
        """Return the consent with the moment at which the other one came; None when it ended before."""
        stood, full = self._recalled(memory)
        if stood != Standing.HOLDS:
            return None
        held = ConsentByKeyStated(self.slot, Standing.HOLDS, full.terms, full.proof)
        stands = ConsentStated.record(held, identity, stood, sender, received_at)
        return None if stands is None else stands.model_copy(update={"superseded_at": received_at})


def _covers(terms: Terms, before: Terms) -> bool:
    """Say whether one permits at least what another did; how long is told with each."""
    return (
        terms.source in {None, before.source}
        and set(before.categories) <= set(terms.categories)
        and set(before.purposes) <= set(terms.purposes)
    )
