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

    now: datetime
    counts: dict[tuple[str, Category], Counter[str]] = field(default_factory=dict)
    persons: int = 0

    def add(self, records: Iterable[Record]) -> None:
        """Count one person."""
        found = list(records)
        person = PersonRegistry.from_records(found)
        givers = {record.id: record.grantor for record in found if isinstance(record, ConsentRecord)}
        self.persons += 1
        for party, role in self.roles.items():
            related = person.relation(party, role, self.now) is not None
            for category in self._on_consent(role):
                self._count(person, party, category, givers, related=related)

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
        related: bool,
    ) -> None:
        named = person.permissions(party, category)
        states: set[str] = set()
        for consent in named:
            if consent.stands(self.now) and consent.flaw is None:
                states.add("expiring" if consent.end - self.now <= SOON else "active")
                if self.policy.roles[self.roles[party]].public_body and consent.checks != ALL_CHECKS:
                    states.add("not_freely_given")
                if givers.get(consent.id) is not Grantor.SUBJECT:
                    states.add("by_representative")
            elif self.now >= consent.end:
                states.add("withdrawn" if consent.ended_by is Reason.CONSENT_WITHDRAWN else "expired")
        if any(objection.stands(self.now) for objection in person.objections(party, category)):
            states.add("objected")
        if related and not states & {"active", "expiring"}:
            states.add("missing")
        if states:
            self.counts.setdefault((party, category), Counter()).update(states)

    def _on_consent(self, role: Role) -> list[Category]:
        """Return the kinds of data that reach a role on consent alone in at least one way."""
        return sorted(
            {
                cell.category
                for (_, _, recipient), cell in self.policy.cells.items()
                if recipient is role and any(attempt.by_consent for attempt in cell.attempts)
            }
        )
