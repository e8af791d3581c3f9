"""What an answer means, when to try again, and when to give up: pure."""

from dataclasses import dataclass
from enum import StrEnum

REFUSED_STATUSES = frozenset({400, 405, 406, 410, 413, 414, 415, 422})
"""Answers that a repeat can't change. 409 is none: who has a notification already says 2xx."""

BACKOFF_S_MAX = 900.0
ASKED_S_MAX = 3_600.0
"""The longest wait that a target can ask for."""

OWN_TIME = 1 / 24
"""The part of the time for a delivery that each has from its turn on, however long it waited for that."""

_TOO_MANY_REQUESTS = 429


class Answer(StrEnum):
    """What a target made of a notification."""

    TAKEN = "taken"
    REFUSED = "refused"
    """Not this one, now or later."""

    LATER = "later"
    """Not this one now; the target itself is well."""

    BUSY = "busy"
    """Nothing now."""

    BROKEN = "broken"
    """The target failed while it had it."""

    LOST = "lost"
    """It left, and no answer came."""

    AWAY = "away"
    """The target was not reached."""


UNWELL = frozenset({Answer.BUSY, Answer.BROKEN, Answer.LOST, Answer.AWAY})
"""The target is not there, or not well."""

DOUBTFUL = frozenset({Answer.BROKEN, Answer.LOST})
"""The target may have kept it all the same."""

REACHED = frozenset({Answer.LATER, Answer.BUSY, Answer.BROKEN, Answer.LOST})
"""The target had it before it, and did not take it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and how long the target asks not to be asked again; 0: it did not say."""

    answer: Answer
    asked_s: float = 0.0


def answer_of(status: int) -> Answer:
    """Return what an HTTP status means; a redirect is never followed, so it is no answer yet."""
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110
        return Answer.TAKEN
    if status in REFUSED_STATUSES:
        return Answer.REFUSED
    if status == _TOO_MANY_REQUESTS:
        return Answer.BUSY
    return Answer.BROKEN if status >= 500 else Answer.LATER  # noqa: PLR2004 - RFC 9110


def backoff_s(attempts: int, first_s: float, chance: float) -> float:
    """Return how long to wait after so many attempts: exponential, with full jitter.

    ``chance`` is a random number from 0 to 1; the longest wait is a quarter of an hour.
    """
    doublings = min(max(attempts - 1, 0), 32)
    return chance * min(BACKOFF_S_MAX, first_s * 2.0**doublings)


def last_moment(first_at: float, turn_at: float, for_s: float) -> float:
    """Return until when one is tried: its time since it was first due, and some of it from its own turn."""
    return max(first_at + for_s, turn_at + for_s * OWN_TIME)


def retry_at(now: float, deadline: float, wait_s: float) -> float:
    """Return when to try again: never after the last moment for it."""
    return min(now + wait_s, max(deadline, now))
