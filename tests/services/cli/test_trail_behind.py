"""A trail that can't be read to its end gives no answer: half of the log may say the opposite of all of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from schakel_contracts.codes import Category, ConsentForm, Purpose
from schakel_contracts.consent import Recipient
from schakel_contracts.registry import ConsentRecord
from schakel_services.cli.testing.place import Place
from schakel_services.runtime import topics
from schakel_services.trail import stream
from schakel_services.trail.stream import TrailBehind

CONSENT = ConsentRecord(
    id=UUID(int=77),
    purposes=(Purpose.JOB_COACHING,),
    categories=(Category.SUPPORT_LEVEL,),
    recipients=(Recipient(party="coach"),),
    form=ConsentForm.DIGITAL,
)
KEY = f"k1.somebody/consent/{CONSENT.id}"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second where the commands wait ten."""
    monkeypatch.setattr(stream, "STALLED_S", 1.0)


@contextmanager
def left_open(place: Place, topic: str, value: bytes, *, key: str | None = None) -> Iterator[None]:
    """Write a record in a transaction that stays open."""
    with asyncio.Runner() as runner:
        producer = runner.run(_begin(place, topic, value, key))
        try:
            yield
        finally:
            runner.run(_end(producer))


async def _begin(place: Place, topic: str, value: bytes, key: str | None) -> AIOKafkaProducer:
    producer = place.cluster.producer(f"test-{uuid4()}")
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(topic, value, key=None if key is None else key.encode(), partition=0)
    return producer


async def _end(producer: AIOKafkaProducer) -> None:
    await producer.abort_transaction()
    await producer.stop()


def test_the_place_and_how_far_it_came_are_named(place: Place) -> None:
    """What was read is not given as if it were all."""
    before = len(place.read(topics.RECEIPTS))
    place.put(topics.RECEIPTS, [b"1", b"2"])
    with left_open(place, topics.RECEIPTS, b"3"), pytest.raises(TrailBehind) as behind:
        place.read(topics.RECEIPTS)
    assert behind.value.partition == TopicPartition(topics.RECEIPTS, 0)
    assert behind.value.position < behind.value.end
    assert len(place.read(topics.RECEIPTS)) == before + 2


def test_no_command_answers_from_half_a_registry(place: Place) -> None:
    """The withdrawal may be in the transaction that is open."""
    place.put(topics.REGISTRY, [CONSENT.model_dump_json().encode()], key=KEY)
    commands: tuple[tuple[object, ...], ...] = (
        ("consent", "show", CONSENT.id),
        ("consent", "proof", CONSENT.id),
        ("consent", "coverage", "--chain", place.chain),
    )
    with left_open(place, topics.REGISTRY, b"{}", key=KEY):
        for command in commands:
            said = place.schakel(*command, "--json")
            assert (said.exit_code, said.line()["problem"]["rule"]) == (1, "not_read_to_the_end"), command
            assert "not read to the end: registry/0" in said.err
            spoken = place.schakel(*command)
            assert (spoken.exit_code, spoken.out) == (1, ""), command
    assert place.schakel("consent", "show", CONSENT.id, "--json").line()["state"] == "expired"


def test_nor_explain_from_half_an_audit_topic(place: Place) -> None:
    """Nothing is known of it, would be an answer."""
    with left_open(place, topics.AUDIT, b"{}"):
        said = place.schakel("explain", uuid4(), "--json")
    assert (said.exit_code, said.line()["problem"]["rule"]) == (1, "not_read_to_the_end")
    assert said.err.startswith("not read to the end: audit/0")


def test_nor_the_quarantine(place: Place) -> None:
    """A record that was put back would be put back again."""
    with left_open(place, topics.quarantine("uwv"), b"{}"):
        said = place.schakel("quarantine", "list", "--partner", "uwv", "--chain", place.chain, "--json")
    assert (said.exit_code, said.line()["problem"]["rule"]) == (1, "not_read_to_the_end")
