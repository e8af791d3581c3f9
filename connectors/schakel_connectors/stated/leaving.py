"""The statement that a person left the chain (R28)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_connectors.stated.later_day import later_day
from schakel_connectors.statement import Sender
from schakel_contracts.registry import ExitRecord


@dataclass(frozen=True, slots=True)
class LeavingStated:
    """A person is no longer in the chain, at once or from a later day; why is not said."""

    slot: str
    since: datetime | None = None
    """None: when the record was received."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: that everything ends is told by what ends."""
        del identity, memory, sender, received_at

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ExitRecord:
        """Return since when, and whether that is a later day."""
        del memory, sender
        later = later_day(self.since, received_at)
        return ExitRecord(id=identity, since=self.since or received_at, planned=later is not None)

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
