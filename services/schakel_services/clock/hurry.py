"""Events that can't wait as long as others of their kind: a crisis, and a second day on which somebody did not come.

Which case an event is says nothing about who may know of it; it only says how soon what was sent must be there.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic_core import from_json, to_json

from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.event import Event
from schakel_contracts.policy.civil_time import end_of
from schakel_contracts.policy.tables_format import Hurry
from schakel_contracts.retention import AttendanceException
from schakel_contracts.terms import AttendanceKind, Urgency
from schakel_services.clock.days import seconds

NO_SHOWS = "no_shows"
"""The key, after the person."""

FORTNIGHT = timedelta(days=14)
"""A second no-show within this many days of another, before or after it, is a case of its own (F7)."""


class NoShow(NamedTuple):
    """One day on which one partner missed somebody."""

    on: date
    source: str


class NoShows(NamedTuple):
    """The days of one person, of the last fortnight; what two partners say of one day is one no-show."""

    days: tuple[NoShow, ...] = ()

    def heard(self, event: AttendanceException, source: str) -> "NoShows":
        """Take in what a partner says of a day; the last that it said counts."""
        others = tuple(one for one in self.days if one != (event.on, source))
        missed = (NoShow(event.on, source),) if event.kind is AttendanceKind.NO_SHOW else ()
        return NoShows((*others, *missed))

    def near(self, on: date) -> bool:
        """Say whether there was another day, within a fortnight of this one."""
        return any(timedelta() < abs(one.on - on) <= FORTNIGHT for one in self.days)

    def since(self, now: datetime) -> "NoShows":
        """Return those that another one may still be near to."""
        return NoShows(tuple(one for one in self.days if _forgotten_at(one) > now))

    def value(self) -> bytes | None:
        """Return them as they stand on the log; None when there are none."""
        if not self.days:
            return None
        return to_json((seconds(min(map(_forgotten_at, self.days))), self.days))


def read_no_shows(value: bytes | None) -> NoShows:
    """Return the no-shows of a value; none where it can't be read."""
    if value is None:
        return NoShows()
    try:
        _, days = from_json(value)
        return NoShows(tuple(NoShow(date.fromisoformat(on), source) for on, source in days))
    except (TypeError, ValueError):
        return NoShows()


def hurry_of(event: Event, no_shows: NoShows) -> Hurry | None:
    """Return which case an event is, knowing the other days on which the person did not come."""
    if isinstance(event, DebtWorrySignalled) and event.urgency is Urgency.CRISIS:
        return Hurry.CRISIS
    if isinstance(event, AttendanceException) and event.kind is AttendanceKind.NO_SHOW and no_shows.near(event.on):
        return Hurry.SECOND_NO_SHOW
    return None


def _forgotten_at(one: NoShow) -> datetime:
    return end_of(one.on) + FORTNIGHT
