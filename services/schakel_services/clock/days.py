"""Days counted from days, as people count them: months by the calendar, instants at opening time in Amsterdam."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from schakel_contracts.policy.civil_time import AMSTERDAM, end_of, start_of
from schakel_services.clock.working_time import opening

MONTHS_A_YEAR = 12
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def months_after(day: date, months: int) -> date:
    """Return the same day of the month, so many months later (or earlier); the last one where it does not exist."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(moment: datetime) -> date:
    """Return the day on which a moment falls in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def morning(day: date) -> int:
    """Return when desks open on a day, in seconds since 1970: the moment at which what is due on a day is said."""
    return seconds(opening(day))


def begin(day: date) -> int:
    """Return the first second of a day."""
    return seconds(start_of(day))


def end(day: date) -> int:
    """Return the first second after a day."""
    return seconds(end_of(day))


def seconds(moment: datetime) -> int:
    """Return a moment in seconds since 1970; a fraction counts as begun."""
    return -int(-moment.timestamp() // 1)


def days_between(moment: int, day: date) -> int:
    """Return how many days lie between a moment, in seconds since 1970, and a day; never less than none."""
    return max(0, (day - datetime.fromtimestamp(moment, AMSTERDAM).date()) // DAY)
