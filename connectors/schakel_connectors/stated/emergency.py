"""The statement that the emergency procedure was used (F45, R17)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.event_stated import EventStated
from schakel_connectors.statement import Sender
from schakel_contracts.event import Event
from schakel_contracts.registry import EmergencyRecord

LONGEST = timedelta(hours=24)
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class EmergencyStated(EventStated):
    """The sender opened the way in an emergency, for a day at most, and may have closed it; then it stays closed."""

    closed_at: datetime | None = None

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Event | None:
        """Return that it was used, by the sender; nothing when all that is new is that it was closed."""
        if memory == CLOSED and self.closed_at is None:
            raise rejected("record", "ended_before")
        if self.value("until") > received_at + LONGEST:
            raise rejected("until", "more_than_24_hours")
        if self.closed_at is not None and memory is not None:
            return None
        who = (("emergency_id", identity), ("party", sender.party), ("role", sender.role))
        return EventStated(self.slot, self.type, (*self.values, *who)).event(identity, memory, sender, received_at)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> EmergencyRecord:
        """Return the emergency as it now stands."""
        del memory
        return EmergencyRecord(
            id=identity,
            party=sender.party,
            role=sender.role,
            reason=self.value("reason"),
            categories=self.value("categories"),
            begun_at=received_at,
            until=self.value("until"),
            closed_at=None if self.closed_at is None else min(self.closed_at, received_at),
        )

    def memory(self, previous: str | None) -> str:
        """Remember whether it was closed."""
        return CLOSED if previous == CLOSED or self.closed_at is not None else "told"
