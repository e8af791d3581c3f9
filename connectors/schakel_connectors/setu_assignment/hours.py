"""Hours a week, from SETU's working periods: so much work in so much time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from schakel_contracts.codes import HoursBand

HOURS_A_DAY = 8.0
"""What a working day counts for where only days are agreed."""

DAYS_A_WEEK = 5.0
"""How many days a week are worked where only hours a day are agreed."""

HOURS_MAX = 168.0
"""There are no more in a week: above this the message means something else, and says nothing."""

BOUNDS = ((12.0, HoursBand.H0_12), (24.0, HoursBand.H12_24), (32.0, HoursBand.H24_32))
"""Below so many hours a week it is this band."""

WEEKS = MappingProxyType({"FourWeekly": 4.0, "Monthly": 52 / 12, "Quarterly": 13.0, "Yearly": 52.0})
WEEKDAYS = frozenset({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"})
ORDER = ("Weekly", "Weekday", "FourWeekly", "Monthly", "Quarterly", "Yearly", "Daily")
"""Which base tells most about a week; the first one counts, as the others say the same of it."""


@dataclass(frozen=True, slots=True)
class Work:
    """An amount of ``Hours`` or ``Days`` in each ``base_count`` times a base, as ``Weekly``."""

    amount: float
    unit: str
    base_count: float
    base: str


def hours_band(periods: Iterable[Work]) -> HoursBand | None:
    """Return the band of the hours a week, or None when no period tells.

    Periods of one base add up (8 hours on Monday, 6 on Tuesday). Days are read only where no
    period gives hours: beside hours they say over how many days these are spread.
    """
    known = [work for work in periods if work.base_count > 0]
    for unit in ("Hours", "Days"):
        weekly = list(_weekly(work for work in known if work.unit == unit))
        for base in ORDER:
            found = [hours for of, hours in weekly if of == base]
            if found:
                return _band(sum(found))
    return None


def _weekly(periods: Iterable[Work]) -> Iterator[tuple[str, float]]:
    """Yield the base and the hours a week of each period whose base is known."""
    for work in periods:
        hours = work.amount * (HOURS_A_DAY if work.unit == "Days" else 1.0) / work.base_count
        if work.base == "Weekly":
            yield "Weekly", hours
        elif work.base in WEEKDAYS:
            yield "Weekday", hours
        elif work.base == "Daily":
            yield "Daily", hours * DAYS_A_WEEK
        elif work.base in WEEKS:
            yield work.base, hours / WEEKS[work.base]


def _band(hours: float) -> HoursBand | None:
    if hours > HOURS_MAX:
        return None
    return next((band for bound, band in BOUNDS if hours < bound), HoursBand.H32_PLUS)
