"""Time the slow way: microseconds since 1970, days since the year 1, and the European rule for summer time.

The engine compares instants with zone tables; here nothing of that is used, so that a mistake can't be made twice.
"""

import calendar
from datetime import date, datetime, timedelta
from functools import cache

DAY = 86_400_000_000
HOUR = 3_600_000_000
EPOCH = date(1970, 1, 1).toordinal()


@cache
def change_of_clocks(year: int, month: int) -> int:
    """Return the instant, on the last Sunday of a month at one o'clock in Greenwich, when clocks change."""
    last = calendar.monthrange(year, month)[1]
    while calendar.weekday(year, month, last) != calendar.SUNDAY:
        last -= 1
    return (date(year, month, last).toordinal() - EPOCH) * DAY + HOUR


def ahead(instant: int) -> int:
    """Return how far clocks in Amsterdam are ahead of Greenwich."""
    year = date.fromordinal(EPOCH + instant // DAY).year
    summer = change_of_clocks(year, 3) <= instant < change_of_clocks(year, 10)
    return 2 * HOUR if summer else HOUR


def from_clock(shown: int) -> int:
    """Return the instant at which clocks in Amsterdam show this; of two, the first."""
    for lead in (2 * HOUR, HOUR):
        if ahead(shown - lead) == lead:
            return shown - lead
    return shown - HOUR


@cache
def instant(text: str) -> int:
    """Read a moment as it stands in a record; without a zone it is what a clock in Amsterdam shows."""
    at = datetime.fromisoformat(text)
    shown = (at.toordinal() - EPOCH) * DAY + at.hour * HOUR + at.minute * 60_000_000 + at.second * 1_000_000
    shown += at.microsecond
    offset = at.utcoffset()
    return from_clock(shown) if offset is None else shown - offset // timedelta(microseconds=1)


def day_of(moment: int) -> int:
    """Return the number of the day that it is in Amsterdam."""
    return EPOCH + (moment + ahead(moment)) // DAY


@cache
def day(text: str) -> int:
    """Return the number of a day."""
    return date.fromisoformat(text).toordinal()


def begins(number: int) -> int:
    """Return the instant at which a day begins in Amsterdam."""
    return from_clock((number - EPOCH) * DAY)


def a_year_later(moment: int) -> int:
    """Return when clocks in Amsterdam show the same a year on; the day after 28 February is then not waited for."""
    shown = moment + ahead(moment)
    then = date.fromordinal(EPOCH + shown // DAY)
    last = calendar.monthrange(then.year + 1, then.month)[1]
    return from_clock((date(then.year + 1, then.month, min(then.day, last)).toordinal() - EPOCH) * DAY + shown % DAY)


def birthday(adult_on: str, age: int) -> int:
    """Return the number of the day on which somebody who is eighteen on a day has this age."""
    adult = date.fromisoformat(adult_on)
    year = adult.year - 18 + age
    return date(year, adult.month, min(adult.day, calendar.monthrange(year, adult.month)[1])).toordinal()
