"""Whether a service lives and is ready: progress per loop, and a lag that does not only grow."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from schakel_services.runtime.metrics import LAG, RECORDS_READ

STUCK_S = 20.0
"""A loop turns at least twice a second; one that did not turn for this long is stuck."""

LAG_WINDOW_S = 60.0
LAG_MIN = 1_000


@dataclass
class Progress:
    """What one loop reports of itself."""

    name: str
    monotonic: Callable[[], float] = time.monotonic
    is_up: bool = False
    gone: bool = False
    """Fenced for good: another process does its work."""

    last_beat: float = 0.0
    lags: dict[TopicPartition, deque[tuple[float, int]]] = field(default_factory=dict)
    notice: Callable[[], str | None] = lambda: None
    """What is worth knowing and no reason not to be ready: trouble that is not this process's own."""

    def up(self) -> None:
        """The loop is open."""
        self.is_up = True
        self.beat()

    def down(self) -> None:
        """The loop closed and will try to open again."""
        self.is_up = False

    def beat(self) -> None:
        """The loop turned."""
        self.last_beat = self.monotonic()

    def read(self, partition: TopicPartition, records: int, lag: int) -> None:
        """The loop committed records and is this far behind."""
        RECORDS_READ.labels(self.name, partition.topic).inc(records)
        LAG.labels(self.name, partition.topic, str(partition.partition)).set(lag)
        seen = self.lags.setdefault(partition, deque())
        now = self.monotonic()
        seen.append((now, lag))
        while seen and now - seen[0][0] > LAG_WINDOW_S:
            seen.popleft()

    def problem(self) -> str | None:
        """Return why this loop is not ready, or None."""
        if self.gone:
            return "fenced"
        if not self.is_up:
            return "not_open"
        if self.monotonic() - self.last_beat > STUCK_S:
            return "stuck"
        for seen in self.lags.values():
            grown = seen[-1][1] > LAG_MIN and seen[-1][0] - seen[0][0] > LAG_WINDOW_S / 2
            if grown and all(a[1] < b[1] for a, b in zip(seen, list(seen)[1:], strict=False)):
                return "lag_grows"
        return None


@dataclass
class Health:
    """All loops of one process."""

    loops: list[Progress] = field(default_factory=list)

    def loop(self, name: str) -> Progress:
        """Return a new loop's progress, not yet open."""
        progress = Progress(name)
        self.loops.append(progress)
        return progress

    def forget(self, progress: Progress) -> None:
        """A loop ended on purpose."""
        if progress in self.loops:
            self.loops.remove(progress)

    @property
    def ready(self) -> bool:
        """Say whether there is a loop, and none has a problem; a copy that stands by has its membership."""
        return bool(self.loops) and not self.problems()

    def problems(self) -> dict[str, str]:
        """Return the loops that are not ready, with the reason."""
        return {loop.name: why for loop in self.loops if (why := loop.problem())}

    def notices(self) -> dict[str, str]:
        """Return the loops with trouble that is not their own, such as a target that is away."""
        return {loop.name: what for loop in self.loops if (what := loop.notice())}

    def stuck(self) -> bool:
        """Say whether a loop that was open no longer turns: then the process is better restarted."""
        return any(loop.problem() == "stuck" for loop in self.loops)
