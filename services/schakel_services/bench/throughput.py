"""Records a second through raw topic, intake and gate, to notifications and decisions."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from schakel_services.bench.stage import CONNECTOR, SOURCE
from schakel_services.bench.watch import Watch
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster

GROWTH_RECORDS = 10_000
IDLE_S = 60.0
LOOK_S, LOOK_AT_THE_END_S = 0.25, 0.05
"""Between two looks at how far the services are; each look costs the broker four requests or more."""


@dataclass
class Written:
    """What the main path wrote, so that the floor can write the same."""

    records: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass
class Throughput:
    """What one run measured."""

    records: int
    seconds: float
    cpu_s_per_1000: dict[str, float]
    peak_mb: dict[str, float]
    memory_growth: float
    """Memory at the end, as a ratio to that after the first 10,000 records (all processes together)."""

    memory_mb: dict[str, dict[str, float]]
    """The same for each process, in MiB: ``first`` and ``last``."""

    @property
    def records_per_s(self) -> float:
        """Return raw records a second, from the first decision to the last."""
        return self.records / self.seconds


async def follow(cluster: Cluster, records: int, partitions: int, watch: Watch) -> Throughput:
    """Wait until every raw record has been through; the clock runs from the first commit to the last.

    The offsets that the intake and the gate commit with their transactions say how far each is; to read them costs
    next to nothing, which following all topics would not.
    """
    progress = _Progress(cluster, partitions)
    await progress.start()
    first = await progress.begun()
    watch.begin()
    began = time.perf_counter()
    early: dict[str, float] = {}
    moved_at, last = began, -1
    try:
        while True:
            done, finished = await progress.look(records)
            now = time.perf_counter()
            if done != last:
                moved_at, last = now, done
            if not early and done >= min(GROWTH_RECORDS, records // 4):
                early = watch.memory()
            if finished:
                break
            if now - moved_at > IDLE_S:
                raise TimeoutError(f"{done} of {records} records went through, then nothing moved")
            await asyncio.sleep(LOOK_S if done < records else LOOK_AT_THE_END_S)
        seconds = time.perf_counter() - began
        used = watch.used_s()
        late = watch.memory()
    finally:
        await progress.stop()
    return Throughput(
        records=records - first,
        seconds=seconds,
        cpu_s_per_1000={name: round(value / records * 1000, 4) for name, value in used.items()},
        peak_mb=watch.peak(),
        memory_growth=round(sum(late.values()) / max(1.0, sum(early.values())), 3) if early else 1.0,
        memory_mb={
            name: {"first": round(early.get(name, now), 1), "last": round(now, 1)} for name, now in late.items()
        },
    )


class _Progress:
    """How far intake and gate are, by what they committed."""

    def __init__(self, cluster: Cluster, partitions: int) -> None:
        self._raw = [TopicPartition(topics.raw(SOURCE, CONNECTOR), n) for n in range(partitions)]
        self._events = [TopicPartition(topics.EVENTS, n) for n in range(partitions)]
        self._intake = cluster.consumer(group=f"intake.{SOURCE}", client_id="bench-intake")
        self._gate = cluster.consumer(group="gate", client_id="bench-gate", isolation="read_committed")

    async def start(self) -> None:
        self._intake.assign(self._raw)
        self._gate.assign(self._events)
        await self._intake.start()
        await self._gate.start()

    async def stop(self) -> None:
        await self._intake.stop()
        await self._gate.stop()

    async def begun(self) -> int:
        """Return how many records the first commit was of, once there is one: starting up is not what is measured."""
        for _ in range(int(IDLE_S / LOOK_AT_THE_END_S)):
            taken: int = sum([await self._intake.committed(tp) or 0 for tp in self._raw])
            if taken:
                return taken
            await asyncio.sleep(LOOK_AT_THE_END_S)
        raise TimeoutError("the intake committed nothing")

    async def look(self, records: int) -> tuple[int, bool]:
        """Return the raw records that the intake has committed, and whether the gate has caught up with all of them."""
        taken = sum([await self._intake.committed(tp) or 0 for tp in self._raw])
        if taken < records:
            return taken, False
        ends = await self._gate.end_offsets(self._events)
        behind = 0
        for tp in self._events:
            # A marker stands behind the last event of every transaction.
            behind += max(0, ends[tp] - 1 - (await self._gate.committed(tp) or 0))
        return taken, behind == 0


async def written(cluster: Cluster, names: Iterable[str], partitions: int) -> Written:
    """Return how many records stand on the topics and how many bytes of key, value and headers they hold."""
    found = Written()
    wanted = [TopicPartition(name, n) for name in names for n in range(partitions)]
    consumer = cluster.consumer(client_id="bench-sizes")
    consumer.assign(wanted)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(wanted)
        open_ = {tp for tp in wanted if ends[tp] > 0}
        while open_:
            for tp, rows in (await consumer.getmany(*open_, timeout_ms=500)).items():
                found.records[tp.topic] = found.records.get(tp.topic, 0) + len(rows)
                size = sum(len(row.key or b"") + len(row.value or b"") + _headers(row.headers) for row in rows)
                found.sizes[tp.topic] = found.sizes.get(tp.topic, 0) + size
            open_ = {tp for tp in open_ if await consumer.position(tp) < ends[tp]}
    finally:
        await consumer.stop()
    return found


def _headers(headers: Iterable[tuple[str, bytes]]) -> int:
    return sum(len(name) + len(value) for name, value in headers)
