"""A record on its way in, and what became of it."""

import asyncio
import sys
from collections import deque
from collections.abc import Sequence
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

    refused: Result | None = None
    """Why it is not even read."""


class NotTaken(RuntimeError):
    """The record could not be put on the log: nothing was accepted, send it again."""


class TooBusy(RuntimeError):
    """More records wait than may: send it again later."""


class Inbox:
    """Records that wait for the next transaction of one partner, bounded in number and bytes."""

    def __init__(self, count_max: int = 2_000, bytes_max: int = 64 * 1024 * 1024) -> None:
        self._waiting: deque[Incoming] = deque()
        self._bytes = 0
        self._count_max = count_max
        self._bytes_max = bytes_max

    def put(self, item: Incoming) -> None:
        """Add a record, or raise ``TooBusy``."""
        if len(self._waiting) >= self._count_max or self._bytes + len(item.raw) > self._bytes_max:
            raise TooBusy
        self._waiting.append(item)
        self._bytes += len(item.raw)

    def take(self, count: int, bytes_max: int = sys.maxsize) -> list[Incoming]:
        """Remove and return the oldest: at most so many and so many bytes, and one of any size.

        Those whose sender went away are left out.
        """
        taken: list[Incoming] = []
        size = 0
        for _ in range(min(count, len(self._waiting))):
            item = self._waiting[0]
            is_gone = item.answer is not None and item.answer.done()
            if not is_gone and taken and size + len(item.raw) > bytes_max:
                break
            self._waiting.popleft()
            self._bytes -= len(item.raw)
            if not is_gone:
                taken.append(item)
                size += len(item.raw)
        return taken

    def put_back(self, items: Sequence[Incoming]) -> None:
        """Let wait again, before all others, what was taken last; there is room for it whatever came since."""
        self._waiting.extendleft(reversed(items))
        self._bytes += sum(len(item.raw) for item in items)

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)
