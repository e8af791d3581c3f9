"""The timers of one partition: compact values by person, and who is due next."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from schakel_services.clock.timer import Timer, due_of, read_timer
from schakel_services.runtime.log import log

FIRED = "clock/fired"
"""The key under which a partition counts what it said; no person's key can be that."""

STALE_MIN = 1_000


class Written(NamedTuple):
    """What to write to ``state.clock``."""

    key: str
    value: bytes | None


class Timers:
    """Values as they stand on the log, with the changes of the batch at hand.

    A person costs one dictionary and one place in the queue; a timer costs its key and its value, and is read only
    when it is touched or due.
    """

    def __init__(self) -> None:
        self._values: dict[str, dict[str, bytes]] = {}
        self._next: dict[str, int] = {}
        """Under which moment a person stands in the queue."""

        self._queue: list[tuple[int, str]] = []
        """By moment; also what ``_next`` no longer says, which is dropped when it comes up."""

        self._before: dict[tuple[str, str], bytes | None] = {}
        self._unreadable: dict[tuple[str, str], bytes] = {}
        """While it is restored: values that can't stand in a queue."""

        self._count = 0
        self.fired: int | None = None
        """How much this partition has said; None before it ever did."""

        self._fired_before: int | None = None

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of ``state.clock``; ``restored`` must follow."""
        person, _, rest = key.partition("/")
        if key == FIRED:
            self.fired = self._fired_before = _count_of(value)
        elif value is None or _can_stand(value):
            self._set(person, rest, value)
        else:
            log.error("timer_unreadable", subject=person, name=rest.partition("/")[0])
            self._set(person, rest, None)
            self._unreadable[person, rest] = value
            return
        self._unreadable.pop((person, rest), None)

    def restored(self) -> None:
        """Find out who is due when; what can't be read is taken off the log with the first batch."""
        self._before.update(self._unreadable)
        self._unreadable = {}
        self._next = {person: min(map(due_of, values.values())) for person, values in self._values.items()}
        self._requeue()

    def __len__(self) -> int:
        """Return how many timers there are."""
        return self._count

    def get(self, person: str, key: str) -> bytes | None:
        """Return a value."""
        return self._values.get(person, {}).get(key)

    def keys(self, person: str) -> list[str]:
        """Return the keys of a person's timers, in a fixed order."""
        return sorted(self._values.get(person, ()))

    def put(self, person: str, key: str, value: bytes | None) -> None:
        """Set a value, or take it away."""
        before = self.get(person, key)
        if value == before:
            return
        self._before.setdefault((person, key), before)
        self._set(person, key, value)
        if value is not None:
            self._queue_up(person, due_of(value))

    def first_due(self, now: int) -> str | None:
        """Return the person who is due first, if anybody is by now."""
        while self._queue and self._queue[0][0] <= now:
            due, person = heappop(self._queue)
            if self._next.get(person) != due:
                continue
            earliest = min(map(due_of, self._values.get(person, {}).values()), default=None)
            del self._next[person]
            if earliest is not None:
                self._queue_up(person, earliest)
            if earliest == due:
                return person
        return None

    def rest(self, person: str, until: int) -> None:
        """Let a person stand in the queue for one moment only; a timer that is set meanwhile makes it sooner."""
        if self._values.get(person):
            self._next[person] = until
            heappush(self._queue, (until, person))

    def wake(self, person: str) -> None:
        """Let a person who rested stand in the queue again for the timer that comes first."""
        if values := self._values.get(person):
            self._queue_up(person, min(map(due_of, values.values())))

    def is_due(self, now: int) -> bool:
        """Say whether something may be due; a timer that was moved away may say so for nothing, once."""
        return bool(self._queue) and self._queue[0][0] <= now

    def due(self, person: str, now: int) -> list[str]:
        """Return the keys of a person's timers that are due, the earliest first."""
        found = ((due_of(value), key) for key, value in self._values.get(person, {}).items())
        return [key for due, key in sorted(found) if due <= now]

    def written(self) -> Iterator[Written]:
        """Yield what the batch changed, and begin the next one; what came and went within it is not written."""
        for (person, key), before in self._before.items():
            value = self.get(person, key)
            if value != before:
                yield Written(f"{person}/{key}", value)
        if self.fired != self._fired_before:
            yield Written(FIRED, str(self.fired).encode())
        self._before = {}
        self._fired_before = self.fired

    def _set(self, person: str, key: str, value: bytes | None) -> None:
        values = self._values.get(person)
        if value is not None:
            if values is None:
                values = self._values[person] = {}
            self._count += key not in values
            values[key] = value
        elif values is not None and values.pop(key, None) is not None:
            self._count -= 1
            if not values:
                del self._values[person]

    def _queue_up(self, person: str, due: int) -> None:
        """Let a person stand in the queue no later than this."""
        known = self._next.get(person)
        if known is not None and known <= due:
            return
        self._next[person] = due
        heappush(self._queue, (due, person))
        if len(self._queue) > 2 * len(self._next) + STALE_MIN:
            self._requeue()

    def _requeue(self) -> None:
        self._queue = [(due, person) for person, due in self._next.items()]
        heapify(self._queue)


class TimersOfPerson(NamedTuple):
    """One person's timers, read when they are asked for."""

    timers: Timers
    person: str

    def get(self, key: str) -> Timer | None:
        """Return one timer; none where what stands there can't be read."""
        value = self.timers.get(self.person, key)
        try:
            return None if value is None else read_timer(value)
        except ValueError:
            return None

    def of_kind(self, kind: str) -> Iterator[tuple[str, Timer]]:
        """Yield the timers of one kind, with their keys."""
        for key in self.timers.keys(self.person):
            if key.startswith(f"{kind}/") and (timer := self.get(key)) is not None:
                yield key, timer


def _can_stand(value: bytes) -> bool:
    """Say whether a value tells when it must be looked at; all the rest of it is read when it is."""
    try:
        due_of(value)
    except ValueError:
        return False
    return True


def _count_of(value: bytes | None) -> int | None:
    """Return how much was said; a count that can't be read is one that was lost."""
    return int(value) if value is not None and value.isdigit() else None
