"""When all is over: every stage has read what is there, and nothing moves any more."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster

LOOK_S = 0.5
STILL_LOOKS = 3
"""So many looks in a row must find nothing to read and no topic longer than before."""

READ_MS = 150
"""Behind the last record stand markers, which are no records: what is there to read is known by reading."""


async def until_still(
    cluster: Cluster, stages: Mapping[str, Sequence[str]], more: Sequence[str], partitions: int, limit_s: float
) -> None:
    """Return when it is quiet; ``stages`` are groups and what they read, ``more`` topics that must not grow either.

    Raises ``TimeoutError`` after the limit.
    """
    async with asyncio.timeout(limit_s):
        while True:
            try:
                async with AsyncExitStack() as held:
                    look = await _Look.open(held, cluster, stages, more, partitions)
                    await look.until_still()
                    return
            except (KafkaError, OSError):
                await asyncio.sleep(LOOK_S)


class _Look:
    """Consumers that are kept from one look to the next: to connect costs more than to ask."""

    def __init__(self, reader: AIOKafkaConsumer, everything: Sequence[TopicPartition]) -> None:
        self._reader = reader
        self._everything = list(everything)
        self._stages: list[tuple[AIOKafkaConsumer, list[TopicPartition]]] = []

    @classmethod
    async def open(
        cls,
        held: AsyncExitStack,
        cluster: Cluster,
        stages: Mapping[str, Sequence[str]],
        more: Sequence[str],
        partitions: int,
    ) -> "_Look":
        parts = {
            group: [TopicPartition(n, p) for n in names for p in range(partitions)] for group, names in stages.items()
        }
        rest = [TopicPartition(name, p) for name in more for p in range(partitions)]
        reader = await _started(held, cluster.consumer(isolation="read_uncommitted", client_id="chaos-ends"))
        look = cls(reader, [part for found in parts.values() for part in found] + rest)
        for group, found in parts.items():
            consumer = cluster.consumer(group=group, client_id="chaos-still")
            consumer.assign(found)
            look._stages.append((await _started(held, consumer), found))
        return look

    async def until_still(self) -> None:
        still, before = 0, -1
        while still < STILL_LOOKS:
            behind = await asyncio.gather(*(_is_behind(consumer, parts) for consumer, parts in self._stages))
            now = sum((await self._reader.end_offsets(self._everything)).values())
            still = still + 1 if now == before and not any(behind) else 0
            before = now
            await asyncio.sleep(LOOK_S)


async def _started(held: AsyncExitStack, consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
    held.push_async_callback(stop_client, consumer)
    await consumer.start()
    return consumer


async def _is_behind(consumer: AIOKafkaConsumer, parts: Sequence[TopicPartition]) -> bool:
    """Say whether there is a committed record that the group has not read."""
    for part, offset in zip(parts, await asyncio.gather(*map(consumer.committed, parts)), strict=True):
        consumer.seek(part, offset or 0)
    found = await consumer.getmany(*parts, timeout_ms=READ_MS, max_records=1)
    return any(found.values())
