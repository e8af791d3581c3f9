"""A consent or an objection, read once: from when to when it stands, and whom and what it names."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar
from uuid import UUID

from schakel_contracts.codes import (
    Category,
    ConsentEffect,
    ConsentForm,
    FreelyGivenCheck,
    Grantor,
    Purpose,
    Reason,
    Role,
)
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, a_year_after, instant
from schakel_contracts.registry import ConsentRecord

SHARED_MAX = 4_096
Code = TypeVar("Code")
ALL_CHECKS = frozenset(FreelyGivenCheck)
STRENGTH = {ConsentForm.VERBAL: 0, ConsentForm.DIGITAL: 1, ConsentForm.WRITTEN: 2}
NOT_NAMED, ANYBODY, PARTY, PARTY_IN_ROLE = -1, 0, 1, 2
"""How exactly a consent names a recipient."""


class Standing(NamedTuple):
    """One consent record, ready to compare with an instant; a named tuple, since it is made for every consent read."""

    id: UUID
    objection: bool
    purposes: frozenset[Purpose]
    categories: frozenset[Category]
    parties: dict[str, frozenset[Role | None]]
    source: str | None
    strength: int
    checks: frozenset[FreelyGivenCheck]
    begin: datetime
    end: datetime
    ended_by: Reason

    def stands(self, now: datetime) -> bool:
        """Say whether it holds at an instant."""
        return self.begin <= now < self.end

    def names(self, party: str, role: Role) -> int:
        """Say how exactly it names a party: not, as anybody, by name, by name and role (R9)."""
        if not self.parties:
            return ANYBODY if self.objection else NOT_NAMED
        roles = self.parties.get(party)
        if roles is None:
            return NOT_NAMED
        if role in roles:
            return PARTY_IN_ROLE
        return PARTY if None in roles else NOT_NAMED

    def outweighs(self, objection: "Standing", party: str, role: Role) -> bool:
        """Say whether this permission is the more specific one; an objection wins every doubt.

        More specific: in no respect less so, and in at least one more (party and role, source,
        purpose, category). Source: the rules for several consents in the Dutch generic functions
        for health care.
        """
        mine = (
            self.names(party, role),
            self.source is not None,
            bool(self.purposes),
            bool(self.categories),
        )
        other = (
            objection.names(party, role),
            objection.source is not None,
            bool(objection.purposes),
            bool(objection.categories),
        )
        return mine != other and all(m >= o for m, o in zip(mine, other, strict=True))


def stand(record: ConsentRecord, representation_changes: Iterable[datetime] = ()) -> Standing:
    """Read one record; for a permission the end is the earliest of all that can end it (R10, R11).

    A permission of which nobody knows when it was given can't be shown to be younger than a year:
    it never holds. An objection stands until it is withdrawn, or until its own last instant.
    """
    begin = NEVER if record.valid_from is None else instant(record.valid_from)
    objection = record.effect is ConsentEffect.DENY
    if record.granted_at is not None and not objection:
        begin = max(begin, instant(record.granted_at))
    expires = ALWAYS if record.valid_until is None else instant(record.valid_until)
    if not objection:
        expires = min(expires, _latest_end(record, representation_changes))
    withdrawn = ALWAYS if record.withdrawn_at is None else instant(record.withdrawn_at)
    return Standing(
        id=record.id,
        objection=objection,
        purposes=_shared(record.purposes),
        categories=_shared(record.categories),
        parties=_parties(tuple((one.party, one.role) for one in record.recipients)),
        source=record.source,
        strength=STRENGTH[record.form],
        checks=_shared(record.freely_given),
        begin=begin,
        end=min(expires, withdrawn),
        ended_by=Reason.CONSENT_WITHDRAWN if withdrawn <= expires else Reason.CONSENT_EXPIRED,
    )


def _latest_end(record: ConsentRecord, representation_changes: Iterable[datetime]) -> datetime:
    given = record.granted_at or record.valid_from
    if given is None:
        return NEVER
    given = instant(given)
    ends = [a_year_after(given)]
    if record.grantor is not Grantor.SUBJECT:
        ends += [change for change in representation_changes if change > given]
    return min(ends)


@lru_cache(maxsize=SHARED_MAX)
def _shared(codes: tuple[Code, ...]) -> frozenset[Code]:
    """Return one set for all consents that list the same: a chain has few forms, and a set takes much memory."""
    return frozenset(codes)


@lru_cache(maxsize=SHARED_MAX)
def _parties(recipients: tuple[tuple[str, Role | None], ...]) -> dict[str, frozenset[Role | None]]:
    """Return whom a consent names, the same object for the same recipients; nobody may change it."""
    named: dict[str, frozenset[Role | None]] = {}
    for party, role in recipients:
        named[party] = named.get(party, frozenset()) | {role}
    return named
