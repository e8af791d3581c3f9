"""Which consents there are, run out or are missing, by partner and kind of data (A5)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from schakel_contracts.codes import Category, Grantor, Reason, Role
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.standing import ALL_CHECKS
from schakel_contracts.registry import ConsentRecord, Record

SOON = timedelta(days=60)
STATES = ("active", "expiring", "expired", "withdrawn", "not_freely_given", "by_representative", "objected", "missing")


@dataclass
class Coverage:
    """Counts of persons' consents, for each partner and kind of data."""

    policy: Policy
    roles: Mapping[str, Role]
    """Every partner that is told anything, and its role."""

    tellers: Mapping[str, Role]
    """Every partner that tells anything, and its role."""

    now: datetime
    counts: dict[tuple[str, Category], Counter[str]] = field(default_factory=dict)
    persons: int = 0

    def __post_init__(self) -> None:
        """Read the tables once, and not for each person."""
        self._sources = {role: self._on_consent(role) for role in self.roles.values()}

    def add(self, records: Iterable[Record]) -> None:
        """Count one person."""
        found = list(records)
        person = PersonRegistry.from_records(found)
        # One that another replaced says nothing any more: the other is counted.
        givers = {
            record.id: record.grantor
            for record in found
            if isinstance(record, ConsentRecord) and record.superseded_at is None
        }
        self.persons += 1
        for party, role in self.roles.items():
            related = person.relation(party, role, self.now) is not None
            for category, sources in self._sources[role].items():
                self._count(person, party, category, givers, asked=related and self._is_told(person, party, sources))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one line for each partner and kind of data of which there is anything to say."""
        for (party, category), counter in sorted(self.counts.items()):
            counts = {state: counter[state] for state in STATES}
            yield {"recipient": party, "role": self.roles[party].value, "category": category.value, **counts}

    def _count(
        self,
        person: PersonRegistry,
        party: str,
        category: Category,
        givers: Mapping[Any, Grantor],
        *,
        asked: bool,
    ) -> None:
        named = person.permissions(party, category)
        states: set[str] = set()
        for consent in named:
            if consent.id not in givers:
                continue
            if consent.stands(self.now) and consent.flaw is None:
                states.add("expiring" if consent.end - self.now <= SOON else "active")
                if self.policy.roles[self.roles[party]].public_body and consent.checks != ALL_CHECKS:
                    states.add("not_freely_given")
                if givers[consent.id] is not Grantor.SUBJECT:
                    states.add("by_representative")
            elif self.now >= consent.end:
                states.add("withdrawn" if consent.ended_by is Reason.CONSENT_WITHDRAWN else "expired")
        if any(objection.stands(self.now) for objection in person.objections(party, category)):
            states.add("objected")
        if asked and not states & {"active", "expiring"}:
            states.add("missing")
        if states:
            self.counts.setdefault((party, category), Counter()).update(states)

    def _is_told(self, person: PersonRegistry, party: str, sources: frozenset[Role]) -> bool:
        """Say whether there is anybody who could tell a party of something: it may be the one who knows.

        Whoever tells of such data itself is told of it only where another who does is involved with the person.
        """
        others = [(name, role) for name, role in self.tellers.items() if name != party and role in sources]
        if self.tellers.get(party) not in sources:
            return bool(others)
        return any(person.relation(name, role, self.now) is not None for name, role in others)

    def _on_consent(self, role: Role) -> dict[Category, frozenset[Role]]:
        """Return the kinds of data that reach a role on consent in at least one way, and who tells of each."""
        found: dict[Category, frozenset[Role]] = {}
        told = {
            cell.category
            for (_, _, recipient), cell in self.policy.cells.items()
            if recipient is role and any(attempt.by_consent for attempt in cell.attempts)
        }
        for (_, source, _), cell in self.policy.cells.items():
            if cell.category in told:
                found[cell.category] = found.get(cell.category, frozenset()) | {source}
        return found
