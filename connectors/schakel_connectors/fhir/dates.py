"""FHIR's dates, which may be partial: ``2026``, ``2026-03``, ``2026-03-04`` and times with a zone.

A start is read as its first moment and an end as its last, which FHIR includes. Where a source leaves out the zone,
its clock is taken to be the Dutch one.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schakel_connectors.fhir.elements import Period
from schakel_connectors.rejection import rejected

ZONE = ZoneInfo("Europe/Amsterdam")
_DAY = 10


def bounds(period: Period, field: str) -> tuple[str | None, str | None]:
    """Return the start and the end of a period as they are written, None for what is open.

    One that is there and has no value, or an empty one, raises ``RecordRejected`` with the rule ``missing``: taken for
    open it would last for ever.
    """
    start, end = period.get("start"), period.get("end")
    if not start and ("start" in period or "_start" in period):
        raise rejected(f"{field}.start", "missing")
    if not end and ("end" in period or "_end" in period):
        raise rejected(f"{field}.end", "missing")
    return start, end


def first_day(text: str, field: str) -> date:
    """Return the first day of a FHIR date or dateTime; raises ``RecordRejected`` with the rule ``date_invalid``."""
    try:
        if len(text) >= _DAY:
            return _day(text, field)
        year, month = _partial(text)
        return date(year, 1 if month is None else month, 1)
    except ValueError:
        raise rejected(field, "date_invalid") from None


def last_day(text: str, field: str) -> date:
    """Return the last day of a FHIR date or dateTime; raises ``RecordRejected`` with the rule ``date_invalid``."""
    try:
        if len(text) >= _DAY:
            return _day(text, field)
        year, month = _partial(text)
        month = 12 if month is None else month
        return date(year, month, monthrange(year, month)[1])
    except ValueError:
        raise rejected(field, "date_invalid") from None


def first_instant(text: str, field: str) -> datetime:
    """Return the moment at which a FHIR date or dateTime begins, in UTC."""
    if len(text) > _DAY:
        return _moment(text, field)
    return _midnight(first_day(text, field), field)


def end_instant(text: str, field: str) -> datetime:
    """Return the moment, in UTC, from which an inclusive end no longer holds; a time of day ends there and then."""
    if len(text) > _DAY:
        return _moment(text, field)
    last = last_day(text, field)
    if last == date.max:
        raise rejected(field, "date_invalid")
    return _midnight(last + timedelta(days=1), field)


def _midnight(day: date, field: str) -> datetime:
    try:
        return datetime.combine(day, time(), ZONE).astimezone(UTC)
    except OverflowError:
        raise rejected(field, "date_invalid") from None


def _moment(text: str, field: str) -> datetime:
    try:
        if text[4] != "-" or text[7] != "-" or text[_DAY] != "T":
            raise ValueError
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZONE)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise rejected(field, "date_invalid") from None


def _day(text: str, field: str) -> date:
    """Of a moment, the day in the Netherlands. The form is checked as well: Python also reads week dates."""
    if len(text) > _DAY:
        return _moment(text, field).astimezone(ZONE).date()
    if text[4] != "-" or text[7] != "-":
        raise ValueError
    return date.fromisoformat(text)


def _partial(text: str) -> tuple[int, int | None]:
    year, hyphen, month = text.partition("-")
    if not text.isascii() or len(year) != 4 or not year.isdigit():  # noqa: PLR2004 - a year has four digits
        raise ValueError
    if not hyphen:
        return int(year), None
    if len(month) != 2 or not month.isdigit():  # noqa: PLR2004 - and a month two
        raise ValueError
    return int(year), int(month)
