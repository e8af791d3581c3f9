"""One person's registry: consents, relations, representations, requests; indexed."""

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
    """All that may open a way to somebody's data, looked up in the same time for one consent as for fifty.

    What is looked for is found once and remembered: of most persons only a party or two is ever asked for.
    """

    __slots__ = ("_consents", "_in_order", "_known", "_objected", "_objecting", "_relations", "_requests")

    def __init__(
        self,
        consents: Iterable[Standing],
        relations: Iterable[RelationRecord],
        requests: Iterable[RequestRecord],
    ) -> None:
        self._consents = tuple(consents)
        self._objecting = tuple(consent for consent in self._consents if consent.objection)
        self._relations: dict[tuple[str, Role], list[tuple[Span, UUID]]] = {}
        for relation in relations:
            self._relations.setdefault((relation.party, relation.role), []).append((_days(relation), relation.id))
        self._requests: dict[tuple[str, Category], list[tuple[Span, str]]] = {}
        for request in requests:
            for category in request.categories:
                asked = self._requests.setdefault((request.party, category), [])
                asked.append((_span(request), request.article))
        self._known: dict[tuple[str, Category], tuple[Standing, ...]] = {}
        self._objected: dict[tuple[str, Category], tuple[Standing, ...]] = {}
        self._in_order: tuple[str, ...] | None = None

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

    def relation(self, party: str, role: Role, now: datetime) -> UUID | None:
        """Return a relation of this party in this role that is active now, or none (R3)."""
        for (begin, end), relation_id in self._relations.get((party, role), ()):
            if begin <= now < end:
                return relation_id
        return None

    def permissions(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every permission that names a party and a category, the one that lasts longest first."""
        key = (party, category)
        found = self._known.get(key)
        if found is None:
            named = [
                consent
                for consent in self._consents
                if not consent.objection and party in consent.parties and category in consent.categories
            ]
            named.sort(key=lambda consent: consent.id.int)
            named.sort(key=lambda consent: consent.end, reverse=True)
            found = self._known[key] = tuple(named)
        return found

    def objections(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every objection that may concern a party and a category: one that names none concerns any."""
        if not self._objecting:
            return NO_CONSENTS
        key = (party, category)
        found = self._objected.get(key)
        if found is None:
            found = self._objected[key] = tuple(
                objection
                for objection in self._objecting
                if (not objection.parties or party in objection.parties)
                and (not objection.categories or category in objection.categories)
            )
        return found

    def consent(self, consent_id: UUID) -> Standing | None:
        """Return one consent or objection, whether it still stands or not."""
        return next((consent for consent in self._consents if consent.id == consent_id), None)

    def requested(self, party: str, category: Category, article: str, now: datetime) -> bool:
        """Say whether a party has asked for this, under this article, and still may (R6)."""
        return any(
            begin <= now < end and article_of(asked) == article
            for (begin, end), asked in self._requests.get((party, category), ())
        )

    def involved(self) -> frozenset[str]:
        """Return every party with a relation, past ones too, or named in a consent, an objection or a request."""
        return frozenset(self.in_order())

    def in_order(self) -> tuple[str, ...]:
        """Return the same parties in a fixed order, so that a replay decides in the same one."""
        if self._in_order is None:
            found = {party for party, _ in (*self._relations, *self._requests)}
            found.update(*(consent.parties for consent in self._consents))
            self._in_order = tuple(sorted(found))
        return self._in_order

    def named_in_consent(self, party: str) -> bool:
        """Say whether the person ever named this party in a consent or an objection."""
        return any(party in consent.parties for consent in self._consents)


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
