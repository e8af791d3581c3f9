"""SuwiML's dates: eight digits, in which zeros stand for what is not known; and the moment of its envelope."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from schakel_connectors.times import check_years

OPEN_YEAR = 8888
"""From this year on a last day means "no end": partners send 88881231, 99991230 and 99991231."""

_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})", re.ASCII)
"""With dashes it is no SuwiML, but published answers have them."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
"""A moment as XML Schema has it; a bare number, to pydantic seconds since 1970, is none."""


def first_day(text: object) -> date | None:
    """Return the earliest day a date can mean: of 20240000 1 January, of 00000000 None; nothing begins in 9999."""
    return _day(text, latest=False)


def last_day(text: object) -> date | None:
    """Return the latest day a date can mean: of 20240200 29 February, of 99991231 None."""
    return _day(text, latest=True)


def moment(text: object) -> datetime:
    """Return the moment of ``2026-11-24T03:00:00Z`` in UTC, as the day of receipt is; without a zone it is that."""
    try:
        found = datetime.fromisoformat(text if isinstance(text, str) and _MOMENT.fullmatch(text) else "")
    except ValueError:
        raise _invalid() from None
    check_years(found)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


FirstDay = Annotated[date | None, BeforeValidator(first_day)]
LastDay = Annotated[date | None, BeforeValidator(last_day)]
Moment = Annotated[datetime, BeforeValidator(moment)]


def _day(text: object, *, latest: bool) -> date | None:
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise _invalid()
    year, month, day = (int(found[part]) for part in (1, 3, 4))
    if month == 0 and day:
        raise _invalid()  # a day of no month
    if year == 0 or (latest and year >= OPEN_YEAR):
        return None
    month_read = month or (12 if latest else 1)
    try:
        read = date(year, month_read, day or (monthrange(year, month_read)[1] if latest else 1))
    except ValueError:
        raise _invalid() from None
    check_years(read)
    return read


def _invalid() -> PydanticCustomError:
    return PydanticCustomError("date_invalid", "not a date of the form YYYYMMDD")
