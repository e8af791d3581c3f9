"""What the registry says of one person, as far as due dates depend on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import ValidationError

from schakel_contracts.codes import Role
from schakel_contracts.policy.civil_time import end_of, start_of
from schakel_contracts.policy.pauses import left_at
from schakel_contracts.registry import REGISTRY_RECORD, ExitRecord, Record, RelationRecord
from schakel_services.runtime.log import log

WANTED = frozenset({"consent", "relation", "representation", "age", "trajectory", "exit", "consent_withdrawal"})
"""Kinds of registry records on which a due date can depend."""

OVER = (b'"withdrawn_at":"', b'"superseded_at":"')
"""In a consent that somebody ended; no key or code of a record can hold a quotation mark."""

RECENT = timedelta(days=60)


class Registry:
    """The registry of one partition, kept as bytes and read when something is due."""

    def __init__(self) -> None:
        self._raw: dict[str, dict[str, bytes]] = {}

    def apply(self, key: str, value: bytes | None) -> None:
        """Take one registry record, or its tombstone; the key is ``person/kind/id``.

        Nothing is due for a consent that somebody ended: of ten years of them, the one that stands is kept.
        """
        person, _, rest = key.partition("/")
        kind = rest.partition("/")[0]
        if kind not in WANTED:
            return
        over = kind == "consent" and value is not None and any(mark in value for mark in OVER)
        if value is not None and not over:
            self._raw.setdefault(person, {})[rest] = value
        elif person in self._raw:
            self._raw[person].pop(rest, None)
            if not self._raw[person]:
                del self._raw[person]

    def of(self, person: str) -> tuple[Record, ...]:
        """Return the person's records; none when one of them breaks its contract, as for the gate."""
        raw = self._raw.get(person, {})
        try:
            return tuple(REGISTRY_RECORD.validate_json(value) for value in raw.values())
        except ValidationError:
            log.error("registry_malformed", subject=person)
            return ()


@dataclass(frozen=True)
class Facts:
    """One person at one moment."""

    now: datetime
    roles: Mapping[str, Role]
    """Every partner of the chain, and its role."""

    records: Sequence[Record] = ()
    kept_until: date | None = None
    """Last day on which a place at a day activity is kept, if a right of return stands on record."""

    @property
    def left(self) -> bool:
        """Say whether the person is in no chain any more (R28)."""
        return any(isinstance(record, ExitRecord) and left_at(record) <= self.now for record in self.records)

    def related(self, *roles: Role) -> Iterator[str]:
        """Yield the partners that are in a relation with the person now, those of the first role first."""
        active = sorted({found.party for found in self._relations() if self._holds(found)})
        for role in roles:
            yield from (party for party in active if self.roles.get(party) is role)

    def has_day_activity(self) -> bool:
        """Say whether the person goes to a day activity, or did until some weeks ago."""
        return any(
            found.role is Role.DAY
            and not found.ended
            and (found.valid_until is None or end_of(found.valid_until) + RECENT > self.now)
            for found in self._relations()
        )

    def _relations(self) -> Iterable[RelationRecord]:
        return (record for record in self.records if isinstance(record, RelationRecord))

    def _holds(self, relation: RelationRecord) -> bool:
        return (
            not relation.ended
            and (relation.valid_from is None or start_of(relation.valid_from) <= self.now)
            and (relation.valid_until is None or self.now < end_of(relation.valid_until))
        )
