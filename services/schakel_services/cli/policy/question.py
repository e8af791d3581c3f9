"""A question to the policy: an event from a party of one role, which a party of another should know of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from schakel_contracts.codes import Category, ConsentEffect, Grantor, Purpose, Role
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    EmergencyRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestRecord,
)

ADULT = 18
LEAP_DAY = (2, 29)
RELATION, AGE, REPRESENTATION = UUID(int=0x5C1), UUID(int=0x5C2), UUID(int=0x5C3)
"""Identifiers of the records that stand for an option of the question."""
Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True)
class Question:
    """What is asked; what is not said is left open, and assumed in favour of an answer."""

    event: str
    """Short type, such as ``support_level.changed``."""
    source: Role
    recipient: Role
    at: datetime
    host: Role | None = None
    purpose: Purpose | None = None
    """Asked for this one alone: each permission counts for nothing else, and what is not for it is closed."""
    consents: tuple[ConsentRecord, ...] = ()
    requests: tuple[RequestRecord, ...] = ()
    others: tuple[Record, ...] = ()
    """Anything else that the registry may hold."""
    relation: bool | None = None
    age: int | None = None
    represented_by: Grantor | None = None
    withhold: frozenset[Role] = frozenset()
    """Whom the sender does not want to be told (R7)."""
    asserted: bool = True
    """Whether a human stands for it (R21)."""

    @property
    def given(self) -> tuple[Record, ...]:
        """Return every record that came from a file."""
        return (*self.consents, *self.requests, *self.others)

    @property
    def tells_relation(self) -> bool:
        """Say whether a file tells who is involved with the person."""
        return bool(self.all_of(RelationRecord))

    @property
    def tells_age(self) -> bool:
        """Say whether an option or a file tells when the person comes of age."""
        return self.age is not None or bool(self.all_of(AgeRecord))

    def recipients_named(self) -> tuple[str, ...]:
        """Return the parties that the files name as who may receive: those with a permission first."""
        found = list(_named_in(self._of_effect(ConsentEffect.PERMIT), self.recipient))
        found += [request.party for request in self.all_of(RequestRecord)]
        found += [record.party for record in self.all_of(EmergencyRecord) if record.role is self.recipient]
        found += [record.party for record in self.all_of(RelationRecord) if record.role is self.recipient]
        found += _named_in(self._of_effect(ConsentEffect.DENY), self.recipient)
        return tuple(dict.fromkeys(found))

    def sources_named(self) -> tuple[str, ...]:
        """Return the parties whose data a consent or an objection is about, or that a request asks."""
        named = [one.source for one in self.all_of(ConsentRecord)]
        named += [request.provider for request in self.all_of(RequestRecord)]
        return tuple(dict.fromkeys(party for party in named if party is not None))

    def records(self, sender: str, recipient: str) -> list[Record]:
        """Return the whole registry of the person, for these two parties."""
        found = [self._for_the_purpose(record) for record in self.given]
        if self.relation or (self.relation is None and not self.tells_relation):
            found.append(RelationRecord(id=RELATION, party=recipient, role=self.recipient, asserted_by=sender))
        if self.age is not None:
            found.append(AgeRecord(id=AGE, adult_on=adult_on(self.age, self.at)))
        if self.represented_by is not None:
            found.append(RepresentationRecord(id=REPRESENTATION, capacity=self.represented_by, scope=tuple(Category)))
        return found

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """Return the records of one kind that came from files."""
        return [record for record in self.given if isinstance(record, kind)]

    def _for_the_purpose(self, record: Record) -> Record:
        """Return a permission as one for the purpose that is asked, or for none; an objection stays what it is."""
        if self.purpose is None or not isinstance(record, ConsentRecord) or record.effect is ConsentEffect.DENY:
            return record
        return record.model_copy(update={"purposes": tuple(one for one in record.purposes if one is self.purpose)})

    def _of_effect(self, effect: ConsentEffect) -> list[ConsentRecord]:
        return [consent for consent in self.all_of(ConsentRecord) if consent.effect is effect]


def adult_on(age: int, at: datetime) -> date:
    """Return when somebody of this age is, or was, eighteen: as old as this age goes, a year older tomorrow."""
    birthday = at.astimezone(AMSTERDAM).date() + timedelta(days=1)
    if (birthday.month, birthday.day) == LEAP_DAY:
        birthday += timedelta(days=1)
    return birthday.replace(year=birthday.year + ADULT - age - 1)


def _named_in(consents: list[ConsentRecord], role: Role) -> Iterator[str]:
    for consent in consents:
        for one in consent.recipients:
            if one.role is None or one.role is role:
                yield one.party
