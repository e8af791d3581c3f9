"""One person's registry: consents, relations, representations, requests; indexed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, end_of, instant, start_of
from schakel_contracts.policy.standing import Standing, stand
from schakel_contracts.registry import (
    ConsentRecord,
    RelationRecord,
    RepresentationRecord,
    RequestRecord,
)

Record = ConsentRecord | RelationRecord | RepresentationRecord | RequestRecord
Span = tuple[datetime, datetime]
NO_CONSENTS: tuple[Standing, ...] = ()


class PersonRegistry:
    """All that may open a way to somebody's data, as quickly for fifty consents as for one."""

    __slots__ = ("_consents", "_in_order", "_known", "_naming", "_objections", "_relations", "_requests")

    def __init__(
        self,
        consents: Iterable[Standing],
        relations: Iterable[RelationRecord],
        requests: Iterable[RequestRecord],
    ) -> None:
        self._consents: dict[UUID, Standing] = {}
        self._naming: dict[str, list[Standing]] = defaultdict(list)
        self._objections: dict[tuple[str | None, Category | None], list[Standing]] = defaultdict(list)
        for consent in consents:
            self._add(consent)
        self._relations: dict[tuple[str, Role], list[tuple[Span, UUID]]] = defaultdict(list)
        for relation in relations:
            self._relations[relation.party, relation.role].append((_days(relation), relation.id))
        self._requests: dict[tuple[str, Category], list[tuple[Span, str]]] = defaultdict(list)
        for request in requests:
            for category in request.categories:
                self._requests[request.party, category].append((_span(request), request.article))
        self._in_order: tuple[str, ...] | None = None
        self._known: dict[tuple[str, Category], tuple[Standing, ...]] = {}

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> Self:
        """Read one person's records, in any order: the same set gives the same decisions."""
        consents: list[ConsentRecord] = []
        relations: list[RelationRecord] = []
        requests: list[RequestRecord] = []
        changes: list[datetime] = []
        for record in records:
            if isinstance(record, ConsentRecord):
                consents.append(record)
            elif isinstance(record, RelationRecord):
                relations.append(record)
            elif isinstance(record, RequestRecord):
                requests.append(record)
            else:
                changes += _changes(record)
        relations.sort(key=lambda relation: relation.id.int)
        return cls([stand(consent, changes) for consent in consents], relations, requests)

    def _add(self, consent: Standing) -> None:
        self._consents[consent.id] = consent
        for party in consent.parties:
            self._naming[party].append(consent)
        if consent.objection:
            parties: Iterable[str | None] = consent.parties or (None,)
            for named in parties:
                for category in consent.categories or (None,):
                    self._objections[named, category].append(consent)

    def relation(self, party: str, role: Role, now: datetime) -> UUID | None:
        """Return a relation of this party in this role that is active now, or none (R3)."""
        for (begin, end), relation_id in self._relations.get((party, role), ()):
            if begin <= now < end:
                return relation_id
        return None

    def permissions(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every permission that names a party and a category, the longest first."""
        key = (party, category)
        found = self._known.get(key)
        if found is None:
            named = [
                consent
                for consent in self._naming.get(party, ())
                if not consent.objection and category in consent.categories
            ]
            named.sort(key=lambda consent: consent.id.int)
            named.sort(key=lambda consent: consent.end, reverse=True)
            found = self._known[key] = tuple(named)
        return found

    def objections(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every objection that may concern a party and a category."""
        if not self._objections:
            return NO_CONSENTS
        keys = ((party, category), (party, None), (None, category), (None, None))
        return tuple(consent for key in keys for consent in self._objections.get(key, ()))

    def consent(self, consent_id: UUID) -> Standing | None:
        """Return one consent or objection, whether it still stands or not."""
        return self._consents.get(consent_id)

    def requested(self, party: str, category: Category, article: str, now: datetime) -> bool:
        """Say whether a party has asked for this, under this article, and still may (R6)."""
        return any(
            begin <= now < end and article_of(asked) == article
            for (begin, end), asked in self._requests.get((party, category), ())
        )

    def involved(self) -> frozenset[str]:
        """Return every party that has, or had, a relation or is named in a consent or a request."""
        related = {party for party, _ in self._relations}
        asking = {party for party, _ in self._requests}
        return frozenset(related | asking | self._naming.keys())

    def in_order(self) -> tuple[str, ...]:
        """Return the same parties in a fixed order, so that a replay decides in the same one."""
        if self._in_order is None:
            self._in_order = tuple(sorted(self.involved()))
        return self._in_order

    def named_in_consent(self, party: str) -> bool:
        """Say whether the person ever named this party in a consent or an objection."""
        return party in self._naming


def article_of(code: str) -> str:
    """Reduce a citation to law and article: ``PW64(1)(n)`` and ``PW64-1-n`` are both ``PW64``."""
    end = next(
        (at for at, letter in enumerate(code) if letter in "(-" or (at and letter.islower())),
        len(code),
    )
    return code[:end]


def _days(relation: RelationRecord) -> Span:
    if relation.ended:
        return NEVER, NEVER
    begin = NEVER if relation.valid_from is None else start_of(relation.valid_from)
    return begin, ALWAYS if relation.valid_until is None else end_of(relation.valid_until)


def _span(request: RequestRecord) -> Span:
    return NEVER if request.valid_from is None else instant(request.valid_from), instant(request.valid_until)


def _changes(record: RepresentationRecord) -> list[datetime]:
    changes = [] if record.changed_at is None else [instant(record.changed_at)]
    if record.valid_from is not None:
        changes.append(start_of(record.valid_from))
    if record.valid_until is not None:
        changes.append(end_of(record.valid_until))
    return changes
