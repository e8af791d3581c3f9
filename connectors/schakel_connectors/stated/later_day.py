"""From when a wish of the person counts that closes a way: at once, unless it names a later day."""

from datetime import date, datetime, timedelta

from schakel_contracts.policy.civil_time import AMSTERDAM, instant

AHEAD = timedelta(hours=2)
"""So far ahead a moment may lie, by a clock or a time zone that is wrong, and still mean now."""


def later_day(moment: datetime | None, received_at: datetime) -> datetime | None:
    """Return a moment if its day is yet to come; None: it counts as soon as it is read.

    A moment on the day of receipt is when somebody said so, and by their clock. The gate and the deliverer have clocks
    of their own, and one that is behind would wait until it is that late there too.
    """
    if moment is None or _day(moment) <= _day(received_at + AHEAD):
        return None
    return moment


def _day(moment: datetime) -> date:
    return instant(moment).astimezone(AMSTERDAM).date()
