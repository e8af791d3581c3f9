"""After the whole story: nothing of anybody's record stands anywhere but with the partner whose record it is."""

import asyncio
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts import codes, terms
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.identifiers import is_bsn
from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Chain
from schakel_services.demo.persons import dossiers, impossible_bsn
from schakel_services.demo.records.care_plan import DIAGNOSIS
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.topics import NamedTopic, create_topics, topics_of
from schakel_services.trail.stream import records_now

OWN_TOPICS = ("raw.", "links.", "versions.", "quarantine.", "state.deliver.")
"""A partner's own; all but the last are encrypted or hold keyed hashes, and no other may read them."""

CLOSED = frozenset(
    member.value
    for vocabulary in vars(codes).values()
    if isinstance(vocabulary, type) and issubclass(vocabulary, Enum)
    for member in vocabulary
)
CODES = frozenset(
    code.value
    for vocabulary in (*vars(codes).values(), *vars(terms).values())
    if isinstance(vocabulary, type) and issubclass(vocabulary, Enum)
    for code in vocabulary
) | frozenset(BY_SHORT_TYPE)
"""What rows of ``chain_record`` are made of: codes, and the names of events."""

STANDARD = frozenset({"CarePlan", "Patient", "generated"})
"""Words of FHIR that stand elsewhere for another reason: in names of fields, in own numbers, in Kafka's log."""

DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}(T.*)?")
BSN = re.compile(r"(?<![0-9A-Za-z])9999\d{5}(?![0-9A-Za-z])")

Texts = Mapping[str, str]
"""What to look through, by where it stands."""


def values_of(record: bytes) -> Iterator[str]:
    """Yield every string value of a record in JSON or XML."""
    if record.lstrip().startswith(b"<"):
        yield from (text for element in ET.fromstring(record).iter() if (text := (element.text or "").strip()))  # noqa: S314 - our own
    else:
        yield from strings_in(json.loads(record))


def strings_in(content: Any) -> Iterator[str]:
    """Yield every string below keys and in lists."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings_in(value)


def tells_of_somebody(value: str, chain: Chain) -> bool:
    """Say whether a value is somebody's: no code of a closed list, no organisation of the chain, no day."""
    organisations = {text for partner in chain.partner for text in (partner.id, partner.name, partner.oin)}
    registers = {identifier.partition(":")[2] for partner in chain.partner for identifier in partner.identifiers}
    return (
        len(value) > 3
        and value not in CLOSED | CODES | STANDARD | organisations | registers
        and not DAY.fullmatch(value)
    )


def found_in(texts: Texts, needles: frozenset[str]) -> list[tuple[str, str]]:
    """Return where which needle stands, as a word of its own; and every BSN, whoever's it may be."""
    found = []
    for place, text in texts.items():
        found += [(place, match) for match in BSN.findall(text) if is_bsn(match) or match == impossible_bsn()]
        for needle in needles:
            if needle in text and re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text):
                found.append((place, needle))
    return found


@pytest.fixture(scope="module")
def chain(demo: Any) -> Chain:
    """The chain that the demonstration ran."""
    return load_chain(demo.data / "chain.toml")


@pytest.fixture(scope="module")
def needles(demo: Any, chain: Chain) -> frozenset[str]:
    """Everything in any record that was sent which is somebody's and nobody else's business."""
    records = (path.read_bytes() for path in (demo.data / "demo" / "sent").iterdir())
    found = frozenset(value for record in records for value in values_of(record) if tells_of_somebody(value, chain))
    # The sixth person is told of in rows, which have no field for a name.
    names = {dossier.surname for dossier in dossiers()[:5]} | {dossier.bsn for dossier in dossiers()}
    assert found >= {*names, impossible_bsn(), DIAGNOSIS, "118734"}
    return found


@pytest.fixture(scope="module")
def broker(demo: Any) -> Iterator[EmbeddedBroker]:
    """The demonstration's Kafka, started again with all that it kept."""
    with EmbeddedBroker(demo.data / "broker", cache_folder(os.environ), die_with_parent=True) as started:
        yield started


@pytest.fixture(scope="module")
def on_topics(broker: EmbeddedBroker, chain: Chain) -> Texts:
    """Every record on every topic that is not a partner's own."""
    return asyncio.run(read_topics(Cluster(broker.bootstrap), chain))


async def read_topics(cluster: Cluster, chain: Chain) -> dict[str, str]:
    """Return keys, values and headers of each topic."""
    partners = [(partner.id, partner.connectors) for partner in chain.partner]
    names = [topic.name for topic in topics_of(partners, chain.partitions)]
    return {name: await read_topic(cluster, name) for name in names if not name.startswith(OWN_TOPICS)}


async def read_topic(cluster: Cluster, topic: str) -> str:
    """Return everything of one topic that a reader of it could see."""
    lines = [topic]
    async with aclosing(records_now(cluster, topic)) as records:
        async for record in records:
            parts = [record.key or b"", record.value or b"", *(part for h in record.headers for part in h)]
            lines.append(
                "\n".join(part if isinstance(part, str) else part.decode("utf-8", "replace") for part in parts)
            )
    return "\n".join(lines)


def files_in(*folders: Path) -> dict[str, str]:
    """Return the text of every file."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.name: path.read_text("utf-8", "replace") for path in files}


def test_nothing_of_a_record_is_on_a_topic_that_others_read(on_topics: Texts, needles: frozenset[str]) -> None:
    """Neither in keys, nor values, nor headers, of events, registry, decisions, receipts, state and notifications."""
    said = {name for name, text in on_topics.items() if len(text) > 1_000}
    assert said >= {"events", "registry", "audit", "receipts", "state.gate", "notify.ggz-het-veen"}
    assert found_in(on_topics, needles) == []


def test_nothing_of_a_record_is_in_a_log(demo: Any, needles: frozenset[str]) -> None:
    """Of the services, and of Kafka itself."""
    logs = files_in(demo.data / "logs") | {"kafka.log": (demo.data / "broker" / "kafka.log").read_text("utf-8")}
    assert set(logs) >= {"intake.log", "gate.log", "deliver.log", "kafka.log"}
    assert all(logs.values())
    assert found_in(logs, needles) == []


def test_nothing_of_a_record_is_in_a_metric(demo: Any, needles: frozenset[str]) -> None:
    """Labels are services, topics, partners and codes."""
    metrics = files_in(demo.data / "demo" / "metrics")
    assert set(metrics) == {"intake.txt", "gate.txt", "deliver.txt", "clock.txt"}
    assert found_in(metrics, needles) == []


def test_nothing_of_a_record_is_in_an_answer(demo: Any, needles: frozenset[str]) -> None:
    """Bodies and headers of what was accepted and of what was refused."""
    answers = files_in(demo.data / "demo" / "answers")
    assert {json.loads(text)["status"] for text in answers.values()} == {202, 422}
    assert found_in(answers, needles) == []


def test_nothing_of_a_record_is_in_a_problem_report(demo: Any, needles: frozenset[str]) -> None:
    """What lies beside a refused file says which field and which rule."""
    reports = {path.name: path.read_text("utf-8") for path in (demo.data / "inbox").rglob("*.problem.json")}
    assert reports
    assert found_in(reports, needles) == []


def test_a_partner_is_told_nothing_but_its_own_numbers(demo: Any, chain: Chain, needles: frozenset[str]) -> None:
    """A notification names the person as this partner does, in its own system; what others wrote is in none."""
    told = 0
    for partner in chain.partner:
        own = {dossier.own_number(partner.id) for dossier in dossiers()} | {f"https://{partner.id}.example/clienten"}
        texts = files_in(demo.data / "demo" / "received" / partner.id, demo.data / "outbox" / partner.id)
        told += len(texts)
        assert found_in(texts, needles - own) == []
    assert told == demo.result["delivered"]


def test_the_scanner_finds_what_is_planted(
    demo: Any, broker: EmbeddedBroker, chain: Chain, on_topics: Texts, needles: frozenset[str], tmp_path: Path
) -> None:
    """A control: a BSN in a key, a name in a header and a diagnosis in a value, and a BSN in a log."""
    del on_topics  # what the other tests look at was read before this
    cluster = Cluster(broker.bootstrap)
    somebody = dossiers()[0]
    asyncio.run(
        plant(cluster, somebody.bsn.encode(), somebody.surname.encode(), b'"Depressieve stoornis, recidiverend"')
    )
    planted = asyncio.run(read_topic(cluster, "planted"))
    log = tmp_path / "service.log"
    log.write_text(f'{{"event": "oops", "value": "{somebody.bsn}"}}\n', "utf-8")
    found = found_in({"planted": planted} | files_in(tmp_path), needles)
    assert {value for place, value in found if place == "planted"} == {
        somebody.bsn,
        somebody.surname,
        DIAGNOSIS,
    }
    assert ("service.log", somebody.bsn) in found


async def plant(cluster: Cluster, key: bytes, header: bytes, value: bytes) -> None:
    """Write one record on a topic of its own."""
    row = topics_of([], 1)[0].row
    await create_topics(cluster, [NamedTopic("planted", row, 1)])
    producer = cluster.plain_producer("planter")
    await producer.start()
    try:
        await producer.send_and_wait("planted", value, key=key, headers=[("schakel_note", header)])
    finally:
        await producer.stop()
