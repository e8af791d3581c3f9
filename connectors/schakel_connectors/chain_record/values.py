"""How a value may be written: as JSON has it, and as a Dutch spreadsheet does."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import PydanticCustomError

from schakel_connectors.statement import OrganisationRef, Reference
from schakel_connectors.times import check_years
from schakel_contracts.codes import Role
from schakel_contracts.policy.civil_time import AMSTERDAM, end_of

KEY_MAX = 100
"""Characters of a key of the partner's own."""

PARTS_MAX = 200
"""Values in one list."""

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DUTCH = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_PARTNER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_REGISTER = re.compile(r"(oin|ura|agb|kvk|rsin|gemeente):([0-9A-Za-z.-]{1,40})", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_FORMULA = frozenset("=+-@")
_SPOILT = re.compile(
    r"\d(?:[.,]\d+)?E\+\d{1,3}|#+|#[A-Z0-9/]+[!?]|#N/[AB]|(?:Err|Fout):\d{3}", re.ASCII | re.IGNORECASE
)
"""A long number that was shortened, too narrow a column, or an error, as a spreadsheet saves what it shows."""
_YES = frozenset({"ja", "true", "waar", "yes", "1"})
_NO = frozenset({"nee", "false", "onwaar", "no", "0"})

Code = TypeVar("Code", bound=StrEnum)


def text(value: object) -> str:
    """Return a text without the spaces around it."""
    if isinstance(value, str):
        return value.strip()
    raise PydanticCustomError("not_a_text", "not a text")


def key(value: object) -> str:
    """Return a key of the partner's own: printable, not too long, and nothing that a spreadsheet would reckon out.

    Nor what a spreadsheet shows in place of a key: it shows the same for many, and one of them is another person's.
    """
    found = text(value)
    if _SPOILT.fullmatch(found):
        raise PydanticCustomError("spoilt_by_spreadsheet", "not the key itself")
    if found[:1] in _FORMULA:
        raise PydanticCustomError("looks_like_a_formula", "begins as a formula does")
    if not found or len(found) > KEY_MAX or not found.isprintable():
        raise PydanticCustomError("not_printable", "not a printable key")
    return found


def day(value: object) -> date:
    """Return the day of ``2026-03-02`` or ``02-03-2026``."""
    found = _day(text(value))
    check_years(found)
    return found


def _day(found: str) -> date:
    try:
        if iso := _ISO.fullmatch(found):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dutch := _DUTCH.fullmatch(found):
            return date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
    except ValueError:
        pass
    raise PydanticCustomError("date_invalid", "not a day")


def clock(value: object) -> time:
    """Return the time of day of ``8:30``."""
    found = _CLOCK.fullmatch(text(value))
    try:
        if found:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        pass
    raise PydanticCustomError("date_invalid", "not a time of day")


def moment(value: object) -> datetime:
    """Return an instant; without a zone it is Amsterdam's clock, and a day alone is its first instant."""
    found = _moment(text(value))
    check_years(found)
    return found


def _moment(found: str) -> datetime:
    head, _, tail = found.replace("T", " ", 1).partition(" ")
    try:
        if not tail:
            return datetime.combine(_day(head), time(), AMSTERDAM)
        if _DUTCH.fullmatch(head) or _CLOCK.fullmatch(tail):
            return datetime.combine(_day(head), clock(tail), AMSTERDAM)
        if _ISO.fullmatch(head):
            read = datetime.fromisoformat(f"{head}T{tail}")
            return read if read.tzinfo else read.replace(tzinfo=AMSTERDAM)
    except ValueError:
        pass
    raise PydanticCustomError("date_invalid", "not a moment")


def end(value: object) -> datetime:
    """Return the instant from which something holds no longer; a day alone is its last, and counts whole."""
    found = text(value)
    if _ISO.fullmatch(found) or _DUTCH.fullmatch(found):
        return end_of(day(found))
    return moment(found)


def yes_or_no(value: object) -> bool:
    """Return the answer of ``ja``, ``nee``, ``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    found = text(value).casefold()
    if found in _YES or found in _NO:
        return found in _YES
    raise PydanticCustomError("yes_or_no", "neither yes nor no")


def number(value: object) -> int:
    """Return a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = text(value)
    if re.fullmatch(r"\d{1,9}", found, re.ASCII):
        return int(found)
    raise PydanticCustomError("not_a_number", "not a whole number")


def code_of(codes: type[Code]) -> Callable[[object], Code]:
    """Return what reads a code of a list, in capitals or not."""
    known = {each.value.casefold(): each for each in codes}

    def read(value: object) -> Code:
        found = known.get(text(value).casefold())
        if found is None:
            raise PydanticCustomError("code_unknown", "not a code of this field")
        return found

    return read


def organisation(value: object) -> OrganisationRef:
    """Return the organisation of ``jobcoach-opstap``, its id in the chain, or of ``kvk:90000105``."""
    found = text(value)
    if _PARTNER.fullmatch(found):
        return OrganisationRef("partner", found)
    if register := _REGISTER.fullmatch(found):
        return OrganisationRef(register[1], register[2])
    raise PydanticCustomError("identifier_invalid", "not an organisation")


def recipient(value: object) -> tuple[OrganisationRef, Role | None]:
    """Return the party and the role of ``jobcoach-opstap/JOB``; without a role, any that it has."""
    if isinstance(value, dict) and set(value) <= {"party", "role"}:
        party, role = value.get("party"), value.get("role")
    else:
        party, _, role = text(value).partition("/")
    return organisation(party), code_of(Role)(role) if role else None


def reference(value: object, scope: str) -> Reference | UUID:
    """Return the thing of ``W-12``, the sender's own key, of ``dagbesteding-de-linde:W-12``, or of an id as it is."""
    found = key(value)
    if _UUID.fullmatch(found):
        return UUID(found)
    partner, colon, rest = found.partition(":")
    if not colon:
        return Reference(scope, found)
    if not _PARTNER.fullmatch(partner) or not rest:
        raise PydanticCustomError("reference_invalid", "not a key, nor a partner and its key")
    return Reference(scope, rest, partner)


def reference_in(scope: str) -> Callable[[object], Reference | UUID]:
    """Return what reads a reference to things of one kind."""
    return partial(reference, scope=scope)


def identifier(value: object) -> UUID:
    """Return an id of Schakel's, as a notification names it."""
    found = text(value)
    if _UUID.fullmatch(found):
        return UUID(found)
    raise PydanticCustomError("not_an_id", "not an id")


def parts(value: Any) -> Any:
    """Return the values of a list, or of ``a|b|c``."""
    if isinstance(value, str):
        value = [part for part in value.split("|") if part.strip()]
    if not isinstance(value, list) or len(value) > PARTS_MAX:
        raise PydanticCustomError("not_a_list", "not a list")
    return tuple(value)
