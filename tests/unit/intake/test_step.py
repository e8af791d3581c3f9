"""One turn of an intake: whoever waits for an answer gets one, however the turn ends."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError
from schakel_connectors.trial import trial_sender
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result
from schakel_services.intake.quarantine import open_sealed
from schakel_services.intake.step import WITHHOLD, IntakeStep, StepSetup
from schakel_services.intake.take import Desk
from schakel_services.intake.versions import Versions
from schakel_services.runtime import topics
from schakel_services.runtime.keys import ChainKey, PartnerKeys
from schakel_services.runtime.table import Table, TableBehind

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEYS = PartnerKeys(bytes(32), "sk_one", "whsec_of_the_test")
RAW = TopicPartition(topics.raw("one", "chain_record"), 0)
ROW = b'[{"type": "care_plan.status_changed", "record": "L-1", "client": "5501", "status": "active"}]'


class Behind:
    """A registry that can't be read far enough."""

    async def barrier(self) -> None:
        """Fail."""
        raise TableBehind("registry")


class NoNumbers:
    """A partner that never linked a number."""

    def person_of(self, own_number: str) -> None:
        """Return nobody."""

    def claims_of(self, person: str) -> dict[str, str]:
        """Return no number."""
        del person
        return {}


@pytest.fixture
def step() -> IntakeStep:
    """The intake of one partner, as if it was opened."""
    inbox = Inbox()
    none: Any = None
    setup = StepSetup(none, none, "one", KEYS, 1, none, inbox, lambda: NOW, b"me")
    found = IntakeStep(setup)
    found._desk = desk()
    return found


def desk() -> Desk:
    """Return a desk at which one connector is known."""
    connector = load("chain_record")
    return Desk(
        partner="one",
        oin="00000099000000001000",
        sender=trial_sender(connector),
        connectors={"chain_record": connector},
        chain_key=ChainKey(1, bytes(range(32))),
        keys=KEYS,
        versions=Versions(),
        links=NoNumbers(),
    )


def row(withhold: list[bytes]) -> ConsumerRecord:
    """Return a record of the partner's topic with a veto on so many lines."""
    return ConsumerRecord(RAW.topic, 0, 7, 0, 0, None, ROW, None, 0, len(ROW), [(WITHHOLD, each) for each in withhold])


async def test_who_waits_is_told_when_the_registry_can_not_be_read(step: IntakeStep) -> None:
    """The record left the inbox and is nowhere yet: its sender sends it again at once, and not after half a minute."""
    step._registry = cast("Table", Behind())
    item = Incoming("chain_record", ROW, NOW, answer=asyncio.get_running_loop().create_future())
    step._setup.inbox.put(item)
    with pytest.raises(TableBehind):
        await step.work({})
    await step.failed()
    assert item.answer is not None
    assert isinstance(item.answer.exception(), NotTaken)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ([b"UWV=disproportionate", b"DAG=disproportionate"], "unknown_role"),
        ([b"UWV=disproportionate" + b" " * 2_000_000 + b"DAY"], "too_long"),
        ([b"UWV;DAY"], "withhold_malformed"),
    ],
)
async def test_a_veto_on_a_topic_is_read_in_full(step: IntakeStep, lines: list[bytes], rule: str) -> None:
    """Every line of it; and put back from the quarantine it is refused again, never taken with fewer roles."""
    outputs = await step.work({RAW: [row(lines)]})
    assert outputs is not None
    ((key, value, _),) = outputs.rows[topics.quarantine("one"), 0]
    assert len(value or b"") < 10_000
    kept = open_sealed("one", KEYS, (key or b"").decode(), value or b"")
    assert kept.errors == (FieldError("schakel-withhold", rule),)
    outputs = await step.work({RAW: [row([(kept.withhold or "").encode()])]})
    assert outputs is not None
    ((key, value, _),) = outputs.rows[topics.quarantine("one"), 0]
    assert open_sealed("one", KEYS, (key or b"").decode(), value or b"").errors == kept.errors


async def test_whoever_waits_is_answered_after_the_commit(step: IntakeStep) -> None:
    """And not before."""
    item = Incoming("chain_record", ROW, NOW, answer=asyncio.get_running_loop().create_future())
    step._setup.inbox.put(item)
    assert await step.work({}) is not None
    assert item.answer is not None
    assert not item.answer.done()
    step.committed()
    assert item.answer.result() == Result("unlinked", errors=(FieldError("subject", "unlinked"),))
