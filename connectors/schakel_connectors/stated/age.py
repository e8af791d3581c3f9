"""The statement of when a young person comes of age (R13)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.registry import AgeRecord


@dataclass(frozen=True, slots=True)
class AgeStated:
    """A person comes of age on a day."""

    slot: str
    adult_on: date

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: nobody is told an age."""
        del identity, memory, sender, received_at

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> AgeRecord:
        """Return the birthday that counts."""
        del memory, sender, received_at
        return AgeRecord(id=identity, adult_on=self.adult_on)

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
