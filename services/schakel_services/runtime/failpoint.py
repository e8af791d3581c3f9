"""Where the chaos suite may break a service on purpose: off unless ``SCHAKEL_FAILPOINTS`` is set.

``no_fencing`` gives every start its own transactional id; ``no_barrier`` skips the wait for the registry;
``slow_registry=S`` applies registry records S seconds late; ``freeze_before_transaction=N`` stops this process
(SIGSTOP) once, before its N-th transaction that writes records, ``freeze_before_commit=N`` within it when all is sent
and nothing committed, and ``freeze_before_send=N`` between the check of its N-th delivery and the delivery. A service
that runs with one of them says so, loudly, at its start.
"""

import os
import signal
from collections import Counter
from uuid import uuid4  # noqa: TID251 - the very fault that is asked for


def _parse(text: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in text.split(",") if part)


ACTIVE = _parse(os.environ.get("SCHAKEL_FAILPOINTS", ""))
"""The failpoints of this process."""

_passed: Counter[str] = Counter()


def pass_failpoint(place: str, value: str = "") -> str:
    """Pass a place where a failure may be asked for; returns the value, changed or not."""
    if not ACTIVE:
        return value
    if place == "transactional_id" and "no_fencing" in ACTIVE:
        return f"{value}-{uuid4()}"
    if f"freeze_{place}" in ACTIVE:
        _passed[place] += 1
        if _passed[place] == int(ACTIVE[f"freeze_{place}"]):
            os.kill(os.getpid(), signal.SIGSTOP)
    return value


def registry_lag_s() -> float:
    """Return how late registry records are applied, in seconds."""
    return float(ACTIVE.get("slow_registry", "0"))


def barrier_is_on() -> bool:
    """Say whether the barrier is kept; it always is, outside a negative control."""
    return "no_barrier" not in ACTIVE
