"""The statement that a person works somewhere (F14, F15)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID

from schakel_connectors.statement import OrganisationRef, Sender
from schakel_contracts.codes import EndingKind, HoursBand, PlacementKind, Role
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted


@dataclass(frozen=True, slots=True)
class PlacementStated:
    """A placement runs from a day, at so many hours, and is planned or known to end."""

    slot: str
    kind: PlacementKind
    start: date | None = None
    expected_end: date | None = None
    """Planned last day."""

    actual_end: date | None = None
    """Agreed last day. Until it comes it is a planned end, which overrules ``expected_end``."""

    hours_band: HoursBand | None = None
    employer: OrganisationRef | None = None
    ending_kind: EndingKind = EndingKind.UNKNOWN

    def on(self, day: date) -> "PlacementStated":
        """Return how it reads on a day: an agreed last day that lies ahead is a planned one."""
        if self.actual_end is None or self.actual_end <= day:
            return self
        return replace(self, expected_end=self.actual_end, actual_end=None)

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> PlacementStarted | PlacementChanged | PlacementEnded | None:
        """Return ended from the last day on; before it started, or changed if terms differ."""
        employer = sender.resolve(self.employer, Role.EMP).id if self.employer else None
        if self.actual_end is not None and self.actual_end <= received_at.date():
            return PlacementEnded(
                placement_ref=identity,
                kind=self.kind,
                start=self.start,
                hours_band=self.hours_band,
                employer=employer,
                end=self.actual_end,
                ending_kind=self.ending_kind,
            )
        if memory == self.memory(memory):
            return None
        happened = PlacementStarted if memory is None else PlacementChanged
        return happened(
            placement_ref=identity,
            kind=self.kind,
            start=self.start,
            hours_band=self.hours_band,
            employer=employer,
            expected_end=self.actual_end or self.expected_end,
        )

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: a placement is no registry record."""
        del identity, memory, sender, received_at

    def memory(self, previous: str | None) -> str:
        """Remember 16 hex characters that differ when kind, days, hours or employer do."""
        del previous
        end = self.actual_end or self.expected_end
        terms = (self.kind, self.start, end, self.hours_band, self.employer)
        return blake2b(repr(terms).encode(), digest_size=8).hexdigest()
