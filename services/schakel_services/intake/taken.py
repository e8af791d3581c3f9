"""What one record adds to the transaction: all of it is found, written and measured before any of it is remembered."""

from dataclasses import dataclass, field
from typing import NamedTuple

from schakel_connectors.interpret import Change
from schakel_connectors.rejection import rejected
from schakel_contracts.envelope import Envelope, Headers
from schakel_contracts.event import Contract
from schakel_contracts.registry import registry_key
from schakel_services.intake import aside
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.runtime.links import written_numbers
from schakel_services.runtime.writer import ROW_BYTES_MAX


class Origin(NamedTuple):
    """Where a record came from: the partner's system as events bear it, the record itself, and its place."""

    source: str
    item: Incoming
    position: str
    withhold: str | None
    """Roles that its sender does not want to be told, as events bear them (R7)."""


class News(NamedTuple):
    """One thing that changed for a person."""

    person: str
    change: Change
    time: str
    """When it came to be, RFC 3339 in UTC."""


@dataclass(slots=True)
class Taken:
    """What one accepted record adds; of a refused one there is nothing but the result."""

    result: Result
    origin: Origin | None = None
    news: list[News] = field(default_factory=list)
    versions: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    """Person, and all of their own numbers with the records that say so."""

    events: list[tuple[str, bytes, Headers]] = field(default_factory=list)
    """Person, body and headers of each event, once it is written."""

    records: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    """Person, registry key and body of each registry record, once it is written; without a body it is taken out."""

    rows: int = 0
    written: int = 0
    """How many rows for the log it comes to once it is written, and their bytes; headers and keys are short."""

    def ids(self) -> tuple[str, ...]:
        """Return the ids of the events, in their order."""
        return tuple(change.event_id for _, change, _ in self.news if change.event is not None)

    def write(self) -> None:
        """Write events and registry records, and raise ``RecordRejected`` when a row would be too large for the log.

        Larger than a batch, it would stop all that is to be written with it, and come back at each start. Headers are
        short, and have their room.
        """
        if self.origin is not None and self.news:
            self._write(self.origin)
        sizes = [len(body) for _, body, _ in self.events]
        sizes += [0 if body is None else len(body) for _, _, body in self.records]
        sizes += map(len, self.versions.values())
        sizes += [len(written_numbers(numbers)) for numbers in self.links.values()]
        if max(sizes, default=0) > ROW_BYTES_MAX:
            raise rejected("record", "too_much")
        self.rows, self.written = len(sizes), sum(sizes)

    def _write(self, origin: Origin) -> None:
        source, item, position, withhold = origin
        traceparent = aside.trace(item.traceparent)
        for person, change, time in self.news:
            event, record = change.event, change.record
            if event is not None:
                envelope = Envelope(
                    change.event_id, source, event.type, person, time, traceparent=traceparent, withhold=withhold
                )
                self.events.append((person, _written(event), envelope.to_headers(f"{position}/{len(self.events)}")))
            if record is not None:
                self.records.append((person, registry_key(person, record), _written(record)))
            if change.erases is not None:
                self.records.append((person, f"{person}/{change.erases}", None))


def _written(contract: Contract) -> bytes:
    """Return what ``model_dump_json(exclude_none=True)`` says, as bytes: it would make text first."""
    return contract.__pydantic_serializer__.to_json(contract, exclude_none=True)
