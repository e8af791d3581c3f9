"""The ruling: what one party gets of one event, and on which grounds."""

from typing import NamedTuple
from uuid import UUID

from schakel_contracts.codes import Outcome, Purpose, Reason, Remedy
from schakel_contracts.quick import NEW


class Ruling(NamedTuple):
    """One decision about one recipient; holds names of fields and rules, never a value.

    A named tuple, since one is made for every recipient of every event: a frozen dataclass of this
    size costs four times as much to make, half of a whole decision. What only the decision itself knows
    stands last, so that the rest can be prepared.
    """

    outcome: Outcome
    row: str | None = None
    """The policy row; none when no row opens this way."""
    rules: tuple[str, ...] = ()
    """For a permit the rules that were met, for a denial the one that failed first."""
    basis: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """What may be sent, as the recipient's contract calls it."""
    stripped: tuple[str, ...] = ()
    """Fields of the event that this recipient does not get."""
    masked: tuple[str, ...] = ()
    """What is replaced by a neutral value: ``source``, ``type``."""
    view: str | None = None
    """The event that the recipient sees instead, by its short name."""
    reason: Reason | None = None
    remedy: Remedy | None = None
    prohibited_use: str | None = None
    relation_required: bool = True
    """Whether the deliverer must find the relation again before it sends."""
    purpose: Purpose | None = None
    """The one purpose under which it goes: the row's, or the primary one that the consent names."""
    consent_id: UUID | None = None
    relation_id: UUID | None = None

    @property
    def allowed(self) -> bool:
        """Say whether anything may be sent at all."""
        return self.outcome is not Outcome.DENY

    def because(self, purpose: Purpose, consent_id: UUID | None, relation_id: UUID | None) -> "Ruling":
        """Return the same with what only one decision knows."""
        return NEW(Ruling, self[:PREPARED] + (purpose, consent_id, relation_id))  # noqa: RUF005 - half the time


PREPARED = Ruling._fields.index("purpose")
"""How many of its fields are known before a decision."""
