"""Days as people in the Netherlands count them, turned into instants once.

A date in a record is a day in Europe/Amsterdam. A time without a zone is read as Amsterdam's
clock: Dutch source systems that leave the zone out mean that.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ALWAYS = datetime.max.replace(tzinfo=UTC)
"""Later than every decision."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Earlier than every decision."""
DAYS_CACHED = 4_096
ADULT = 18


@lru_cache(maxsize=DAYS_CACHED)
def start_of(day: date) -> datetime:
    """Return the instant at which a day begins, in UTC."""
    try:
        return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    except OverflowError:
        return NEVER


@lru_cache(maxsize=DAYS_CACHED)
def end_of(day: date) -> datetime:
    """Return the first instant after a day, in UTC: the last day counts whole."""
    return ALWAYS if day >= date.max - timedelta(days=1) else start_of(day + timedelta(days=1))


def instant(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is Amsterdam's clock."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is not None and not moment.utcoffset():
        return moment.replace(tzinfo=UTC)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
    except OverflowError:
        return NEVER if moment.year == date.min.year else ALWAYS


def birthday(adult_on: date, age: int) -> date:
    """Return the day on which somebody who comes of age on a day has an age; no 29 February: the 28th."""
    year = adult_on.year - ADULT + age
    try:
        return adult_on.replace(year=year)
    except ValueError:
        return date(year, adult_on.month, 28) if year >= date.min.year else date.min


@lru_cache(maxsize=DAYS_CACHED)
def a_year_after(moment: datetime) -> datetime:
    """Return the same clock time twelve months later; for 29 February that is the 28th."""
    local = moment.astimezone(AMSTERDAM)
    if local.year == date.max.year:
        return ALWAYS
    try:
        later = local.replace(year=local.year + 1)
    except ValueError:
        later = local.replace(year=local.year + 1, day=28)
    return later.astimezone(UTC)
