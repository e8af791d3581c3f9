"""What a target asks for with ``Retry-After``, within bounds: pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schakel_services.deliver.rules import ASKED_S_MAX

DIGITS_MAX = 9


def asked_s(text: str, now: datetime) -> float:
    """Return for how many seconds not to try again, an hour at most; 0 for anything that says nothing of the kind.

    Source: RFC 9110, 10.2.3: seconds, or a date.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:DIGITS_MAX]), ASKED_S_MAX)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), ASKED_S_MAX)
