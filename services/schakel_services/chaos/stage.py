"""What every run stands on: a broker of its own, a filled registry, services with their failpoints, and an end."""

import os
from collections.abc import Iterable, Mapping

from schakel_contracts.identifiers import Bsn
from schakel_contracts.registry import registry_key
from schakel_services.chaos.scenario import FOLDER, PARTITIONS, SOURCE, WEBHOOK, consent, relations
from schakel_services.chaos.stillness import until_still
from schakel_services.hub.hub import Hub
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import ChainKey
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs, Writer

FAST = {"SCHAKEL_SESSION_TIMEOUT_MS": "3000", "SCHAKEL_TRANSACTION_TIMEOUT_MS": "5000", "SCHAKEL_RETRY_FIRST_S": "0.2"}
SETTLE_S = 240.0
WORKERS = ("intake", "gate", "gate-1", "deliver")


def surroundings() -> dict[str, str]:
    """Return the environment without any broker that it names: a run breaks things, so it has a broker of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}


async def prepare(cluster: Cluster, chain_key: ChainKey, people: Iterable[Bsn]) -> None:
    """Put the relations on the registry and the consents on their raw topic, before anything starts."""
    writer = Writer(cluster, "chaos-prepare")
    await writer.start()
    outputs = Outputs()
    for bsn in people:
        person = chain_key.pseudonym(bsn)
        for record in relations(bsn):
            key = registry_key(person, record).encode()
            outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), key, record.model_dump_json().encode())
        raw = topics.raw(SOURCE, "fhir_consent")
        outputs.add(raw, partition_of(bsn, PARTITIONS), None, consent(bsn, active=True))
    await writer.commit(outputs, {}, None)
    await writer.close()


async def start_workers(hub: Hub, failpoints: Mapping[str, str]) -> None:
    """Start every worker, each with its own failpoints, and return when all are ready."""
    for name in WORKERS:
        service, _, number = name.partition("-")
        hub.add(service, int(number or 0), {"SCHAKEL_FAILPOINTS": failpoints.get(name, "")})
    for process in hub.processes:
        await process.listening()
    await hub.ready()


async def settle(cluster: Cluster, hub: Hub) -> None:
    """Wait until every stage has read what is there and nothing moves any more."""
    stages = {
        f"intake.{SOURCE}": [topics.raw(SOURCE, "fhir_care_plan"), topics.raw(SOURCE, "fhir_consent")],
        "gate": [topics.EVENTS],
        f"deliver.{WEBHOOK}": [topics.notify(WEBHOOK)],
        f"deliver.{FOLDER}": [topics.notify(FOLDER)],
    }
    await hub.ready(SETTLE_S)
    await until_still(cluster, stages, (WEBHOOK, FOLDER), PARTITIONS, SETTLE_S)
