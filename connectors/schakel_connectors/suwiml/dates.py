"""SuwiML's date: eight digits, in which zeros stand for what is not known."""

import re
from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

OPEN_YEAR = 8888
"""From this year on a date means "no end": partners send 88881231, 99991230 and 99991231."""

_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})", re.ASCII)
"""With dashes it is no SuwiML, but published answers have them."""


def first_day(text: object) -> date | None:
    """Return the earliest day a date can mean: of 20240000 1 January, of 00000000 None."""
    return _day(text, latest=False)


def last_day(text: object) -> date | None:
    """Return the latest day a date can mean: of 20240200 29 February, of 99991231 None."""
    return _day(text, latest=True)


FirstDay = Annotated[date | None, BeforeValidator(first_day)]
LastDay = Annotated[date | None, BeforeValidator(last_day)]


def _day(text: object, *, latest: bool) -> date | None:
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise _invalid()
    year, month, day = (int(found[part]) for part in (1, 3, 4))
    if year == 0 or year >= OPEN_YEAR:
        return None
    if month == 0:
        return date(year, 12, 31) if latest else date(year, 1, 1)
    try:
        return date(year, month, day or (monthrange(year, month)[1] if latest else 1))
    except ValueError:
        raise _invalid() from None


def _invalid() -> PydanticCustomError:
    return PydanticCustomError("date_invalid", "not a date of the form YYYYMMDD")
