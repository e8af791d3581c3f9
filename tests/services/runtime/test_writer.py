"""A transaction is whole or is not, and who was fenced writes nothing."""

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import BATCH_BYTES_MAX
from schakel_services.runtime.testing.ground import Ground, rows
from schakel_services.runtime.writer import PACKED_AT, Outputs, RecordTooLarge, new_batch


async def test_outputs_and_offsets_are_one(ground: Ground) -> None:
    """Several topics and partitions, headers and tombstones, and how far the group is."""
    topic, other, source = await ground.topic(2), await ground.topic(), await ground.topic()
    outputs = Outputs()
    outputs.add(topic, 0, b"a", b"1", [("name", b"value")])
    outputs.add(topic, 1, b"b", None)
    outputs.add(other, 0, None, b"3")
    writer = await ground.writer("w")
    await writer.commit(outputs, {TopicPartition(source, 0): 41}, f"{ground.name}-group")
    found = {(record.topic, record.partition): record for record in await ground.read(topic, other)}
    assert (found[topic, 0].value, found[topic, 0].headers) == (b"1", (("name", b"value"),))
    assert (found[topic, 1].key, found[topic, 1].value) == (b"b", None)
    assert (found[other, 0].key, found[other, 0].value) == (None, b"3")
    assert await ground.committed(f"{ground.name}-group", source) == 41


async def test_rows_keep_their_order_over_many_batches(ground: Ground) -> None:
    """Three megabytes in one partition: more than a batch may hold."""
    topic = await ground.topic()
    pairs = [(str(number), f"{number}-" + "x" * 10_000) for number in range(300)]
    await ground.write(topic, pairs)
    assert [value.partition("-")[0] for value in await ground.values(topic)] == [key for key, _ in pairs]


async def test_rows_that_were_packed_meanwhile_keep_their_order(ground: Ground) -> None:
    """Packed or not, in one batch or in several: they stand as they were added, in each partition."""
    topic = await ground.topic(2)
    outputs, expected = Outputs(), {0: list[str](), 1: list[str]()}
    assert not outputs
    for number in range(1_000):
        partition = number % 3 % 2
        value = f"{number}-" + "x" * (5_000 if 300 < number < 700 else 1)
        outputs.add(topic, partition, b"key", value.encode(), [("name", b"%d" % number)])
        expected[partition].append(value)
        if number % 70 == 0:
            outputs.pack()
    assert outputs.rows
    assert sum(map(len, outputs.rows.values())) < 100 + PACKED_AT
    assert len(outputs.packed[topic, 0]) > 1
    writer = await ground.writer("w")
    await writer.commit(outputs, {}, None)
    found = await ground.read(topic)
    for partition, values in expected.items():
        here = [record for record in found if record.partition == partition]
        assert [record.value.decode() for record in here] == values
        assert [record.headers for record in here] == [(("name", v.partition("-")[0].encode()),) for v in values]


def test_few_rows_are_left_as_they_are() -> None:
    """What was packed is something to write."""
    outputs = Outputs()
    for number in range(PACKED_AT):
        assert not outputs.packed
        outputs.add("topic", 0, None, b"%d" % number)
        outputs.pack()
    assert (outputs.rows, list(outputs.packed)) == ({}, [("topic", 0)])
    assert outputs


async def test_a_batch_is_like_those_that_the_producer_makes(ground: Ground) -> None:
    """It is made without one, since it is filled before its transaction begins."""
    producer = ground.cluster.producer(f"{ground.name}-w")
    try:
        made = []
        for batch in (producer.create_batch(), new_batch()):
            batch.append(key=b"key", value=b"value", timestamp=1_000, headers=[("name", b"1")])
            made.append(bytes(batch._build()))
            assert batch.append(key=None, value=b"x" * BATCH_BYTES_MAX, timestamp=1_000) is None
        assert made[0] == made[1]
    finally:
        await stop_client(producer)


@pytest.mark.parametrize("before", [0, 1])
async def test_a_record_that_fits_in_no_batch_takes_all_of_it_back(ground: Ground, before: int) -> None:
    """Nothing of that transaction is seen, also when a good record went before; the error names the topic alone."""
    topic = await ground.topic()
    writer = await ground.writer("w")
    pairs = [("good", "1")] * before + [("large", "x" * 1_000_000)]
    with pytest.raises(RecordTooLarge, match=rf"\A{topic}\Z"):
        await writer.commit(rows(topic, pairs), {}, None)
    again = await ground.writer("w")
    await again.commit(rows(topic, [("next", "2")]), {}, None)
    assert await ground.values(topic) == ["2"]


async def test_nothing_of_an_unfinished_transaction_is_seen(ground: Ground) -> None:
    """Its process is gone; who starts next under that id ends it."""
    topic, source = await ground.topic(), await ground.topic()
    gone = ground.cluster.producer(f"{ground.name}-w")
    await gone.start()
    await gone.begin_transaction()
    await gone.send_and_wait(topic, b"lost", b"a", 0)
    await gone.send_offsets_to_transaction({TopicPartition(source, 0): 9}, f"{ground.name}-group")
    try:
        writer = await ground.writer("w")
        await writer.commit(rows(topic, [("a", "kept")]), {}, None)
        assert await ground.values(topic) == ["kept"]
        assert sorted(await ground.values(topic, "read_uncommitted")) == ["kept", "lost"]
        assert await ground.committed(f"{ground.name}-group", source) is None
    finally:
        await gone.stop()


async def test_who_was_fenced_writes_nothing(ground: Ground) -> None:
    """Its commit fails, nothing of it is seen, its offsets do not move; the new holder is not disturbed."""
    topic, source, group = await ground.topic(), await ground.topic(), f"{ground.name}-group"
    at = TopicPartition(source, 0)
    old = await ground.writer("w")
    await old.commit(rows(topic, [("a", "1")]), {at: 1}, group)
    new = await ground.writer("w")
    with pytest.raises(KafkaError):
        await old.commit(rows(topic, [("a", "old")]), {at: 99}, group)
    await new.commit(rows(topic, [("a", "2")]), {at: 2}, group)
    with pytest.raises((KafkaError, AssertionError)):
        await old.commit(rows(topic, [("a", "old")]), {at: 99}, group)
    assert await ground.values(topic) == ["1", "2"]
    assert await ground.committed(group, source) == 2


async def test_who_was_fenced_in_the_middle_writes_nothing(ground: Ground) -> None:
    """Everything was sent and only the commit was left."""
    topic = await ground.topic()
    old = ground.cluster.producer(f"{ground.name}-w")
    await old.start()
    try:
        await old.begin_transaction()
        await old.send_and_wait(topic, b"old", b"a", 0)
        new = await ground.writer("w")
        with pytest.raises(KafkaError):
            await old.commit_transaction()
        await new.commit(rows(topic, [("a", "new")]), {}, None)
        assert await ground.values(topic) == ["new"]
    finally:
        await stop_client(old)
