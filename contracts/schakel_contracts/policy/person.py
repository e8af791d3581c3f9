"""One person's registry: consents, relations, requests and what else decides; indexed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self, TypeVar, cast
from uuid import UUID

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Contract
from schakel_contracts.policy.citation import Citation, citation, cites
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, end_of, instant, start_of
from schakel_contracts.policy.ends import PLAIN, Around
from schakel_contracts.policy.pauses import emergency, restriction
from schakel_contracts.policy.standing import Standing, stand
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    EmergencyRecord,
    ExitRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestRecord,
    RestrictionRecord,
    TrajectoryRecord,
)

Span = tuple[datetime, datetime]
NO_CONSENTS: tuple[Standing, ...] = ()
Kind = TypeVar("Kind", bound=Contract)


class PersonRegistry:
    """All that may open or close a way to somebody's data, looked up in the same time for one consent as for fifty.

    What is looked for is found once and remembered: of most persons only a party or two is ever asked for.
    """

    __slots__ = (
        "_consents",
        "_in_order",
        "_known",
        "_objected",
        "_objecting",
        "_relations",
        "_requests",
        "emergencies",
        "left_at",
        "restrictions",
    )

    def __init__(self, records: Iterable[Record]) -> None:
        found: dict[type[Contract], list[Record]] = {}
        for record in records:
            found.setdefault(type(record), []).append(record)
        around = _around(found)
        self._consents = tuple(stand(record, around) for record in _of(ConsentRecord, found))
        self._objecting = tuple(consent for consent in self._consents if consent.objection)
        self._relations: dict[tuple[str, Role], list[tuple[Span, UUID]]] = {}
        for relation in sorted(_of(RelationRecord, found), key=lambda relation: relation.id.int):
            self._relations.setdefault((relation.party, relation.role), []).append((_days(relation), relation.id))
        self._requests: dict[tuple[str, Category], list[tuple[Span, Citation]]] = {}
        for request in _of(RequestRecord, found):
            for category in request.categories:
                asked = self._requests.setdefault((request.party, category), [])
                asked.append((_span(request), citation(request.article)))
        self.restrictions = tuple(restriction(record) for record in _of(RestrictionRecord, found))
        """What keeps statutory ways closed (R27); of most persons there is none."""
        self.emergencies = tuple(emergency(record) for record in _of(EmergencyRecord, found))
        """Where the emergency procedure was opened (R17)."""
        self.left_at = min((instant(record.since) for record in _of(ExitRecord, found)), default=None)
        """From when the person is no longer in the chain (R28)."""
        self._known: dict[tuple[str, Category], tuple[Standing, ...]] = {}
        self._objected: dict[tuple[str, Category], tuple[Standing, ...]] = {}
        self._in_order: tuple[str, ...] | None = None

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> Self:
        """Read one person's records, in any order: the same set gives the same decisions."""
        return cls(records)

    def has_left(self, now: datetime) -> bool:
        """Say whether the person is no longer in the chain (R28)."""
        return self.left_at is not None and now >= self.left_at

    def restricted(self, party: str, category: Category | None, now: datetime) -> bool:
        """Say whether what goes by law is closed for a party and a kind of data; None: for any kind (R27)."""
        return any(one.covers(party, category, now) for one in self.restrictions)

    def emergency(self, party: str, role: Role, category: Category, now: datetime) -> bool:
        """Say whether a party opened the emergency procedure for this and it is not over (R17)."""
        return any(one.opens(party, role, category, now) for one in self.emergencies)

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
                consent.about(category)
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

    def requested(self, party: str, category: Category, article: Citation, now: datetime) -> bool:
        """Say whether a party has asked for this, under this article, and still may (R6)."""
        return any(
            begin <= now < end and cites(asked, article)
            for (begin, end), asked in self._requests.get((party, category), ())
        )

    def involved(self) -> frozenset[str]:
        """Return every party with a relation, past ones too, or named in a consent, objection, request or emergency."""
        return frozenset(self.in_order())

    def in_order(self) -> tuple[str, ...]:
        """Return the same parties in a fixed order, so that a replay decides in the same one."""
        if self._in_order is None:
            found = {party for party, _ in (*self._relations, *self._requests)}
            found.update(*(consent.parties for consent in self._consents))
            found.update(one.party for one in self.emergencies)
            self._in_order = tuple(sorted(found))
        return self._in_order

    def named_in_consent(self, party: str) -> bool:
        """Say whether the person ever named this party in a consent or an objection."""
        return any(party in consent.parties for consent in self._consents)


def _of(kind: type[Kind], found: Mapping[type[Contract], list[Record]]) -> list[Kind]:
    """Return the records of one kind."""
    return cast("list[Kind]", found.get(kind, ()))


def _around(found: Mapping[type[Contract], list[Record]]) -> Around:
    """Return what of the other records decides about consents; of two birthdays the later one counts."""
    ages = _of(AgeRecord, found)
    representations = _of(RepresentationRecord, found)
    trajectories = _of(TrajectoryRecord, found)
    if not (ages or representations or trajectories):
        return PLAIN
    return Around(
        max((record.adult_on for record in ages), default=None),
        tuple(representations),
        tuple(record.ended_on for record in trajectories),
    )


def _days(relation: RelationRecord) -> Span:
    if relation.ended:
        return NEVER, NEVER
    begin = NEVER if relation.valid_from is None else start_of(relation.valid_from)
    return begin, ALWAYS if relation.valid_until is None else end_of(relation.valid_until)


def _span(request: RequestRecord) -> Span:
    return NEVER if request.valid_from is None else instant(request.valid_from), instant(request.valid_until)
