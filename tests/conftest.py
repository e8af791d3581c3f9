"""What every test may ask for: golden files rewritten, a real Kafka."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder

# Where every tool keeps what it remembers; Hypothesis has no setting for it in pyproject.toml.
ROOT = Path(__file__).parents[1]
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".cache" / "hypothesis"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ``--update-golden``, which rewrites what connectors promise."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files")


def pytest_configure() -> None:
    """Load Hypothesis now: its plugin else does so at the very end, to say what it wrote.

    Python 3.11 can't parse a module while garbage that is collected meanwhile has a traceback to print.
    """
    import_module("hypothesis.internal.observability")


def pytest_collection_finish() -> None:
    """Leave what was collected alone: looking for garbage among so many tests, again and again, takes a fifth."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a real Kafka for the session; make topics with names of your own.

    ``KAFKA_BOOTSTRAP_SERVERS`` names one that is there; ``SCHAKEL_TEST_BROKER=testcontainers``
    takes a container where Docker answers; else an embedded one, which dies with this process.
    Each xdist worker is a session of its own, with a broker of its own.
    """
    if external := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield external
    elif os.environ.get("SCHAKEL_TEST_BROKER") == "testcontainers" and docker_answers():
        with container() as bootstrap:
            yield bootstrap
    else:
        data = tmp_path_factory.mktemp("kafka")
        with EmbeddedBroker(data, cache_folder(os.environ), die_with_parent=True) as broker:
            yield broker.bootstrap


def docker_answers() -> bool:
    """Return whether a Docker daemon is there."""
    import docker  # noqa: PLC0415  (most runs need none of it)

    try:
        client = docker.from_env()
    except docker.errors.DockerException:
        return False
    client.close()
    return True


@contextmanager
def container() -> Iterator[str]:
    """Run Kafka in a container for the length of a block."""
    from testcontainers.kafka import KafkaContainer  # noqa: PLC0415

    kafka = KafkaContainer().with_kraft()
    kafka.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    kafka.with_env("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000")
    kafka.with_env("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
    kafka.with_env("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
    with kafka:
        yield kafka.get_bootstrap_server()
