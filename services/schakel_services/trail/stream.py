"""Read what a topic holds now, once, from its beginning, without keeping any of it."""

import contextlib
import time
from collections.abc import AsyncGenerator, Collection
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.watermark import Watermarks

BATCH_MAX = 2_000
POLL_MS = 100
STALLED_S = 10.0
"""No further for so long: an open transaction stands in the way. One of a process that died is ended about then."""


class TrailError(Exception):
    """The trail gives no answer; says why in one line, without a value of anybody's record."""


class TopicMissing(TrailError, LookupError):
    """The cluster has no such topic; names it."""

    rule = "topic_missing"

    def __init__(self, topic: str) -> None:
        super().__init__(f"this Kafka has no topic {topic}")


class TrailBehind(TrailError, RuntimeError):
    """A topic could not be read to its end; names the place, and how far it was read. Half an answer is none."""

    rule = "not_read_to_the_end"

    def __init__(self, partition: TopicPartition, position: int, end: int) -> None:
        super().__init__(
            f"not read to the end: {partition.topic}/{partition.partition} to {position} of {end}, where a "
            "transaction is still open; ask again in a minute"
        )
        self.partition = partition
        self.position = position
        self.end = end


async def partitions_of(cluster: Cluster, topic: str) -> list[int]:
    """Return the numbers of a topic's partitions, or raise ``TopicMissing``; never creates it."""
    admin = cluster.admin()
    try:
        await admin.start()
        if topic not in await admin.list_topics():
            raise TopicMissing(topic)
        (described,) = await admin.describe_topics([topic])
        return sorted(partition["partition"] for partition in described["partitions"])
    finally:
        await admin.close()


async def records_now(
    cluster: Cluster, topic: str, numbers: Collection[int] | None = None
) -> AsyncGenerator[ConsumerRecord, None]:
    """Yield every committed record that was written before the call, of some partitions or of all of them.

    In order within a partition. Raises ``TrailBehind`` rather than leave out what it can't read. Close it
    (``contextlib.aclosing``) when you leave before its end.
    """
    asked = await partitions_of(cluster, topic) if numbers is None else sorted(numbers)
    partitions = [TopicPartition(topic, number) for number in asked]
    ends = await _ends(cluster, partitions)
    consumer = cluster.consumer(client_id="trail")
    consumer.assign(partitions)
    try:
        await consumer.start()
        await consumer.seek_to_beginning(*partitions)
        async for record in _until(consumer, ends):
            yield record
    finally:
        with contextlib.suppress(Exception):
            await consumer.stop()


async def kept_since(cluster: Cluster, names: Collection[str], number: int, now: datetime) -> datetime | None:
    """Return from when on one partition of each of some topics holds all that was ever written to it.

    None: nothing was ever removed. ``now`` where all of it was.
    """
    consumer = cluster.consumer(client_id="trail")
    partitions = [TopicPartition(name, number) for name in names]
    consumer.assign(partitions)
    try:
        await consumer.start()
        begins = await consumer.beginning_offsets(partitions)
        cut = [partition for partition, offset in begins.items() if offset > 0]
        if not cut:
            return None
        # The first record of all is the first that was written since 1970.
        oldest = await consumer.offsets_for_times(dict.fromkeys(cut, 0))
        return max(now if at is None else datetime.fromtimestamp(at.timestamp / 1000, UTC) for at in oldest.values())
    finally:
        with contextlib.suppress(Exception):
            await consumer.stop()


async def _ends(cluster: Cluster, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    watermarks = Watermarks(cluster)
    try:
        await watermarks.start()
        return {partition: await watermarks.end(partition) for partition in partitions}
    finally:
        await watermarks.close()


async def _until(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> AsyncGenerator[ConsumerRecord, None]:
    """Read on to the ends, or raise ``TrailBehind``; a position passes transaction markers, which are no records."""
    reached: dict[TopicPartition, int] = {}
    moved = time.monotonic()
    while True:
        found = await consumer.getmany(*ends, timeout_ms=POLL_MS, max_records=BATCH_MAX)
        for partition, records in found.items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
        positions = {partition: await consumer.position(partition) for partition in ends}
        if all(positions[partition] >= end for partition, end in ends.items()):
            return
        if positions != reached:
            reached, moved = positions, time.monotonic()
        elif time.monotonic() - moved > STALLED_S:
            behind = next(partition for partition, end in ends.items() if positions[partition] < end)
            raise TrailBehind(behind, positions[behind], ends[behind])
