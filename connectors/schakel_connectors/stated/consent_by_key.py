"""The statement of a consent whose withdrawal names nothing but its key."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.consent import ConsentStated, Proof, Standing, Terms
from schakel_connectors.stated.event_stated import party
from schakel_connectors.statement import Sender
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn
from schakel_contracts.registry import ConsentRecord


class Given(NamedTuple):
    """What is remembered of a consent that holds: its end names nothing of it, and the proof outlives it (AVG 7(1))."""

    terms: Terms
    proof: Proof


GIVEN: TypeAdapter[Given] = TypeAdapter(Given)


@dataclass(frozen=True, slots=True)
class ConsentByKeyStated(ConsentStated):
    """A consent that holds, or, by its key alone, that it was withdrawn.

    What it says is remembered while it holds, so that those it names are told to stop, and the registry keeps what was
    given, by whom and how, also where the withdrawal names somebody. Raises ``RecordRejected`` with the rule
    ``withdrawn_before`` for one that comes back, and ``consent_unknown`` for a key that never was: a slip in the key
    of a withdrawal must not look like a withdrawal. Nor must that of one that another replaced, which goes on:
    ``superseded``. Whom the chain does not have under the name and in the role that stand there is ``partner_unknown``:
    an objection would hold towards nobody.
    """

    given_field: ClassVar[str] = "granted_at"

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> ConsentGranted | ConsentWithdrawn | None:
        """Return granted or withdrawn."""
        stood, full = self._recalled(memory)
        if self.standing is Standing.HOLDS and stood in {Standing.SUPERSEDED, Standing.WITHDRAWN}:
            raise rejected("record", "withdrawn_before")
        if self.standing is Standing.WITHDRAWN and stood == Standing.SUPERSEDED:
            raise rejected("record", "superseded")
        if self.standing is Standing.HOLDS and self.terms is not None:
            _check_named(self.terms, sender)
        return ConsentStated.event(full, identity, stood, sender, received_at)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentRecord | None:
        """Return the consent as it now stands; None when it ended before."""
        stood, full = self._recalled(memory)
        return ConsentStated.record(full, identity, stood, sender, received_at)

    def memory(self, previous: str | None) -> str:
        """Remember how it stands, and what it says while it holds; withdrawn is never forgotten."""
        if previous == Standing.WITHDRAWN:
            return previous
        if self.standing is Standing.HOLDS and self.terms:
            return f"{Standing.HOLDS} {GIVEN.dump_json(Given(self.terms, self.proof)).decode()}"
        return self.standing.value

    def _recalled(self, memory: str | None) -> tuple[str | None, "ConsentByKeyStated"]:
        """Return how it stood, and this statement with whom the consent names."""
        if self.terms is None and memory is None:
            raise rejected("record", "consent_unknown")
        if memory is None:
            return None, self
        stood, _, said = memory.partition(" ")
        if self.standing is Standing.HOLDS or not said:
            return stood, self
        given = GIVEN.validate_json(said)
        terms = given.terms if self.terms is None else replace(given.terms, recipients=self.terms.recipients)
        return stood, replace(self, terms=terms, proof=given.proof)


def _check_named(terms: Terms, sender: Sender) -> None:
    for ref, role in terms.recipients:
        party(ref, "recipients", sender, role)
    if terms.source is not None:
        party(terms.source, "source", sender)
