"""Working days and working hours in the Netherlands: Monday to Friday, 08:00 to 18:00, Amsterdam's clock.

Days off are the public holidays that the ``holidays`` library knows, with two choices. Good Friday is a working day: it
is no day off for all, and desks of municipalities and UWV are open. 5 May is a day off once in five years (2025, 2030),
as most labour agreements have it.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from schakel_contracts.policy.civil_time import AMSTERDAM

OPENS, CLOSES = time(8), time(18)
DAY = timedelta(days=1)
SATURDAY = 5
WORKS_ON = "Good Friday"
"""The one public holiday of the library on which people work."""


@lru_cache(maxsize=64)
def days_off(year: int) -> frozenset[date]:
    """Return the days of a year on which nobody is at a desk, weekends aside."""
    found = holidays.country_holidays("NL", years=year, language="en_US")
    return frozenset(day for day, name in found.items() if name != WORKS_ON)


def is_working_day(day: date) -> bool:
    """Say whether desks are open on a day."""
    return day.weekday() < SATURDAY and day not in days_off(day.year)


def working_day_from(day: date) -> date:
    """Return the day itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += DAY
    return day


def working_days_after(day: date, count: int) -> date:
    """Return the working day that comes ``count`` working days after a day, which may be a day off."""
    return _walk(day, count, DAY)


def working_days_before(day: date, count: int) -> date:
    """Return the working day that lies ``count`` working days before a day, which may be a day off."""
    return _walk(day, count, -DAY)


def opening(day: date) -> datetime:
    """Return the instant at which desks open on a day, whether it is a working day or not."""
    return datetime.combine(day, OPENS, AMSTERDAM).astimezone(UTC)


def closing(day: date) -> datetime:
    """Return the instant at which desks close on a day, whether it is a working day or not."""
    return datetime.combine(day, CLOSES, AMSTERDAM).astimezone(UTC)


def working_hours_after(moment: datetime, hours: int) -> datetime:
    """Return the instant that comes so many working hours after a moment; outside them the hours begin at opening."""
    left = timedelta(hours=hours)
    local = moment.astimezone(AMSTERDAM).replace(tzinfo=None)
    day = working_day_from(local.date())
    begin = max(local, datetime.combine(day, OPENS))
    while begin + left > datetime.combine(day, CLOSES):
        left -= max(timedelta(), datetime.combine(day, CLOSES) - begin)
        day = working_days_after(day, 1)
        begin = datetime.combine(day, OPENS)
    return (begin + left).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def _walk(day: date, count: int, step: timedelta) -> date:
    while count:
        day += step
        count -= is_working_day(day)
    return day
