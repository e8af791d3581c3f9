"""The statement of where a trajectory stands (F2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_connectors.stated.event_stated import EventStated, found
from schakel_connectors.statement import Sender
from schakel_contracts.registry import TrajectoryRecord
from schakel_contracts.terms import TrajectoryStatus


@dataclass(frozen=True, slots=True)
class TrajectoryStated(EventStated):
    """A trajectory stands somewhere; thirty days after the last one ended, consents end too (R10)."""

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> TrajectoryRecord:
        """Return the trajectory as it now stands."""
        del identity, memory, received_at
        ended = self.value("status") is TrajectoryStatus.ENDED
        return TrajectoryRecord(
            id=found(self.value("trajectory_ref"), "trajectory_ref", sender),
            ended_on=self.value("end") if ended else None,
        )
