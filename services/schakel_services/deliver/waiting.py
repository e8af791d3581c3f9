"""Who waits for what: each person's notifications in order, and whose turn it is."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from schakel_services.deliver.pending import Pending


class Waiting:
    """Every pending notification of one partner.

    A person's go one at a time and in order: those behind the first wait, other persons' don't. Except a stop-notice:
    it passes what the target itself did not take, with all that waits behind that. A person whose next one is neither
    under way nor waiting for its time is due.
    """

    def __init__(self) -> None:
        self._lines: dict[str, deque[Pending]] = {}
        self._due: dict[str, None] = {}
        self._later: list[tuple[float, int, str]] = []
        self._tickets: dict[str, int] = {}
        """The one entry of ``_later`` that counts for a person."""

        self._under_way: set[str] = set()
        self._look: set[str] = set()
        """Persons whose first one is looked at as soon as it is back: a withdrawal came meanwhile."""

        self._ticket = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def due_count(self) -> int:
        """Return how many persons are due, as of the last ``due``."""
        return len(self._due)

    def add(self, pending: Pending, now: float) -> None:
        """Put one behind everything that the person already waits for.

        A stop-notice says that a consent was withdrawn: what is in front may have ended by it, and is due at once.
        """
        person = pending.notification.person
        self._count += 1
        line = self._lines.setdefault(person, deque())
        line.append(pending)
        if person in self._under_way:
            if pending.is_stop_notice:
                self._look.add(person)
        elif len(line) == 1:
            self._schedule(person, now)
        elif pending.is_stop_notice:
            self._look_at(line[0], now)
            self._schedule(person, now)

    def due(self, now: float) -> Iterator[Pending]:
        """Yield the next of every person whose time has come, the longest due first."""
        while self._later and self._later[0][0] <= now:
            _, ticket, person = heapq.heappop(self._later)
            if self._tickets.get(person) == ticket:
                del self._tickets[person]
                self._due[person] = None
        return (self._next(person) for person in self._due)

    def take(self, count: int, now: float) -> list[Pending]:
        """Return up to so many that are due; they are under way until ``again`` or ``done``."""
        return self.take_these(islice(self.due(now), count))

    def take_these(self, due: Iterable[Pending]) -> list[Pending]:
        """Return these, of those that are due; they are under way until ``again`` or ``done``."""
        taken = list(due)
        for pending in taken:
            del self._due[pending.notification.person]
            self._under_way.add(pending.notification.person)
        return taken

    def again(self, pending: Pending, now: float) -> None:
        """Let one that was under way wait for its ``next_at``; those behind it wait too."""
        person = pending.notification.person
        self._under_way.discard(person)
        if person in self._look:
            self._look.discard(person)
            self._look_at(self._lines[person][0], now)
        self._schedule(person, now)

    def done(self, pending: Pending, now: float) -> None:
        """Take one out that was under way or due; the person's next one is due."""
        person = pending.notification.person
        line = self._lines[person]
        line.remove(pending)
        self._count -= 1
        self._under_way.discard(person)
        self._look.discard(person)
        self._due.pop(person, None)
        if line:
            self._schedule(person, now)
        else:
            del self._lines[person]

    def _look_at(self, first: Pending, now: float) -> None:
        """Let the first of a line be checked now; one that a stop-notice passes anyway keeps its time."""
        if not first.reached:
            first.next_at = min(first.next_at, now)

    def _next(self, person: str) -> Pending:
        """Return whose turn it is: of the first one and the stop-notices that may pass it, the earliest."""
        line = self._lines[person]
        if not line[0].reached:
            return line[0]
        candidates = [line[0]]
        for one in islice(line, 1, None):
            if one.is_stop_notice:
                candidates.append(one)
                if not one.reached:
                    break
        return min(candidates, key=lambda one: one.next_at)

    def _schedule(self, person: str, now: float) -> None:
        pending = self._next(person)
        if pending.turn_at is None:
            pending.turn_at = now
        self._tickets.pop(person, None)
        if pending.next_at <= now:
            self._due[person] = None
            return
        self._due.pop(person, None)
        self._ticket += 1
        self._tickets[person] = self._ticket
        heapq.heappush(self._later, (pending.next_at, self._ticket, person))
