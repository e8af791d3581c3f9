"""A broker that stands still: nobody passes a barrier that nobody answers."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.runtime.table import Table, TableBehind
from schakel_services.runtime.testing.ground import Ground


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """A broker of this test's own, which it may stop."""
    with EmbeddedBroker(tmp_path / "kafka", cache_folder(os.environ), die_with_parent=True) as broker:
        yield broker


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
