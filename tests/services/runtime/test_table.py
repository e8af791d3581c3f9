"""A table is what stands on the log, and its barrier misses nothing that was acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from schakel_services.runtime.table import Table, TableBehind
from schakel_services.runtime.testing.ground import Ground, rows
from schakel_services.runtime.watermark import Watermarks

Known = dict[str, str | None]
TASKS, WRITES = 4, 250


@asynccontextmanager
async def following(
    ground: Ground, topic: str, known: Known, partitions: int | Iterable[int] = 0, watermarks: Watermarks | None = None
) -> AsyncIterator[Table]:
    """Follow a topic into a dictionary, from open to closed."""

    def apply(key: str, value: bytes | None) -> None:
        known[key] = None if value is None else value.decode()

    table = Table(ground.cluster, topic, partitions, apply, watermarks or await ground.watermarks())
    try:
        await table.open()
        yield table
    finally:
        await table.close()


async def test_opening_restores_what_is_there(ground: Ground) -> None:
    """The last value of every key, tombstones included."""
    topic = await ground.topic(compacted=True)
    await ground.write(topic, [("a", "1"), ("b", "1"), ("a", "2")])
    await ground.write(topic, [("b", None), ("c", "1")])
    known: Known = {}
    async with following(ground, topic, known):
        assert known == {"a": "2", "b": None, "c": "1"}


async def test_an_empty_topic_is_restored_at_once(ground: Ground) -> None:
    """And then follows what comes."""
    topic = await ground.topic(2, compacted=True)
    known: Known = {}
    async with following(ground, topic, known, range(2)) as table:
        assert known == {}
        await ground.write(topic, [("a", "1")], partition=1)
        await table.barrier()
        assert known == {"a": "1"}


async def test_only_the_own_partitions_are_followed(ground: Ground) -> None:
    """A gate knows the persons that it decides about, and no others."""
    topic = await ground.topic(3, compacted=True)
    for partition in range(3):
        await ground.write(topic, [(f"k{partition}", "1")], partition)
    known: Known = {}
    async with following(ground, topic, known, (0, 2)):
        assert known == {"k0": "1", "k2": "1"}


async def test_the_barrier_misses_nothing_that_was_acknowledged(ground: Ground) -> None:
    """A thousand commits, each followed by the barrier: the record is there every time."""
    topic = await ground.topic(TASKS, compacted=True)
    known: Known = {}
    misses = 0

    async def write(table: Table, partition: int) -> None:
        nonlocal misses
        writer = await ground.writer(f"w{partition}")
        for number in range(WRITES):
            await writer.commit(rows(topic, [(f"k{partition}", str(number))], partition), {}, None)
            await table.barrier(partitions=(partition,))
            misses += known.get(f"k{partition}") != str(number)

    async with following(ground, topic, known, range(TASKS)) as table:
        await asyncio.gather(*(write(table, partition) for partition in range(TASKS)))
    assert misses == 0
    assert known == {f"k{partition}": str(WRITES - 1) for partition in range(TASKS)}


@pytest.mark.parametrize("ending", ["commit", "abort"])
async def test_an_open_transaction_holds_the_barrier(ground: Ground, ending: str) -> None:
    """What will come of it is not known: so nobody passes until it has ended, and then it counts or it does not."""
    topic = await ground.topic(compacted=True)
    producer = ground.cluster.producer(f"{ground.name}-open")
    await producer.start()
    known: Known = {}
    try:
        async with following(ground, topic, known) as table:
            await producer.begin_transaction()
            await producer.send_and_wait(topic, b"1", b"a", 0)
            with pytest.raises(TableBehind, match=topic):
                await table.barrier(limit_s=0.3)
            assert known == {}
            await (producer.commit_transaction() if ending == "commit" else producer.abort_transaction())
            await table.barrier()
            assert known == ({"a": "1"} if ending == "commit" else {})
    finally:
        await producer.stop()


async def test_an_open_transaction_holds_its_own_partition_alone(ground: Ground) -> None:
    """Others pass, who ask for theirs."""
    topic = await ground.topic(2, compacted=True)
    producer = ground.cluster.producer(f"{ground.name}-open")
    await producer.start()
    try:
        async with following(ground, topic, {}, range(2)) as table, producer.transaction():
            await producer.send_and_wait(topic, b"1", b"a", 0)
            await table.barrier(limit_s=5.0, partitions=(1,))
            with pytest.raises(TableBehind):
                await table.barrier(limit_s=0.2)
    finally:
        await producer.stop()


async def test_a_closed_table_is_behind(ground: Ground) -> None:
    """Whoever asks it after something was written must not go on."""
    topic = await ground.topic(compacted=True)
    watermarks = await ground.watermarks()
    async with following(ground, topic, {}, watermarks=watermarks) as table:
        assert table.follows
    await ground.write(topic, [("a", "1")])
    with pytest.raises(TableBehind):
        await table.barrier()
    assert not table.follows


async def test_a_table_that_could_not_apply_a_record_is_behind(ground: Ground) -> None:
    """A record that breaks it ends it, and lets nobody pass that waits for what came after."""
    topic = await ground.topic(compacted=True)
    known: list[str] = []

    def apply(key: str, _value: bytes | None) -> None:
        if key == "bad":
            raise ValueError
        known.append(key)

    table = Table(ground.cluster, topic, 0, apply, await ground.watermarks())
    await table.open()
    try:
        await ground.write(topic, [("a", "1"), ("bad", "1"), ("b", "1")])
        with pytest.raises(TableBehind):
            await table.barrier()
        assert (known, table.follows) == (["a"], False)
    finally:
        await table.close()
