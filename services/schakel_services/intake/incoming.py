"""A record on its way in, and what became of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schakel_connectors.rejection import FieldError

Outcome = Literal["accepted", "unlinked", "rejected"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a record; event ids of what it published, in order."""

    outcome: Outcome
    events: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(slots=True)
class Incoming:
    """One record as it came in, over HTTP, as a file or from a topic."""

    connector: str
    raw: bytes
    received_at: datetime
    position: str | None = None
    """``<topic>/<partition>/<offset>`` when it came from Kafka; otherwise the intake numbers it."""

    withhold: str | None = None
    traceparent: str | None = None
    answer: "asyncio.Future[Result] | None" = field(default=None)
    """Set once the transaction that took the record is committed; never for a record from Kafka."""


class NotTaken(RuntimeError):
    """The record could not be put on the log: nothing was accepted, send it again."""


class TooBusy(RuntimeError):
    """More records wait than may: send it again later."""


class Inbox:
    """Records that wait for the next transaction of one partner, bounded in number and bytes."""

    def __init__(self, count_max: int = 2_000, bytes_max: int = 64 * 1024 * 1024) -> None:
        self._waiting: list[Incoming] = []
        self._bytes = 0
        self._count_max = count_max
        self._bytes_max = bytes_max

    def put(self, item: Incoming) -> None:
        """Add a record, or raise ``TooBusy``."""
        if len(self._waiting) >= self._count_max or self._bytes + len(item.raw) > self._bytes_max:
            raise TooBusy
        self._waiting.append(item)
        self._bytes += len(item.raw)

    def take(self, count: int) -> list[Incoming]:
        """Remove and return the oldest; those whose sender went away are left out."""
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        self._bytes -= sum(len(item.raw) for item in taken)
        return [item for item in taken if item.answer is None or not item.answer.done()]

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)
