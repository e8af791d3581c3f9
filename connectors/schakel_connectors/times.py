"""The times that a record can bear: in the years that a record can be about, and changed before it came in.

Near the ends of the calendar a day more, or another time zone, has no date. And a version that says it was changed in
another century would make every later one count as older, so that nothing of it ever ends. So both are refused, by
name, and not left to whoever reckons with them later.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pydantic_core import PydanticCustomError

from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Translation

YEARS = range(1900, 3000)

AHEAD_MAX = timedelta(days=1)
"""So far a partner's clock may run ahead, or its time zone be wrong."""


def within_years(field: str, day: date) -> None:
    """Raise ``RecordRejected`` with the rule ``date_out_of_range`` for a day or a moment outside these years."""
    if day.year not in YEARS:
        raise rejected(field, "date_out_of_range")


def check_years(day: date) -> None:
    """Raise the same where pydantic knows the field."""
    if day.year not in YEARS:
        raise PydanticCustomError("date_out_of_range", "not in a year that a record can be about")


def not_from_the_future(translations: Iterable[Translation], received_at: datetime) -> None:
    """Raise ``RecordRejected`` for a version that was changed over a day after it came in.

    A withdrawal has no time of change, so that nothing postpones it; neither has what does not say when it changed.
    """
    latest = received_at + AHEAD_MAX
    for translation in translations:
        if translation.as_of is not None and translation.as_of > latest:
            raise rejected("as_of", "from_the_future")
