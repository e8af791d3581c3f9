"""A consent or an objection, read once: from when to when it stands, and whom and what it names."""

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
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, instant
from schakel_contracts.policy.ends import (
    PLAIN,
    Around,
    Lack,
    end_of_permission,
    is_taken_away,
    is_undone,
    last_instant,
)
from schakel_contracts.policy.grantor import BEYOND_SCOPE, Flaw, decides_alone, flaw_for_age, givers, say_of
from schakel_contracts.policy.objecting import widened
from schakel_contracts.registry import ConsentRecord

SHARED_MAX = 4_096
Code = TypeVar("Code")
ALL_CHECKS = frozenset(FreelyGivenCheck)
STRENGTH = {ConsentForm.VERBAL: 0, ConsentForm.DIGITAL: 1, ConsentForm.WRITTEN: 2}
ALONE = frozenset({Grantor.SUBJECT})
NOTHING: frozenset[Category] = frozenset()
FIRST_TEXT = 1
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
    """From when it no longer holds. A permission that was withdrawn, that another replaced, or that was undone by a
    change of who represents the person, holds at no moment at all: when that was is told by the clock of the desk that
    took it, and no delivery may wait for that clock."""
    lasted: datetime
    """Until when it held by what its record says: of several that ended, the last gives the reason."""
    ended_by: Lack
    own: bool
    """Whether it is the person's own word, alone or beside another's."""
    text_major: int
    """Which text was read out or signed; one that names none counts as the first."""
    flaw: Flaw | None
    """What was wrong with who consented, whatever the kind of data."""
    beyond: frozenset[Category]
    """Kinds of data that it names, and in which those who consented had no say."""
    keeper: str | None
    """The partner that took it, and keeps its proof."""
    replaced: bool
    """Whether another took its place, which may go on where this one is over."""

    def stands(self, now: datetime) -> bool:
        """Say whether it holds at an instant."""
        return self.begin <= now < self.end

    def about(self, category: Category) -> "Standing":
        """Return it as it counts for one of the kinds of data that it names."""
        return self._replace(flaw=BEYOND_SCOPE) if category in self.beyond else self

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

        The person's own objection beats whatever a representative permits (R13). More specific: in no
        respect less so, and in at least one more (party and role, source, purpose, category). Source:
        the rules for several consents in the Dutch generic functions for health care.
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
        if objection.own and not self.own:
            return False
        return mine != other and all(m >= o for m, o in zip(mine, other, strict=True))


def stand(record: ConsentRecord, around: Around = PLAIN) -> Standing:
    """Read one record; for a permission the end is the earliest of all that can end it (R10, R11, R13).

    An objection stands until it is withdrawn, until its own last instant, or until another took its place; a permission
    that somebody took away is gone as soon as that is read.
    """
    begin = NEVER if record.valid_from is None else instant(record.valid_from)
    objection = record.effect is ConsentEffect.DENY
    who = ALONE if record.grantor is Grantor.SUBJECT and record.co_grantor is None else givers(record)
    categories = _shared(record.categories)
    flaw: Flaw | None = None
    beyond = NOTHING
    ended_by: Lack = Reason.CONSENT_WITHDRAWN
    if objection:
        withdrawn = ALWAYS if record.withdrawn_at is None else instant(record.withdrawn_at)
        end = lasted = min(last_instant(record), withdrawn)
    else:
        if record.granted_at is not None:
            begin = max(begin, instant(record.granted_at))
        moment = record.granted_at or record.valid_from
        given = None if moment is None else instant(moment)
        lasted, ended_by = end_of_permission(record, given, who, around)
        end = NEVER if is_taken_away(record) or (given is not None and is_undone(given, who, around)) else lasted
        if given is not None and (around is not PLAIN or who is not ALONE):
            flaw, beyond = _unfit(who, categories, given, around)
    return Standing(
        id=record.id,
        objection=objection,
        purposes=_shared(record.purposes),
        categories=_closing(record.categories) if objection else categories,
        parties=_parties(tuple((one.party, one.role) for one in record.recipients)),
        source=record.source,
        strength=STRENGTH[record.form],
        checks=_shared(record.freely_given),
        begin=begin,
        end=end,
        lasted=lasted,
        ended_by=ended_by,
        own=Grantor.SUBJECT in who,
        text_major=FIRST_TEXT if record.text_version is None else int(record.text_version.partition(".")[0]),
        flaw=flaw,
        beyond=beyond,
        keeper=record.collected_by,
        replaced=record.superseded_at is not None,
    )


def _unfit(
    who: frozenset[Grantor], categories: frozenset[Category], given: datetime, around: Around
) -> tuple[Flaw | None, frozenset[Category]]:
    """Return what was wrong with who consented, and the kinds of data in which they had no say (R13)."""
    if around.adult_on is not None and not decides_alone(given, around.adult_on):
        return flaw_for_age(who, given, around.adult_on, around.representations), NOTHING
    if Grantor.SUBJECT in who:
        return None, NOTHING
    return None, categories - say_of(who, given, around.representations)


@lru_cache(maxsize=SHARED_MAX)
def _shared(codes: tuple[Code, ...]) -> frozenset[Code]:
    """Return one set for all consents that list the same: a chain has few forms, and a set takes much memory."""
    return frozenset(codes)


@lru_cache(maxsize=SHARED_MAX)
def _closing(categories: tuple[Category, ...]) -> frozenset[Category]:
    return widened(categories)


@lru_cache(maxsize=SHARED_MAX)
def _parties(recipients: tuple[tuple[str, Role | None], ...]) -> dict[str, frozenset[Role | None]]:
    """Return whom a consent names, the same object for the same recipients; nobody may change it."""
    named: dict[str, frozenset[Role | None]] = {}
    for party, role in recipients:
        named[party] = named.get(party, frozenset()) | {role}
    return named
