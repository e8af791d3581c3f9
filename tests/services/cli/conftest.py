"""A Kafka of a hub's data folder, with a chain's keys and topics and no service at work."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.cli.testing import Said, schakel
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring

PARTNERS = ("ggz", "uwv")
CHAIN = """
[chain]
name = "test"
region = "Test"
partitions = 2
purposes = ["benefit_continuity", "reintegration", "care_coordination", "case_relation"]

[[partner]]
id = "ggz"
name = "GGZ"
oin = "00000099000000001000"
role = "GGZ"
connectors = ["fhir_care_plan"]
agreements = [{ kind = "convenant", until = 2099-12-31 }]

[[partner]]
id = "uwv"
name = "UWV"
oin = "00000099000000002000"
role = "UWV"
connectors = ["suwiml"]
channel = { kind = "folder" }
agreements = [{ kind = "convenant", until = 2099-12-31 }]

[[partner]]
id = "gemeente"
name = "Gemeente, inkomen"
oin = "00000099000000003000"
role = "INC"
connectors = ["suwiml"]
channel = { kind = "folder" }
agreements = [{ kind = "convenant", until = 2099-12-31 }]
"""


@dataclass(frozen=True)
class Place:
    """Where a hub keeps its things."""

    data: Path
    chain: Path
    cluster: Cluster

    def schakel(self, *arguments: object) -> Said:
        """Run a command that finds its Kafka through the data folder."""
        return schakel(*arguments, "--data", self.data, environment={"KAFKA_BOOTSTRAP_SERVERS": None})

    def put(
        self, topic: str, values: Sequence[bytes], headers: Sequence[tuple[str, bytes]] = (), key: str | None = None
    ) -> None:
        """Write records to a topic's first partition."""
        asyncio.run(self._put(topic, values, headers, key))

    async def _put(
        self, topic: str, values: Sequence[bytes], headers: Sequence[tuple[str, bytes]], key: str | None
    ) -> None:
        producer = self.cluster.plain_producer("test")
        await producer.start()
        try:
            name = key and key.encode()
            sent = [await producer.send(topic, one, key=name, partition=0, headers=list(headers)) for one in values]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A running broker and nothing on it."""
    data = tmp_path_factory.mktemp("hub")
    chain = data / "chain.toml"
    chain.write_text(CHAIN, "utf-8")
    Keyring(data / "keys").create_missing(PARTNERS)
    with EmbeddedBroker(data / "broker", cache_folder(os.environ), die_with_parent=True) as broker:
        yield Place(data, chain, Cluster(broker.bootstrap))


@pytest.fixture(scope="session")
def place(bare: Place) -> Place:
    """The same, with the chain's topics."""
    assert bare.schakel("topics", "create", "--chain", bare.chain).exit_code == 0
    return bare
