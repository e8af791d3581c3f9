"""When all is over: every stage has read what is there, nothing waits, and nothing moves any more."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schakel_services.runtime import topics
from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.table import Table, TableBehind
from schakel_services.runtime.watermark import Watermarks

LOOK_S = 0.5
STILL_LOOKS = 3
"""So many looks in a row must find nothing to read, nothing that waits, and no topic longer than before."""

PENDING = "pending/"
"""What keys of a deliverer's state begin with that stand for a notification that waits."""

READ_MS = 200
"""Behind the last record stand markers, which are no records: what is there to read is known by reading."""


async def until_still(
    cluster: Cluster, stages: Mapping[str, Sequence[str]], recipients: Sequence[str], partitions: int, limit_s: float
) -> None:
    """Return when it is quiet; ``stages`` are groups and what they read, ``recipients`` those who are told.

    Raises ``TimeoutError`` after the limit.
    """
    async with asyncio.timeout(limit_s):
        while True:
            try:
                async with AsyncExitStack() as held:
                    look = _Look(held, cluster, partitions)
                    await look.open(stages, recipients)
                    await look.until_still()
                    return
            except (KafkaError, OSError, TableBehind):
                await asyncio.sleep(LOOK_S)


class _Look:
    """Consumers that are kept from one look to the next: to connect costs more than to ask."""

    def __init__(self, held: AsyncExitStack, cluster: Cluster, partitions: int) -> None:
        self._held = held
        self._cluster = cluster
        self._numbers = range(partitions)
        self._reader = cluster.consumer(isolation="read_uncommitted", client_id="chaos-ends")
        self._everything: list[TopicPartition] = []
        self._stages: list[tuple[AIOKafkaConsumer, list[TopicPartition]]] = []
        self._waiting: list[tuple[Table, dict[str, bytes]]] = []

    async def open(self, stages: Mapping[str, Sequence[str]], recipients: Sequence[str]) -> None:
        self._everything = self._parts([*(name for names in stages.values() for name in names), topics.RECEIPTS])
        await self._started(self._reader)
        for group, names in stages.items():
            consumer = self._cluster.consumer(group=group, client_id="chaos-still")
            consumer.assign(self._parts(names))
            self._stages.append((await self._started(consumer), self._parts(names)))
        watermarks = Watermarks(self._cluster)
        self._held.push_async_callback(watermarks.close)
        await watermarks.start()
        for recipient in recipients:
            await self._follow(recipient, watermarks)

    async def until_still(self) -> None:
        still, before = 0, -1
        while still < STILL_LOOKS:
            behind = await asyncio.gather(*(_is_behind(consumer, parts) for consumer, parts in self._stages))
            await asyncio.gather(*(table.barrier() for table, _ in self._waiting))
            waits = any(waiting for _, waiting in self._waiting)
            now = sum((await self._reader.end_offsets(self._everything)).values())
            still = still + 1 if now == before and not waits and not any(behind) else 0
            before = now
            await asyncio.sleep(LOOK_S)

    async def _follow(self, recipient: str, watermarks: Watermarks) -> None:
        """Follow what waits for another try."""
        waiting: dict[str, bytes] = {}

        def apply(key: str, value: bytes | None) -> None:
            if value is None:
                waiting.pop(key, None)
            elif key.startswith(PENDING):
                waiting[key] = value

        table = Table(self._cluster, topics.state_deliver(recipient), self._numbers, apply, watermarks)
        self._held.push_async_callback(table.close)
        await table.open()
        self._waiting.append((table, waiting))

    async def _started(self, consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
        self._held.push_async_callback(stop_client, consumer)
        await consumer.start()
        return consumer

    def _parts(self, names: Sequence[str]) -> list[TopicPartition]:
        return [TopicPartition(name, number) for name in names for number in self._numbers]


async def _is_behind(consumer: AIOKafkaConsumer, parts: Sequence[TopicPartition]) -> bool:
    """Say whether there is a committed record that the group has not read."""
    for part, offset in zip(parts, await asyncio.gather(*map(consumer.committed, parts)), strict=True):
        consumer.seek(part, offset or 0)
    found = await consumer.getmany(*parts, timeout_ms=READ_MS, max_records=1)
    return any(found.values())
