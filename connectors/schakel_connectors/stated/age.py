"""The statement of when a young person comes of age (R13)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Sender
from schakel_contracts.registry import AgeRecord

PAST_YEARS, AHEAD_YEARS = 12, 18
"""From not yet born to thirty: the last birthday that a rule asks for is the 27th."""


@dataclass(frozen=True, slots=True)
class AgeStated:
    """A person comes of age on a day; raises ``RecordRejected`` for one on which nobody young does.

    The day of birth, by mistake, would make a child of sixteen an adult, and a slip in the year a child of an adult.
    """

    slot: str
    adult_on: date

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: nobody is told an age."""
        del identity, memory, sender, received_at

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> AgeRecord:
        """Return the birthday that counts."""
        del memory, sender
        if not received_at.year - PAST_YEARS < self.adult_on.year <= received_at.year + AHEAD_YEARS:
            raise rejected("adult_on", "not_a_young_person")
        return AgeRecord(id=identity, adult_on=self.adult_on)

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
