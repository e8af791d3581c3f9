"""A series of moments: which comes next, and what is said when several have passed. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from schakel_contracts.event import Event
from schakel_services.clock.facts import Facts
from schakel_services.clock.timer import About, Moment, Timer

SOMETHING = 1
"""Something was said, of a day that has moved since."""


class Change(NamedTuple):
    """Set a timer, or cancel it (nothing to say)."""

    key: str
    about: About | None
    answers: bool = False
    """Whether it notes what somebody did about it: the timer stays in the name, and with the veto, of who set it."""


class Known(Protocol):
    """The timers of one person as they stand."""

    def get(self, key: str) -> Timer | None:
        """Return one timer."""

    def of_kind(self, kind: str) -> Iterator[tuple[str, Timer]]:
        """Yield the timers of one kind, with their keys."""


class Fired(NamedTuple):
    """A moment that has come, of one timer."""

    ref: str
    """What stands after the kind in its key."""

    timer: Timer
    moment: Moment
    at: int
    """When it was due: at its moment, or when the timer came in if that was later."""

    @property
    def time(self) -> datetime:
        """Return when it was due."""
        return datetime.fromtimestamp(self.at, UTC)


@dataclass(frozen=True)
class Series:
    """The rule of one kind of timer."""

    moments: Callable[[Timer], Iterable[Moment]]
    """In the order in which they come."""

    say: Callable[[Fired, Facts], Iterable[Event]]
    """What is said then, if it still holds."""


def begin(series: Series, source: str, about: About, now: int, before: Timer | None = None) -> Timer | None:
    """Return the timer that is set now in the place of another; None when there is nothing left to say.

    What should have been said before is due at once, and then only the last of it; but a series of which something was
    said already, and that moves, says again nothing that was said: of what has passed only a moment that the old day
    had not reached yet, for then the end came nearer.
    """
    if before is not None and before.about == about:
        return before
    timer = Timer(0, 0, now, source, about)
    moments = tuple(series.moments(timer))
    if before is not None and before.fired:
        timer = timer._replace(fired=_passed_already(series, before, moments, now))
    return _next(timer, moments, now)


def fire(series: Series, timer: Timer, now: int) -> tuple[Moment | None, Timer | None]:
    """Return what is to be said now, if anything, and the timer that is left, if any.

    Of all moments that have passed since the last one, only the latest is said that still helps somebody: nobody gets
    three letters on the day on which a clock comes back.
    """
    moments = tuple(series.moments(timer))
    passed = [moment for moment in moments if timer.fired < moment.at <= now]
    said = [moment for moment in passed if now < moment.until]
    fired = max((moment.at for moment in passed), default=timer.fired)
    return said[-1] if said else None, _next(timer._replace(fired=fired), moments, now)


def _passed_already(series: Series, before: Timer, moments: tuple[Moment, ...], now: int) -> int:
    if tuple(series.moments(before)) == moments:
        return before.fired
    passed = [moment for moment in moments if moment.at <= now]
    said = Counter(moment.number for moment in series.moments(before) if moment.at <= before.fired)
    if passed and Counter(moment.number for moment in passed)[passed[-1].number] > said[passed[-1].number]:
        passed.pop()
    return max((moment.at for moment in passed), default=SOMETHING)


def _next(timer: Timer, moments: tuple[Moment, ...], now: int) -> Timer | None:
    """Point a timer at its next moment, or at its end, up to which it remembers what was said."""
    over = max((moment.until for moment in moments), default=0)
    if over <= now:
        return None
    return timer._replace(due=min((moment.at for moment in moments if moment.at > timer.fired), default=over))
