"""The stage of a measurement: a chain file, a hub, a filled registry and filled raw topics."""

import json
from collections.abc import Iterable
from pathlib import Path

from aiokafka import AIOKafkaProducer

from schakel_contracts.codes import Purpose
from schakel_contracts.identifiers import Bsn
from schakel_contracts.registry import registry_key
from schakel_services.bench.consents import ConsentLine, partner_id, records_of, role_of
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import ChainKey
from schakel_services.runtime.placement import partition_of

SOURCE = "bench-ggz"
CONNECTOR = "fhir_care_plan"
FLUSH_EVERY = 2_000


def write_chain(path: Path, recipients: Iterable[str], partitions: int) -> None:
    """Write a chain of one mental health provider and these recipients."""
    agreement = '[{ kind = "convenant", until = 2099-12-31 }]'
    lines = [
        "[chain]",
        'name = "bench"',
        'region = "Bench"',
        f"partitions = {partitions}",
        f"purposes = {json.dumps([purpose.value for purpose in Purpose])}",
        "[[partner]]",
        f'id = "{SOURCE}"',
        'name = "Bench GGZ"',
        'oin = "00000099000000009000"',
        'role = "GGZ"',
        f'connectors = ["{CONNECTOR}"]',
        f"agreements = {agreement}",
    ]
    for number, recipient in enumerate(recipients, start=1):
        lines += [
            "[[partner]]",
            f'id = "{partner_id(recipient)}"',
            f'name = "Bench {number}"',
            f'oin = "000000990000000{number:05d}"',
            f'role = "{role_of(recipient)}"',
            'channel = { kind = "folder" }',
            f"agreements = {agreement}",
        ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


async def fill_registry(cluster: Cluster, key: ChainKey, lines: Iterable[ConsentLine], partitions: int) -> int:
    """Put the consents and relations on the registry; return how many records that took."""
    producer = cluster.plain_producer("bench-registry")
    await producer.start()
    count = 0
    try:
        for line in lines:
            person = key.pseudonym(line.bsn)
            for record in records_of(line):
                await producer.send(
                    topics.REGISTRY,
                    key=registry_key(person, record).encode(),
                    value=record.model_dump_json(exclude_none=True).encode(),
                    partition=partition_of(person, partitions),
                )
                count += 1
        await producer.flush()
    finally:
        await producer.stop()
    return count


async def fill_raw(cluster: Cluster, plans: Iterable[tuple[Bsn | None, bytes]], partitions: int) -> tuple[int, int]:
    """Put care plans on the raw topic, a person's always in the same partition; return their number and bytes."""
    producer = cluster.plain_producer("bench-raw")
    await producer.start()
    count = size = 0
    topic = topics.raw(SOURCE, CONNECTOR)
    try:
        for bsn, plan in plans:
            await send_raw(producer, topic, bsn, plan, partitions)
            count += 1
            size += len(plan)
            if count % FLUSH_EVERY == 0:
                await producer.flush()
        await producer.flush()
    finally:
        await producer.stop()
    return count, size


async def send_raw(producer: AIOKafkaProducer, topic: str, bsn: Bsn | None, plan: bytes, partitions: int) -> None:
    """Send one care plan, without waiting for it."""
    await producer.send(topic, plan, partition=partition_of(bsn or "", partitions))
