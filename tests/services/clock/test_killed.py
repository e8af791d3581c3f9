"""A clock that is killed while it speaks has said everything once, and nothing twice."""

import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from aiokafka import ConsumerRecord

from schakel_contracts.codes import Category, ConsentForm, Purpose
from schakel_contracts.consent import Recipient
from schakel_contracts.envelope import POSITION, read_envelope
from schakel_contracts.registry import ConsentRecord, registry_key
from schakel_services.chain.shipped import shipped_chains
from schakel_services.hub.hub import Hub
from schakel_services.hub.process import ServiceProcess
from schakel_services.runtime import topics
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.writer import Outputs

PERSONS = [f"k1.{number:043d}" for number in range(80)]
COLLECTOR = "ggz-het-veen"
PARTITIONS = 4
FAST = {"SCHAKEL_SESSION_TIMEOUT_MS": "2000", "SCHAKEL_TRANSACTION_TIMEOUT_MS": "4000"}
"""A member that was killed is missed soon."""


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A broker of its own and no service yet; the test kills what it starts, and moves the time."""
    async with Hub(shipped_chains()["twente"], tmp_path, services=(), settings=FAST, clock_moves=True) as hub:
        yield hub


def consents() -> Outputs:
    """Return a consent of today for each person, which ends in a year."""
    outputs = Outputs()
    for person in PERSONS:
        record = ConsentRecord(
            id=uuid4(),
            form=ConsentForm.WRITTEN,
            purposes=(Purpose.JOB_COACHING,),
            categories=(Category.CARE_PLAN_STATUS,),
            recipients=(Recipient(party="coach"),),
            granted_at=datetime.now(UTC),
            collected_by=COLLECTOR,
        )
        value = record.model_dump_json(exclude_none=True).encode()
        outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), registry_key(person, record).encode(), value)
    return outputs


async def of_the_clock(ground: Ground) -> list[ConsumerRecord]:
    """Return what the clock has published."""
    return await ground.read(topics.EVENTS)


async def killed_when_frozen(hub: Hub, failpoint: str) -> None:
    """Run a clock until it freezes where it was told to, and kill it there."""
    process = hub.add("clock", more={"SCHAKEL_FAILPOINTS": failpoint})
    await process.listening()

    async def frozen() -> bool:
        return process.pid is not None and psutil.Process(process.pid).status() == psutil.STATUS_STOPPED

    await until(frozen)
    assert process.signal(signal.SIGKILL)
    await ended(hub, process)


async def ended(hub: Hub, process: ServiceProcess) -> None:
    """Stop a process for good."""
    await process.stop()
    hub.processes.remove(process)


async def test_killed_at_every_step_it_speaks_once(hub: Hub) -> None:
    """Before a transaction, and within it when all is sent and nothing committed, partition after partition."""
    async with Ground(hub.bootstrap, "killed") as ground:
        await (await ground.writer("intake")).commit(consents(), {}, None)
        first = hub.add("clock")
        await first.listening()

        async def all_set() -> bool:
            return len({record.key for record in await ground.read(topics.STATE_CLOCK)}) == len(PERSONS)

        await until(all_set)
        await ended(hub, first)
        hub.move_clock(timedelta(days=320))

        await killed_when_frozen(hub, "freeze_before_transaction=2")
        await killed_when_frozen(hub, "freeze_before_commit=2")
        # The partitions work side by side: at least that of the transaction in which it froze has said nothing yet.
        assert len(await of_the_clock(ground)) < len(PERSONS)
        hub.add("clock")

        async def all_said() -> bool:
            return len(await of_the_clock(ground)) >= len(PERSONS)

        await until(all_said)
        hub.move_clock(timedelta(days=340))

        async def all_said_again() -> bool:
            return len(await of_the_clock(ground)) >= 2 * len(PERSONS)

        await until(all_said_again)
        found = await of_the_clock(ground)
    envelopes = [read_envelope(record.headers) for record in found]
    assert sorted(one.subject for one in envelopes) == sorted(PERSONS * 2)
    assert len({one.id for one in envelopes}) == len(envelopes) == 2 * len(PERSONS)
    assert {one.partner for one in envelopes} == {COLLECTOR}
    for partition in range(PARTITIONS):
        there = [dict(record.headers)[POSITION].decode() for record in found if record.partition == partition]
        numbers = [int(position.split("/")[2]) for position in there]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
