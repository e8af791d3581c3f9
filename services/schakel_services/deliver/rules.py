"""What an answer means, when to try again, and when to leave a target alone: pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

REFUSED_STATUSES = frozenset({400, 405, 406, 410, 413, 414, 415, 422})
"""Answers that a repeat can't change. 409 is none: who has a notification already says 2xx."""

BACKOFF_S_MAX = 900.0
FAILURES_MAX = 5
PAUSE_S_FIRST = 5.0
PAUSE_S_MAX = 300.0
_TOO_MANY_REQUESTS = 429


class Answer(StrEnum):
    """What a target made of a notification."""

    TAKEN = "taken"
    REFUSED = "refused"
    """Not this one, now or later."""

    LATER = "later"
    """Not this one now; the target itself is well."""

    AWAY = "away"
    """The target is not there, or not well."""


def answer_of(status: int) -> Answer:
    """Return what an HTTP status means; a redirect is never followed, so it is no answer yet."""
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110
        return Answer.TAKEN
    if status in REFUSED_STATUSES:
        return Answer.REFUSED
    if status >= 500 or status == _TOO_MANY_REQUESTS:  # noqa: PLR2004 - RFC 9110
        return Answer.AWAY
    return Answer.LATER


def backoff_s(attempts: int, first_s: float, chance: float) -> float:
    """Return how long to wait after so many attempts: exponential, with full jitter.

    ``chance`` is a random number from 0 to 1; the longest wait is a quarter of an hour.
    """
    doublings = min(max(attempts - 1, 0), 32)
    return chance * min(BACKOFF_S_MAX, first_s * 2.0**doublings)


def retry_at(now: float, deadline: float, wait_s: float) -> float:
    """Return when to try again, in seconds since 1970: never after the last moment for it."""
    return min(now + wait_s, max(deadline, now))


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether a target is left alone for a while; one for each target.

    Closed: everything goes. After five failures in a row it opens for a pause; then one probe may
    go, and its answer closes it, or opens it for twice as long.
    """

    failures: int = 0
    pause_s: float = 0.0
    until: float = 0.0
    """Seconds since 1970; means something only while there is a pause."""

    probing: bool = False

    @property
    def closed(self) -> bool:
        """Say whether the target is taken to be well."""
        return self.pause_s == 0.0

    def room(self, wanted: int, now: float) -> int:
        """Return how many of so many may go now."""
        if self.closed:
            return wanted
        return 0 if self.probing or now < self.until else min(wanted, 1)

    def probed(self) -> "Breaker":
        """Return the breaker after a probe has left."""
        return replace(self, probing=True)

    def unheard(self) -> "Breaker":
        """Return the breaker after a probe ended without leaving: the next may go."""
        return replace(self, probing=False)

    def heard(self, answer: Answer, now: float, *, probe: bool) -> "Breaker":
        """Return the breaker after an answer; whoever answers at all is there."""
        if answer is not Answer.AWAY:
            return CLOSED
        if self.closed:
            failures = self.failures + 1
            if failures < FAILURES_MAX:
                return Breaker(failures)
            return Breaker(failures, PAUSE_S_FIRST, now + PAUSE_S_FIRST)
        if not probe:
            # It left before the breaker opened, and says nothing new.
            return self
        pause_s = min(self.pause_s * 2, PAUSE_S_MAX)
        return Breaker(self.failures, pause_s, now + pause_s)


CLOSED = Breaker()
"""A target of which nothing bad is known."""
