"""What few persons have: a right that was exercised (R27), an open emergency (R17), the end of everything (R28)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.civil_time import ALWAYS, instant
from schakel_contracts.policy.objecting import widened
from schakel_contracts.registry import EmergencyRecord, RestrictionRecord

EMERGENCY_MAX = timedelta(hours=24)
EMERGENCY_ROLES = frozenset({Role.GGZ, Role.ADD, Role.SHL})
"""Who may use the emergency procedure; a key person when employed by one of these."""
EMERGENCY_CATEGORIES = frozenset({Category.CONTACT_PERSON, Category.SUPPORT_LEVEL, Category.RETENTION})
"""What it may open: whom to call, how much support there is, and concern for somebody's welfare."""


class Restriction(NamedTuple):
    """An objection to what goes by law, or a restriction of it, from when to when."""

    begin: datetime
    end: datetime
    parties: frozenset[str]
    categories: frozenset[Category]
    upheld: bool
    """Whether it was answered, and the person was right."""

    def covers(self, party: str, category: Category | None, now: datetime) -> bool:
        """Say whether it keeps a kind of data from a party now; None: any kind."""
        return (
            self.begin <= now < self.end
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
    """Read one record: it stands until it is answered, and stays when the person was right (R27)."""
    answered = record.answered_at is not None
    over = answered and not record.upheld
    return Restriction(
        instant(record.begun_at),
        instant(record.answered_at) if over and record.answered_at is not None else ALWAYS,
        frozenset(record.recipients),
        widened(record.categories),
        answered and record.upheld,
    )


def emergency(record: EmergencyRecord) -> Emergency:
    """Read one record: a day at most, whatever it says (R17)."""
    begin = instant(record.begun_at)
    latest = ALWAYS if begin > ALWAYS - EMERGENCY_MAX else begin + EMERGENCY_MAX
    end = min(latest, instant(record.until))
    if record.closed_at is not None:
        end = min(end, instant(record.closed_at))
    return Emergency(begin, end, record.party, record.role, frozenset(record.categories) & EMERGENCY_CATEGORIES)
