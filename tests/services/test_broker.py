"""The embedded broker keeps its records and its word, however it is stopped."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schakel_services.broker import server
from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.errors import BrokerFailed
from schakel_services.broker.file_lock import became_free
from schakel_services.broker.folders import cache_folder
from schakel_services.broker.install import KAFKA_VERSION
from schakel_services.broker.ports import HOST, is_free
from schakel_services.broker.state import State, read_state, write_state

CACHE = cache_folder(os.environ)

DIE_STARTING_NOTHING_ELSE = """
import os, signal, sys
from pathlib import Path
from schakel_services.broker.embedded import EmbeddedBroker
EmbeddedBroker(Path(sys.argv[1]), Path(sys.argv[2]), die_with_parent=True).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: each test starts the broker it needs and stops it."""
    return tmp_path_factory.mktemp("broker")


@pytest.fixture
def broker(data: Path) -> Iterator[EmbeddedBroker]:
    """A running broker, stopped afterwards."""
    with EmbeddedBroker(data, CACHE, die_with_parent=True) as broker:
        yield broker


async def test_records_survive_a_kill(broker: EmbeddedBroker) -> None:
    """What was acknowledged is there after a power cut, on the same address."""
    await _create_topic(broker.bootstrap, "survives")
    expected = [b"%d" % number for number in range(1000)]
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await asyncio.gather(*[await producer.send("survives", value) for value in expected])
    address, killed = broker.bootstrap, broker.pid
    broker.kill()
    broker.start()
    assert broker.bootstrap == address
    assert broker.pid != killed
    assert await _read(broker.bootstrap, "survives", len(expected)) == expected


def test_a_second_start_changes_nothing(broker: EmbeddedBroker, data: Path) -> None:
    """Starting what runs is no error and starts no second process; another port is refused."""
    again = server.start(data, CACHE)
    assert again.pid == broker.pid
    assert again.bootstrap == broker.bootstrap
    with pytest.raises(BrokerFailed, match="runs already, on port"):
        server.start(data, CACHE, port=again.port + 1)


def test_two_starts_at_once_make_one_broker(data: Path) -> None:
    """Of two who start at the same moment one starts it, and both get the one that runs."""
    with ThreadPoolExecutor(2) as threads:
        started = list(threads.map(lambda _: server.start(data, CACHE), range(2)))
    try:
        assert started[0].pid == started[1].pid
        assert [one.process is None for one in started].count(False) == 1
    finally:
        assert server.stop(data)
        for one in started:
            if one.process:
                # As the system reports a program that ended well on SIGTERM in Java.
                assert one.process.wait() == 128 + signal.SIGTERM


def test_a_pid_that_is_left_over_fools_nobody(tmp_path: Path) -> None:
    """The file names a living process that is no broker: nothing runs, and nothing is stopped."""
    with subprocess.Popen(["sleep", "600"]) as innocent:
        state = State("a-cluster", 20_000, 20_001, KAFKA_VERSION, pid=innocent.pid, started=0)
        write_state(tmp_path / "state.json", state)
        assert server.status(tmp_path) is None
        assert not server.stop(tmp_path)
        assert innocent.poll() is None
        innocent.kill()


def test_a_port_in_use_is_refused(data: Path) -> None:
    """Who asks for a port gets that one or a clear refusal."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerFailed, match=f"port {port} is in use"):
            server.start(data, CACHE, port=port)
    assert server.status(data) is None


def test_without_a_wish_a_taken_port_is_left(tmp_path: Path) -> None:
    """Last time's ports belong to another now: the broker comes back on free ones, as itself."""
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as other:
        taken = [server.getsockname()[1] for server in (one, other)]
        before = State("xtzWWN4bTjitpL3kfd9s5g", taken[0], taken[1], KAFKA_VERSION)
        write_state(tmp_path / "state.json", before)
        running = server.start(tmp_path, CACHE)
    after = read_state(tmp_path / "state.json")
    assert server.stop(tmp_path)
    assert running.process
    running.process.wait()
    assert after
    assert after.cluster_id == before.cluster_id
    assert running.port == after.port
    assert not {after.port, after.controller_port} & set(taken)
    assert is_free(running.port)


def test_it_dies_with_its_parent_when_asked(data: Path) -> None:
    """A test run that is killed leaves no broker behind."""
    parent = subprocess.run([sys.executable, "-c", DIE_STARTING_NOTHING_ELSE, str(data), str(CACHE)], check=False)
    assert parent.returncode == -signal.SIGKILL
    assert became_free(data / "lock", wait_s=10)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A data folder that can't be made is one line, not a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(BrokerFailed, match="can't be used"):
        server.start(tmp_path / "file" / "data", CACHE)


async def _create_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()


async def _read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    async with (
        asyncio.timeout(20),
        AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer,
    ):
        return [(await anext(consumer)).value for _ in range(count)]
