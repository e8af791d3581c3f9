"""A piece of a real broker for one test: topics, writers and consumers under names that no other test has."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster, Isolation
from schakel_services.runtime.topics import NamedTopic, Topic, create_topics
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs, Writer

LIMIT_S = 30.0
"""How long anything may take on a busy machine before a test gives up."""

Pair = tuple[str, str | None]
"""Key and value; None is a tombstone."""


class Ground:
    """Topics that are this test's alone, and a look at what stands on any; ``async with`` lets go of all of it."""

    def __init__(self, bootstrap: str, name: str, session_timeout_ms: int = 3_000) -> None:
        self.cluster = Cluster(bootstrap, session_timeout_ms=session_timeout_ms)
        self.name = name
        self._made = 0
        self._held = AsyncExitStack()
        self._writer: Writer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._held.aclose()

    async def topic(self, partitions: int = 1, *, compacted: bool = False) -> str:
        """Create a topic and return its name."""
        self._made += 1
        row = Topic(f"{self.name}-{self._made}", "text", "compact" if compacted else "delete", None, "test", "test")
        await create_topics(self.cluster, [NamedTopic(row.name, row, partitions)])
        return row.name

    async def watermarks(self) -> Watermarks:
        """Return watermarks that are connected."""
        watermarks = Watermarks(self.cluster)
        await watermarks.start()
        self._held.push_async_callback(watermarks.close)
        return watermarks

    async def writer(self, name: str) -> Writer:
        """Return a writer that is started, under an id of this test."""
        writer = Writer(self.cluster, f"{self.name}-{name}")
        await writer.start()
        self._held.push_async_callback(writer.close)
        return writer

    async def write(self, topic: str, pairs: Iterable[Pair], partition: int = 0) -> None:
        """Commit some records in one transaction."""
        if self._writer is None:
            self._writer = await self.writer("writer")
        await self._writer.commit(rows(topic, pairs, partition), {}, None)

    async def read(self, *topics: str, isolation: Isolation = "read_committed") -> list[ConsumerRecord]:
        """Return what stands on all partitions of some topics now, each partition in its order.

        It waits for the transactions that are open; but those that are read uncommitted.
        """
        consumer = self._consumer(*topics, isolation=isolation)
        await consumer.start()
        try:
            ends = await self.ends(consumer.assignment())
            found: list[ConsumerRecord] = []
            waiting = {part for part, end in ends.items() if end > 0}
            async with asyncio.timeout(LIMIT_S):
                while waiting:
                    for records in (await consumer.getmany(*waiting, timeout_ms=50)).values():
                        found += records
                    waiting = {part for part in waiting if await consumer.position(part) < ends[part]}
            return found
        finally:
            await stop_client(consumer)

    async def ends(self, parts: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the high watermarks: the end of what is committed comes a little after its acknowledgement."""
        consumer = self._consumer(isolation="read_uncommitted")
        await consumer.start()
        try:
            return dict(await consumer.end_offsets(list(parts)))
        finally:
            await stop_client(consumer)

    def _consumer(self, *topics: str, isolation: Isolation) -> AIOKafkaConsumer:
        """Return a consumer in a hurry: a test looks often, and never waits for what is not there."""
        return AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self.cluster.bootstrap,
            client_id="test",
            isolation_level=isolation,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
            retry_backoff_ms=10,
            **self.cluster.security,
        )

    async def values(self, topic: str, isolation: Isolation = "read_committed") -> list[str]:
        """Return the values that stand on a topic now, as text."""
        return [record.value.decode() for record in await self.read(topic, isolation=isolation)]

    async def copied(self, topic: str, partitions: int, count: int) -> dict[int, list[str]]:
        """Return the values that stand on each partition of a topic, once there are so many in all."""

        async def enough() -> bool:
            return len(await self.read(topic)) >= count

        await until(enough)
        found: dict[int, list[str]] = {number: [] for number in range(partitions)}
        for record in await self.read(topic):
            found[record.partition].append(record.value.decode())
        return found

    async def committed(self, group: str, topic: str, partition: int = 0) -> int | None:
        """Return how far a group is; None when it never was anywhere."""
        consumer = self.cluster.consumer(group=group, client_id="test-offsets")
        consumer.assign([TopicPartition(topic, partition)])
        await consumer.start()
        try:
            found: int | None = await consumer.committed(TopicPartition(topic, partition))
            return found
        finally:
            await stop_client(consumer)


def rows(topic: str, pairs: Iterable[Pair], partition: int = 0) -> Outputs:
    """Return records as a step returns them."""
    outputs = Outputs()
    for key, value in pairs:
        outputs.add(topic, partition, key.encode(), None if value is None else value.encode())
    return outputs


async def until(holds: Callable[[], Awaitable[bool]], limit_s: float = LIMIT_S) -> None:
    """Return when something holds that can only be asked for: nobody says when it changes."""
    async with asyncio.timeout(limit_s):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
