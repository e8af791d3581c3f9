"""The statement that somebody acts for the person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.codes import Category, Grantor
from schakel_contracts.registry import RepresentationRecord
from schakel_contracts.representation import RepresentationChanged


@dataclass(frozen=True, slots=True)
class RepresentationStated:
    """Somebody acts for the person in a certain capacity, from when to when; who it is has no field."""

    slot: str
    capacity: Grantor
    scope: tuple[Category, ...] = ()
    """Empty: all categories that the capacity covers."""

    valid_from: date | None = None
    valid_until: date | None = None

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RepresentationChanged:
        """Return the change; every new version is one."""
        del memory, sender, received_at
        return RepresentationChanged(
            representation_id=identity,
            kind=self.capacity,
            scope=self.scope,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> RepresentationRecord:
        """Return the representation as it now stands; its change ends consents that were given before (R10).

        That it begins is told apart: whoever begins may have given a consent that by another clock was before.
        """
        del sender
        return RepresentationRecord(
            id=identity,
            capacity=self.capacity,
            scope=self.scope,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            change="begun" if memory is None else "changed",
            changed_at=received_at,
        )

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"
