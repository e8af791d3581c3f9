"""A Kafka of a hub's data folder, with a chain's keys and topics and no service at work."""

import os
from collections.abc import Iterator

import pytest

from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.cli.testing.place import Place
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


@pytest.fixture(scope="session")
def chain_text() -> str:
    """A chain of three partners."""
    return CHAIN


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
    said = bare.schakel("topics", "create", "--chain", bare.chain, "--json")
    assert (said.exit_code, len(said.line()["created"])) == (0, said.line()["topics"])
    return bare
