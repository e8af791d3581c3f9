"""Watermarks: one request for everybody who asked before it left, and none answers a later question."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from schakel_services.runtime.testing.ground import Ground
from schakel_services.runtime.watermark import Watermarks


class Requests:
    """The client's own request, counted, and held up or broken when a test says so."""

    def __init__(self, watermarks: Watermarks) -> None:
        self.asked: list[list[TopicPartition]] = []
        self.error: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()
        self.arrived = asyncio.Event()
        consumer: Any = watermarks._consumer
        self._real: Callable[..., Any] = consumer.end_offsets
        consumer.end_offsets = self

    async def __call__(self, partitions: list[TopicPartition]) -> Any:
        """Ask the broker, once it may."""
        self.asked.append(partitions)
        self.arrived.set()
        ends = await self._real(partitions)
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return ends


async def test_an_open_transaction_counts(ground: Ground) -> None:
    """The end is where the log ends, and not where what is committed does."""
    topic = await ground.topic()
    watermarks = await ground.watermarks()
    producer = ground.cluster.producer(f"{ground.name}-open")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(topic, b"1", b"a", 0)
            assert await watermarks.end(TopicPartition(topic, 0)) == 1
    finally:
        await producer.stop()


async def test_who_asks_together_shares_a_request(ground: Ground) -> None:
    """Of any number of partitions."""
    topic = await ground.topic(2)
    await ground.write(topic, [("a", "1")], partition=1)
    watermarks = await ground.watermarks()
    requests = Requests(watermarks)
    parts = [TopicPartition(topic, number % 2) for number in range(50)]
    ends = await asyncio.gather(*map(watermarks.end, parts))
    # With the marker of the transaction, or before it was written.
    assert ends in ([0, 2] * 25, [0, 1] * 25)
    assert [sorted(asked) for asked in requests.asked] == [parts[:2]]


async def test_a_request_on_its_way_answers_no_later_question(ground: Ground) -> None:
    """It may have looked before the record was written that the question is about."""
    topic = await ground.topic()
    watermarks = await ground.watermarks()
    requests = Requests(watermarks)
    requests.go.clear()
    first = asyncio.create_task(watermarks.end(TopicPartition(topic, 0)))
    await requests.arrived.wait()
    await ground.write(topic, [("a", "1")])
    later = asyncio.create_task(watermarks.end(TopicPartition(topic, 0)))
    await asyncio.sleep(0)
    requests.go.set()
    # The record; the marker behind it is written after a commit is acknowledged, and may not be there yet.
    assert await later >= 1
    await first
    assert len(requests.asked) == 2


async def test_everybody_hears_of_a_failure_and_the_next_asks_again(ground: Ground) -> None:
    """No barrier passes on an answer that never came."""
    topic = await ground.topic()
    watermarks = await ground.watermarks()
    requests = Requests(watermarks)
    requests.error = RequestTimedOutError()
    found = await asyncio.gather(*(watermarks.end(TopicPartition(topic, 0)) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in found] == [RequestTimedOutError] * 3
    requests.error = None
    assert await watermarks.end(TopicPartition(topic, 0)) == 0


async def test_one_who_stops_waiting_leaves_the_others(ground: Ground) -> None:
    """A barrier that ran out of time takes nobody's answer along."""
    topic = await ground.topic()
    watermarks = await ground.watermarks()
    requests = Requests(watermarks)
    requests.go.clear()
    short = asyncio.create_task(watermarks.end(TopicPartition(topic, 0)))
    long = asyncio.create_task(watermarks.end(TopicPartition(topic, 0)))
    await requests.arrived.wait()
    short.cancel()
    requests.go.set()
    assert await long == 0


async def test_without_a_connection_there_is_no_answer(ground: Ground) -> None:
    """Before the start, and when the broker was away at the start."""
    with pytest.raises(KafkaConnectionError):
        await Watermarks(ground.cluster).end(TopicPartition("t", 0))
