"""What a deliverer finds in its state topic: who wrote last, what waits, and what it has seen."""

from dataclasses import dataclass, field

from schakel_services.deliver.doubt import Doubt
from schakel_services.deliver.notification import source_of
from schakel_services.deliver.pending import PREFIX, Pending, restored
from schakel_services.runtime.log import log

OWNER, AT_REST, DOUBT, POSITION_PREFIX = "owner", "at_rest", "doubt", "position/"
OWNER_PARTITION = 0


@dataclass
class Positions:
    """The last source position of each source, by which a repeat on ``notify`` is known."""

    last: dict[str, tuple[int, int]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def is_new(self, position: str) -> bool:
        """Note a position; say no when it, or a later one of that source, was seen before."""
        source, at = source_of(position)
        last = self.last.get(source)
        if last is not None and at <= last:
            return False
        self.last[source] = at
        self.changed.add(source)
        return True

    def changes(self) -> list[tuple[bytes, bytes]]:
        """Return the rows for what changed since the last call."""
        rows = [
            (f"{POSITION_PREFIX}{source}".encode(), b"%d/%d" % self.last[source]) for source in sorted(self.changed)
        ]
        self.changed.clear()
        return rows


@dataclass
class Restoring:
    """Collects the records of ``state.deliver.<partner>``; compaction may have left old ones in."""

    owner: bytes | None = None
    at_rest: bytes | None = None
    """The last owner that said that it had nothing under way any more."""

    doubt: Doubt | None = None
    positions: Positions = field(default_factory=Positions)
    _pending: dict[str, bytes] = field(default_factory=dict)

    def apply(self, key: str, value: bytes | None) -> None:
        """Take one record."""
        if key == OWNER:
            self.owner = value
        elif key == AT_REST:
            self.at_rest = value
        elif key == DOUBT:
            self.doubt = None if value is None else Doubt.model_validate_json(value)
        elif key.startswith(POSITION_PREFIX) and value is not None:
            source, at = source_of(f"{key.removeprefix(POSITION_PREFIX)}/{value.decode()}")
            self.positions.last[source] = at
        elif value is None:
            self._pending.pop(key, None)
        else:
            self._pending[key] = value

    @property
    def unclean(self) -> bool:
        """Say whether the last owner may have sent what it did not write down."""
        return self.owner != self.at_rest

    def pendings(self) -> list[Pending]:
        """Return what waits, each person's in order."""
        found = []
        for key, value in self._pending.items():
            if not key.startswith(PREFIX):
                continue
            try:
                found.append(restored(value))
            except ValueError as error:
                log.error("pending_not_restored", error=type(error).__name__)
        for pending in found:
            if self.doubt is not None and self.doubt.covers(pending):
                pending.possibly_arrived = True
        return sorted(found, key=lambda pending: (pending.notification.partition, pending.notification.order))
