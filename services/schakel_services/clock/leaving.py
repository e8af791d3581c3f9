"""Who has left: nothing is said of them, and what was set is kept until the exit can not be a mistake any more."""

from datetime import timedelta

from pydantic_core import to_json

from schakel_services.clock.timer import due_of

LEFT = "left"
"""The key, after the person; it counts from when the exit was read, whatever day the exit itself names."""

KEPT_S = int(timedelta(days=365).total_seconds())
"""Evaluations come once a year at least: by then somebody has missed the person. After it all timers go (R28)."""


def left_now(now: int) -> bytes:
    """Return what stands on the log of somebody who has left: when their timers go."""
    return to_json((now + KEPT_S, now))


def forgotten_at(value: bytes) -> int:
    """Return when the timers of who has left go."""
    return due_of(value)
