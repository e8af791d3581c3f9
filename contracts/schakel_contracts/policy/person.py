"""One person's registry: consents, relations, requests and what else decides; indexed."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import NamedTuple, Self, TypeVar, cast
from uuid import UUID

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Contract
from schakel_contracts.policy.citation import Citation, cites
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, end_of, start_of
from schakel_contracts.policy.ends import PLAIN, Around
from schakel_contracts.policy.grantor import hears_of
from schakel_contracts.policy.pauses import emergency, left_at, restriction
from schakel_contracts.policy.requests import Asked, answered_on, asked
from schakel_contracts.policy.standing import Standing, stand
from schakel_contracts.policy.withdrawals import as_left, taken_back_at
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    ConsentWithdrawalRecord,
    EmergencyRecord,
    ExitRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestAnswerRecord,
    RequestRecord,
    RestrictionRecord,
    TrajectoryRecord,
)

NO_CONSENTS: tuple[Standing, ...] = ()
Kind = TypeVar("Kind", bound=Contract)


class Tie(NamedTuple):
    """One case relation: a party knows the person in a role, from when to when."""

    id: UUID
    party: str
    role: Role
    begin: datetime
    end: datetime


class PersonRegistry:
    """All that may open or close a way to somebody's data, looked up in the same time for one consent as for fifty."""

    __slots__ = (
        "_around",
        "_consents",
        "_in_order",
        "_objected",
        "_objecting",
        "_permitting",
        "_requests",
        "_ties",
        "emergencies",
        "left_at",
        "restrictions",
    )

    def __init__(self, records: Iterable[Record]) -> None:
        found: dict[type[Contract], list[Record]] = {}
        for record in records:
            found.setdefault(type(record), []).append(record)
        self._around = around = _around(found)
        taken_back = taken_back_at(_of(ConsentWithdrawalRecord, found))
        left = (as_left(record, taken_back.get(record.id)) for record in _of(ConsentRecord, found))
        self._consents = tuple(stand(record, around) for record in left)
        self._permitting = _by_party(self._consents)
        self._objecting = tuple(consent for consent in self._consents if consent.objection)
        self._ties = _in_order_of_id(map(_tie, _of(RelationRecord, found)))
        self._requests: dict[tuple[str, Category], list[Asked]] = {}
        answers = answered_on(_of(RequestAnswerRecord, found))
        for request in _of(RequestRecord, found):
            for category in request.categories:
                self._requests.setdefault((request.party, category), []).append(asked(request, answers))
        self.restrictions = tuple(restriction(record) for record in _of(RestrictionRecord, found))
        """What keeps statutory ways closed (R27); of most persons there is none."""
        self.emergencies = tuple(emergency(record) for record in _of(EmergencyRecord, found))
        """Where the emergency procedure was opened (R17)."""
        self.left_at = min((left_at(record) for record in _of(ExitRecord, found)), default=None)
        """From when the person is no longer in the chain (R28)."""
        self._objected: dict[tuple[str, Category], tuple[Standing, ...]] = {}
        self._in_order: tuple[str, ...] | None = None

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> Self:
        """Read one person's records, in any order: the same set gives the same decisions."""
        return cls(records)

    def with_relation(self, record: RelationRecord) -> "PersonRegistry":
        """Return the same with one relation added, or in the place of the one with its id.

        Reading the whole anew would give the same: a relation decides about nothing else that is known of a person.
        """
        changed = copy(self)
        others = (tie for tie in self._ties if tie.id != record.id)
        changed._ties = _in_order_of_id((*others, _tie(record)))  # noqa: SLF001 - its own copy
        changed._in_order = None  # noqa: SLF001 - as above
        return changed

    def relations_with(self, relation_id: UUID) -> int:
        """Return how many relations have an id, whether they are over or not: one at most where all is well."""
        return sum(tie.id == relation_id for tie in self._ties)

    def has_left(self, now: datetime) -> bool:
        """Say whether the person is no longer in the chain (R28)."""
        return self.left_at is not None and now >= self.left_at

    def restricted(self, party: str, category: Category | None, now: datetime) -> bool:
        """Say whether what goes by law is closed for a party and a kind of data; None: for any kind (R27)."""
        return any(one.covers(party, category, now) for one in self.restrictions)

    def right_upheld(self, party: str, category: Category, now: datetime) -> bool:
        """Say whether it is closed for good: the person was right, and nothing is left to be answered (R27)."""
        return all(one.upheld for one in self.restrictions if one.covers(party, category, now))

    def emergency(self, party: str, role: Role, category: Category, now: datetime) -> bool:
        """Say whether a party opened the emergency procedure for this and it is not over (R17)."""
        return any(one.opens(party, role, category, now) for one in self.emergencies)

    def tells_representative(self, category: Category | None, now: datetime) -> bool:
        """Say whether who represents the person may be told of a kind of data in their place (R13); None: of any."""
        around = self._around
        return around is PLAIN or hears_of(category, around.adult_on, around.representations, now)

    def relation(self, party: str, role: Role, now: datetime) -> UUID | None:
        """Return a relation of this party in this role that is active now, or none (R3)."""
        for tie in self._ties:
            if tie.party == party and tie.role is role and tie.begin <= now < tie.end:
                return tie.id
        return None

    def about(self, party: str, category: Category) -> tuple[tuple[Standing, ...], tuple[Standing, ...]]:
        """Return every permission that names a party and a category, and every objection that may concern them."""
        key = (party, category)
        permissions = self._permitting.get(key, NO_CONSENTS)
        if not self._objecting:
            return permissions, NO_CONSENTS
        found = self._objected.get(key)
        if found is None:
            found = self._objected[key] = tuple(
                objection
                for objection in self._objecting
                if (not objection.parties or party in objection.parties)
                and (not objection.categories or category in objection.categories)
            )
        return permissions, found

    def permissions(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every permission that names a party and a category, the one that lasts longest first."""
        return self.about(party, category)[0]

    def objections(self, party: str, category: Category) -> tuple[Standing, ...]:
        """Return every objection that may concern a party and a category: one that names none concerns any."""
        return self.about(party, category)[1]

    def consent(self, consent_id: UUID) -> Standing | None:
        """Return one consent or objection, whether it still stands or not."""
        return next((consent for consent in self._consents if consent.id == consent_id), None)

    def requested(
        self, party: str, category: Category, article: Citation, now: datetime, source: str | None = None
    ) -> bool:
        """Say whether a party has asked this of a source, under this article, and still may (R6).

        Nothing beyond the question: who was not asked does not answer. ``source`` None: not known, so anybody's.
        """
        return any(
            one.begin <= now < one.end
            and cites(one.article, article)
            and (one.provider is None or source is None or one.provider == source)
            for one in self._requests.get((party, category), ())
        )

    def request_ended(self, party: str, category: Category, article: Citation, since: datetime, now: datetime) -> bool:
        """Say whether anything that a party asked by statute, of whomever, has ended since an instant (R6)."""
        return any(
            one.begin <= since < one.end <= now and cites(one.article, article)
            for one in self._requests.get((party, category), ())
        )

    def involved(self) -> frozenset[str]:
        """Return every party with a relation, past ones too, or named in a consent, objection, request or emergency."""
        return frozenset(self.in_order())

    def in_order(self) -> tuple[str, ...]:
        """Return the same parties in a fixed order, so that a replay decides in the same one."""
        if self._in_order is None:
            found = {tie.party for tie in self._ties}
            found.update(party for party, _ in self._requests)
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


def _by_party(consents: tuple[Standing, ...]) -> dict[tuple[str, Category], tuple[Standing, ...]]:
    """Return the permissions for each party and category that they name, the one that lasts longest first."""
    permissions = sorted((consent for consent in consents if not consent.objection), key=lambda consent: consent.id.int)
    permissions.sort(key=lambda consent: consent.lasted, reverse=True)
    found: dict[tuple[str, Category], tuple[Standing, ...]] = {}
    for consent in permissions:
        for party in consent.parties:
            for category in consent.categories:
                key = (party, category)
                found[key] = (*found.get(key, NO_CONSENTS), consent.about(category))
    return found


def _tie(relation: RelationRecord) -> Tie:
    if relation.ended:
        return Tie(relation.id, relation.party, relation.role, NEVER, NEVER)
    begin = NEVER if relation.valid_from is None else start_of(relation.valid_from)
    end = ALWAYS if relation.valid_until is None else end_of(relation.valid_until)
    return Tie(relation.id, relation.party, relation.role, begin, end)


def _in_order_of_id(ties: Iterable[Tie]) -> tuple[Tie, ...]:
    return tuple(sorted(ties, key=lambda tie: tie.id.int))
