"""From raw append to notification append, at a steady rate, by the broker's own clock."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from aiokafka import ConsumerRecord, TopicPartition

from schakel_contracts.envelope import read_envelope
from schakel_contracts.identifiers import Bsn
from schakel_services.bench.corpus import care_plan, encoded
from schakel_services.bench.stage import CONNECTOR, SOURCE, send_raw
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster

TICK_S = 0.02


async def measure(
    cluster: Cluster, people: Sequence[Bsn], recipients: Sequence[str], partitions: int, rate: float, seconds: float
) -> dict[str, float]:
    """Return p50 and p99 in milliseconds; topics carry the broker's append time, so no clock of ours is in it."""
    began = datetime.now(UTC)
    raw = [TopicPartition(topics.raw(SOURCE, CONNECTOR), n) for n in range(partitions)]
    told = [TopicPartition(topics.notify(name), n) for name in recipients for n in range(partitions)]
    starts = await _ends(cluster, [*raw, *told])
    sent = await _send(cluster, people, partitions, rate, seconds, began)
    appended = {_changed(row.value): row.timestamp for row in await _read(cluster, raw, starts, sent)}
    wanted = {when.isoformat(): stamp for when, stamp in appended.items()}
    took: list[int] = []
    for row in await _read(cluster, told, starts, None):
        stamp = wanted.get(datetime.fromisoformat(read_envelope(row.headers).time).isoformat())
        if stamp is not None:
            took.append(row.timestamp - stamp)
    took.sort()
    if not took:
        raise TimeoutError("no notification came of the plans that were sent at a steady rate")
    return {
        "p50": float(took[len(took) // 2]),
        "p99": float(took[min(len(took) - 1, ceil(len(took) * 0.99))]),
        "notifications": len(took),
    }


async def _send(
    cluster: Cluster, people: Sequence[Bsn], partitions: int, rate: float, seconds: float, began: datetime
) -> int:
    """Send at the rate; each plan carries a time of change of its own, by which it is found again."""
    rng = random.Random(2)  # noqa: S311 - filler text
    producer = cluster.plain_producer("bench-rate")
    await producer.start()
    loop = asyncio.get_running_loop()
    start, sent, total = loop.time(), 0, int(rate * seconds)
    topic = topics.raw(SOURCE, CONNECTOR)
    try:
        while sent < total:
            due = min(total, int((loop.time() - start) * rate) + 1)
            while sent < due:
                bsn = people[sent % len(people)]
                changed = began + timedelta(milliseconds=sent)
                plan = care_plan(bsn, sent, changed, rng, end=f"2028-{1 + sent // len(people) % 12:02d}-28")
                await send_raw(producer, topic, bsn, encoded(plan), partitions)
                sent += 1
            await asyncio.sleep(TICK_S)
        await producer.flush()
    finally:
        await producer.stop()
    return sent


def _changed(value: bytes) -> datetime:
    marker = b'"lastUpdated": "'
    begin = value.index(marker) + len(marker)
    return datetime.fromisoformat(value[begin : value.index(b'"', begin)].decode())


async def _ends(cluster: Cluster, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    consumer = cluster.consumer(client_id="bench-ends")
    consumer.assign(list(partitions))
    await consumer.start()
    try:
        return dict(await consumer.end_offsets(list(partitions)))
    finally:
        await consumer.stop()


async def _read(
    cluster: Cluster, partitions: Sequence[TopicPartition], starts: dict[TopicPartition, int], count: int | None
) -> list[ConsumerRecord]:
    """Read on from where it stood before; to a number of records, or until nothing came for two seconds."""
    consumer = cluster.consumer(client_id="bench-latency")
    consumer.assign(list(partitions))
    await consumer.start()
    found: list[ConsumerRecord] = []
    try:
        for tp in partitions:
            consumer.seek(tp, starts[tp])
        while count is None or len(found) < count:
            rows = [row for part in (await consumer.getmany(timeout_ms=2_000)).values() for row in part]
            if not rows:
                break
            found += rows
    finally:
        await consumer.stop()
    return found
