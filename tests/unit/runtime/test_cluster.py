"""Settings of the client that have no public name: a new aiokafka that drops them must be noticed."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Collection

import pytest
from aiokafka import errors
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.producer import sender

from schakel_services.runtime import cluster
from schakel_services.runtime.closing import stop_client


def test_the_wait_within_a_transaction_is_short() -> None:
    """This constant is still read by aiokafka; without it p99 of a hop is three times as long."""
    assert sender.BACKOFF_OVERRIDE == 0.002
    methods = [method for kind in vars(sender).values() if inspect.isclass(kind) for method in vars(kind).values()]
    assert any("BACKOFF_OVERRIDE" in method.__code__.co_names for method in methods if inspect.isfunction(method))


def test_a_batch_fits_in_what_a_broker_takes() -> None:
    """Kafka's limit for a batch is 1 MiB unless a topic says otherwise."""
    assert cluster.BATCH_BYTES_MAX < 1024 * 1024 - 512


def test_a_fenced_producer_is_known_as_one() -> None:
    """PRODUCER_FENCED is handled where aiokafka handles the older code; elsewhere it would be tried again."""
    assert errors.for_code(cluster.PRODUCER_FENCED) is errors.InvalidProducerEpoch


Asked = list[tuple[float, list[str] | None]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """When a client asked for metadata, and of which topics: None is all."""
    found: Asked = []

    async def update(_client: AIOKafkaClient, _cluster: ClusterMetadata, topics: Collection[str] | None) -> bool:
        # As aiokafka itself reads what it is given.
        found.append((asyncio.get_running_loop().time(), list(topics) if topics else None))
        return True

    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", update)
    return found


@pytest.fixture
async def client(asked: Asked) -> AsyncIterator[AIOKafkaClient]:
    """The client of a producer that was never connected."""
    producer = cluster.Cluster("127.0.0.1:9").producer("alone")
    yield producer.client
    await stop_client(producer)


async def test_a_client_without_topics_asks_for_none(client: AIOKafkaClient, asked: Asked) -> None:
    """With none named it would get those of all partners; who wants all still does."""
    await client._metadata_update(client.cluster, set())
    await client._metadata_update(client.cluster, None)
    await client._metadata_update(client.cluster, {"events"})
    assert [topics for _, topics in asked] == [[], None, ["events"]]


async def test_a_client_asks_the_same_again_only_after_a_pause(client: AIOKafkaClient, asked: Asked) -> None:
    """A leader that is not there yet is not asked for in a tight loop; a topic that comes in use is, at once."""
    topics = set[str]()
    for name in ("events", "audit", "receipts"):
        topics.add(name)
        await client._metadata_update(client.cluster, topics)
    await client._metadata_update(client.cluster, topics)
    first, _, third, again = (at for at, _ in asked)
    assert third - first < cluster.AWAY_S
    assert again - third >= cluster.AWAY_S * 0.99
