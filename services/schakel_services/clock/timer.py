"""One timer: what is to be said, when next, and what of it was said already. One small JSON array on the log."""

from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

About = dict[str, Any]
"""What the event will say, and from which day its moments are counted: JSON values only."""


class Moment(NamedTuple):
    """One moment of a series, in seconds since 1970."""

    at: int
    until: int
    """From here on it helps nobody any more, and is not said."""

    number: int = 0
    """Which one it is: days, weeks or months, as the rule of the series counts."""


class Timer(NamedTuple):
    """A series of moments for one person about one thing."""

    due: int
    """When it must be looked at next."""

    fired: int
    """The last moment that was passed; 0: none yet."""

    set_at: int
    """When it came in: what should have been said before is said now, as of now."""

    source: str
    """The partner whose event or record set it; empty: whoever fits when it fires."""

    about: About
    withhold: str | None = None
    """Roles that the sender of that event did not want told, of this or of what follows from it (R7)."""

    before: str | None = None
    """The same of other partners that had set or moved it before: nobody lifts the veto of another."""

    def value(self) -> bytes:
        """Return it as it stands on the log: the next moment first, so that it can be read without the rest."""
        return to_json(self)

    def day(self, name: str) -> date:
        """Return a day that it is about."""
        return date.fromisoformat(self.about[name])

    def moment(self, name: str) -> datetime:
        """Return a moment that it is about."""
        return datetime.fromisoformat(self.about[name])


def read_timer(value: bytes) -> Timer:
    """Return the timer of a value; raises ``ValueError`` for what is none, such as one that another version wrote."""
    try:
        timer = Timer(*from_json(value))
    except TypeError:
        raise ValueError("not a timer") from None
    if not isinstance(timer.about, dict):
        raise ValueError("not a timer")  # noqa: TRY004 (what stands on the log is a value, whatever its type)
    return timer


def vetoes_of(*withheld: str | None) -> str | None:
    """Return the vetoes of several senders as one: each keeps out whom it does not want told (R7)."""
    named = dict.fromkeys(part for text in withheld if text for part in text.replace(",", " ").split())
    return " ".join(named) or None


def due_of(value: bytes) -> int:
    """Return when a value must be looked at next; costs a twentieth of reading all of it."""
    return int(value[1 : value.index(b",")])
