"""The statement that a person left the chain (R28)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.registry import ExitRecord


@dataclass(frozen=True, slots=True)
class LeavingStated:
    """A person is no longer in the chain since a moment; why is not said."""

    slot: str
    since: datetime | None = None
    """None: when the record was received."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: that everything ends is told by what ends."""
        del identity, memory, sender, received_at

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ExitRecord:
        """Return since when."""
        del memory, sender
        return ExitRecord(id=identity, since=self.since or received_at)

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
