"""A broker that stands still or is away: nobody passes a barrier that nobody answers, and nobody storms it."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterator

import pytest

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.runtime.table import Table, TableBehind
from schakel_services.runtime.testing.ground import Ground, rows
from schakel_services.runtime.writer import Writer


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """A broker of these tests' own, which they may stop."""
    data = tmp_path_factory.mktemp("kafka")
    with EmbeddedBroker(data, cache_folder(os.environ), die_with_parent=True) as broker:
        yield broker


@pytest.fixture
def broker(own_broker: EmbeddedBroker) -> EmbeddedBroker:
    """It runs, whatever the test before did to it."""
    return own_broker.start()


async def test_a_barrier_fails_while_the_broker_stands_still(broker: EmbeddedBroker) -> None:
    """In time, and with what is behind; when the broker goes on so does the table."""
    async with Ground(broker.bootstrap, "stalled") as ground:
        topic = await ground.topic(compacted=True)
        known: dict[str, bytes | None] = {}
        table = Table(ground.cluster, topic, 0, known.__setitem__, await ground.watermarks())
        await table.open()
        await ground.write(topic, [("a", "1")])
        await table.barrier()
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            began = asyncio.get_running_loop().time()
            with pytest.raises(TableBehind, match=topic):
                await table.barrier(limit_s=0.5)
            assert asyncio.get_running_loop().time() - began < 2.0
        finally:
            os.kill(broker.pid, signal.SIGCONT)
        await ground.write(topic, [("b", "2")])
        await table.barrier(limit_s=30.0)
        await table.close()
        assert known == {"a": b"1", "b": b"2"}


async def test_a_broker_that_is_away_is_not_stormed(broker: EmbeddedBroker, caplog: pytest.LogCaptureFixture) -> None:
    """Producer, table and watermarks try a few times a second each: with no pause it would be thousands."""
    async with Ground(broker.bootstrap, "away") as ground:
        topic = await ground.topic(compacted=True)
        table = Table(ground.cluster, topic, 0, lambda *_: None, await ground.watermarks())
        await table.open()
        writer = Writer(ground.cluster, "away")
        await writer.start()
        await writer.commit(rows(topic, [("a", "1")]), {}, None)
        await asyncio.to_thread(broker.kill)
        caplog.set_level(logging.WARNING)  # whatever an earlier test made of the levels
        caplog.set_level(logging.WARNING, logger="aiokafka")
        caplog.clear()
        writing = asyncio.create_task(writer.commit(rows(topic, [("b", "2")]), {}, None))
        await asyncio.sleep(1.0)  # How much is tried in a second is what is measured.
        tries = len(caplog.records)
        writing.cancel()
        await asyncio.wait({writing})
        await writer.close(limit_s=0.2)
        await table.close()
    assert 0 < tries < 200
