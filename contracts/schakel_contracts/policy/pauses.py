"""What few persons have: a right that was exercised (R27), an open emergency (R17), the end of everything (R28)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.civil_time import ALWAYS, NEVER, instant
from schakel_contracts.policy.objecting import widened
from schakel_contracts.registry import EmergencyRecord, ExitRecord, RestrictionRecord

EMERGENCY_MAX = timedelta(hours=24)
EMERGENCY_ROLES = frozenset({Role.GGZ, Role.ADD, Role.SHL})
"""Who may use the emergency procedure; a key person when employed by one of these."""
EMERGENCY_CATEGORIES = frozenset({Category.CONTACT_PERSON, Category.SUPPORT_LEVEL, Category.RETENTION})
"""What it may open: whom to call, how much support there is, and concern for somebody's welfare."""


class Restriction(NamedTuple):
    """An objection to what goes by law, or a restriction of it, from when it is read until its answer counts."""

    end: datetime
    parties: frozenset[str]
    categories: frozenset[Category]
    upheld: bool
    """Whether it was answered, and the person was right."""

    def covers(self, party: str, category: Category | None, now: datetime) -> bool:
        """Say whether it keeps a kind of data from a party now; None: any kind."""
        return (
            now < self.end
            and (not self.parties or party in self.parties)
            and (category is None or not self.categories or category in self.categories)
        )


class Emergency(NamedTuple):
    """The emergency procedure as one party in one role opened it."""

    begin: datetime
    end: datetime
    party: str
    role: Role
    categories: frozenset[Category]

    def opens(self, party: str, role: Role, category: Category, now: datetime) -> bool:
        """Say whether it opens a kind of data for a party now."""
        return self.begin <= now < self.end and (self.party, self.role) == (party, role) and category in self.categories


def restriction(record: RestrictionRecord) -> Restriction:
    """Read one record: it stands until it is answered, and stays when the person was right (R27).

    When it began is told by the clock of the desk that took it, and nothing waits for that.
    """
    answered = record.answered_at is not None
    over = answered and not record.upheld
    return Restriction(
        instant(record.answered_at) if over and record.answered_at is not None else ALWAYS,
        frozenset(record.recipients),
        widened(record.categories),
        answered and record.upheld,
    )


def emergency(record: EmergencyRecord) -> Emergency:
    """Read one record: a day at most, whatever it says, and no longer once it says that it was closed (R17)."""
    begin = instant(record.begun_at)
    latest = ALWAYS if begin > ALWAYS - EMERGENCY_MAX else begin + EMERGENCY_MAX
    end = NEVER if record.closed_at is not None else min(latest, instant(record.until))
    return Emergency(begin, end, record.party, record.role, frozenset(record.categories) & EMERGENCY_CATEGORIES)


def left_at(record: ExitRecord) -> datetime:
    """Return from when a person is out of the chain: from when this is read, unless a later day was named (R28)."""
    return instant(record.since) if record.planned else NEVER
