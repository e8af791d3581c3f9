"""What one record adds to the transaction: found first, written afterwards."""

from dataclasses import dataclass, field
from typing import NamedTuple

from schakel_connectors.interpret import Change
from schakel_contracts.envelope import Envelope, Headers
from schakel_contracts.event import Contract
from schakel_contracts.identifiers import Pseudonym
from schakel_contracts.registry import registry_key
from schakel_services.intake import aside
from schakel_services.intake.incoming import Incoming, Result


class Origin(NamedTuple):
    """Where a record came from: the partner's system as events bear it, the record itself, and its place."""

    source: str
    item: Incoming
    position: str


class News(NamedTuple):
    """One thing that changed for a person."""

    person: str
    change: Change
    time: str
    """When it came to be, RFC 3339 in UTC."""


@dataclass(slots=True)
class Taken:
    """What one accepted record adds; of a refused one there is nothing but the result.

    Events and registry records are written when they are asked for: a batch is faster if all of it is found first.
    """

    result: Result
    origin: Origin | None = None
    news: list[News] = field(default_factory=list)
    versions: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Person and all of their own numbers."""

    owners: dict[str, str] = field(default_factory=dict)
    """Number and person, of the numbers that this very record links."""

    def ids(self) -> tuple[str, ...]:
        """Return the ids of the events, in their order."""
        return tuple(change.event_id for _, change, _ in self.news if change.event is not None)

    @property
    def events(self) -> list[tuple[str, bytes, Headers]]:
        """Return person, body and headers of each event."""
        found: list[tuple[str, bytes, Headers]] = []
        if self.origin is None:
            return found
        source, item, position = self.origin
        traceparent, withhold = aside.trace(item.traceparent), aside.veto(item.withhold)
        for person, change, time in self.news:
            if (event := change.event) is None:
                continue
            envelope = Envelope(
                id=change.event_id,
                source=source,
                type=event.type,
                subject=Pseudonym(person),
                time=time,
                traceparent=traceparent,
                withhold=withhold,
            )
            found.append((person, _written(event), envelope.to_headers(f"{position}/{len(found)}")))
        return found

    @property
    def records(self) -> list[tuple[str, str, bytes | None]]:
        """Return person, registry key and body of each registry record; without a body it is taken out."""
        found: list[tuple[str, str, bytes | None]] = []
        for person, change, _ in self.news:
            if (record := change.record) is not None:
                found.append((person, registry_key(person, record), _written(record)))
            if change.erases is not None:
                found.append((person, f"{person}/{change.erases}", None))
        return found


def _written(contract: Contract) -> bytes:
    """Return what ``model_dump_json(exclude_none=True)`` says, as bytes: it would make text first."""
    return contract.__pydantic_serializer__.to_json(contract, exclude_none=True)
