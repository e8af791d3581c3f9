"""Who waits for what: each person's notifications in order, and whose turn it is."""

import heapq
from collections import deque
from collections.abc import Iterator
from itertools import islice

from schakel_services.deliver.pending import Pending


class Waiting:
    """Every pending notification of one partner.

    Only the first of each person may go; those behind it wait, other persons' don't. A person whose
    first one is neither under way nor waiting for its time is due.
    """

    def __init__(self) -> None:
        self._lines: dict[str, deque[Pending]] = {}
        self._due: dict[str, None] = {}
        self._later: list[tuple[float, int, str]] = []
        self._ticket = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def due_count(self) -> int:
        """Return how many persons are due, as of the last ``due``."""
        return len(self._due)

    def add(self, pending: Pending, now: float) -> None:
        """Put one behind everything that the person already waits for."""
        person = pending.notification.person
        self._count += 1
        line = self._lines.get(person)
        if line is None:
            self._lines[person] = deque((pending,))
            self._schedule(pending, now)
        else:
            line.append(pending)

    def due(self, now: float) -> Iterator[Pending]:
        """Yield the first of every person whose time has come, the longest due first."""
        while self._later and self._later[0][0] <= now:
            self._due[heapq.heappop(self._later)[2]] = None
        return (self._lines[person][0] for person in self._due)

    def take(self, count: int, now: float) -> list[Pending]:
        """Return up to so many that are due; they are under way until ``again`` or ``done``."""
        taken = list(islice(self.due(now), count))
        for pending in taken:
            del self._due[pending.notification.person]
        return taken

    def again(self, pending: Pending, now: float) -> None:
        """Let one that was under way wait for its ``next_at``; those behind it wait too."""
        self._schedule(pending, now)

    def done(self, pending: Pending, now: float) -> None:
        """Take out the first of a person; the next one is due."""
        person = pending.notification.person
        line = self._lines[person]
        line.popleft()
        self._count -= 1
        self._due.pop(person, None)
        if line:
            self._schedule(line[0], now)
        else:
            del self._lines[person]

    def _schedule(self, pending: Pending, now: float) -> None:
        person = pending.notification.person
        if pending.next_at <= now:
            self._due[person] = None
            return
        self._ticket += 1
        heapq.heappush(self._later, (pending.next_at, self._ticket, person))
