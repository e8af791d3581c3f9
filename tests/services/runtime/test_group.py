"""Two copies of a service share its partitions, and hand them over without a loss or a double."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer

from schakel_services.runtime.group import GroupRunner
from schakel_services.runtime.health import Health
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground, until

PARTITIONS = 4


class Member:
    """One copy of a service that copies records."""

    def __init__(self, ground: Ground, source: str, target: str) -> None:
        self.health = Health()
        self.steps: dict[int, Copy] = {}

        def make_step(number: int) -> Copy:
            self.steps[number] = Copy(target)
            return self.steps[number]

        self.name = f"{ground.name}-copy"
        self.runner = GroupRunner(ground.cluster, self.name, (source,), make_step, self.health)

    @property
    def loops(self) -> list[int]:
        """Return the partitions that it has, and that are open."""
        named = [loop.name.removeprefix(f"{self.name}-") for loop in self.health.loops if loop.is_up]
        return sorted(int(name) for name in named if name.isdigit())

    async def is_ready(self) -> bool:
        """Say what /readyz says."""
        return self.health.ready

    async def has(self, count: int) -> None:
        """Return when it has so many partitions."""

        async def so_many() -> bool:
            return len(self.loops) == count

        await until(so_many)


@asynccontextmanager
async def joined(*members: Member) -> AsyncIterator[None]:
    """Let members join, and leave at the end."""
    try:
        for member in members:
            await member.runner.start()
        yield
    finally:
        for member in members:
            await member.runner.stop()


async def test_one_alone_has_all_partitions(ground: Ground) -> None:
    """Each through a loop of its own; when it leaves there are none."""
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    member = Member(ground, source, target)
    async with joined(member):
        await member.has(PARTITIONS)
        for number in range(PARTITIONS):
            await ground.write(source, [("a", f"{number}")], number)
        assert await ground.copied(target, PARTITIONS, PARTITIONS) == {
            number: [f"{number}"] for number in range(PARTITIONS)
        }
        assert member.health.problems() == {}
    assert member.health.loops == []


async def test_a_second_takes_half_and_the_last_takes_all(ground: Ground) -> None:
    """While records flow one joins and one leaves: every record comes through once, in its order."""
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    first, second = Member(ground, source, target), Member(ground, source, target)
    sent = 0
    flowing = True

    async def flow() -> None:
        nonlocal sent
        while flowing:
            for partition in range(PARTITIONS):
                await ground.write(source, [("a", str(sent))], partition)
            sent += 1
            await asyncio.sleep(0.01)

    async with joined(first):
        await first.has(PARTITIONS)
        sending = asyncio.create_task(flow())
        async with joined(second):
            await second.has(2)
            await first.has(2)
            assert sorted(first.loops + second.loops) == [0, 1, 2, 3]
            await first.runner.stop()
            await second.has(PARTITIONS)
            flowing = False
            await sending
            found = await ground.copied(target, PARTITIONS, PARTITIONS * sent)
    assert found == {number: [str(n) for n in range(sent)] for number in range(PARTITIONS)}


async def test_one_that_has_no_partition_stands_by(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """More copies than partitions: it is ready, stays in the group however long it waits, and takes over."""
    monkeypatch.setattr("schakel_services.runtime.group.STAND_BY_S", 0.1)
    source, target = await ground.topic(1), await ground.topic(1)
    first, second = Member(ground, source, target), Member(ground, source, target)
    assert not second.health.ready
    async with joined(first):
        await first.has(1)
        async with joined(second):
            await until(second.is_ready)
            await until(first.is_ready)
            standing_by, working = sorted((first, second), key=lambda member: len(member.loops))
            assert (standing_by.loops, working.loops) == ([], [0])
            consumer = standing_by.runner._consumer
            assert consumer is not None
            began = time.monotonic()
            await until(lambda: _read_after(began, consumer))
            await working.runner.stop()
            await standing_by.has(1)
            assert standing_by.health.ready
            await ground.write(source, [("a", "1")])
            assert (await ground.copied(target, PARTITIONS, 1))[0] == ["1"]
    assert not first.health.ready
    assert not second.health.ready


async def _read_after(moment: float, consumer: AIOKafkaConsumer) -> bool:
    """Say whether the client has seen a read since: after five minutes without it leaves the group."""
    idle_s: float = consumer._subscription.fetcher_idle_time
    return time.monotonic() - idle_s > moment


async def test_a_partition_that_comes_back_starts_anew(ground: Ground) -> None:
    """A step is made for each time that a partition is had: nothing of before is in it."""
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    first, second = Member(ground, source, target), Member(ground, source, target)
    async with joined(first):
        await first.has(PARTITIONS)
        before = dict(first.steps)
        async with joined(second):
            await second.has(2)
        await first.has(PARTITIONS)
    assert all(step.asked == ["open", "failed", "close"] for step in before.values())
    assert not any(first.steps[number] is before[number] for number in range(PARTITIONS))


async def test_a_member_that_stands_still_is_handed_over(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its work lasts too long to be waited for: it is broken off, and another does it once."""
    monkeypatch.setattr("schakel_services.runtime.group.REVOKE_LIMIT_S", 0.3)
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    slow, other = Member(ground, source, target), Member(ground, source, target)
    async with joined(slow):
        await slow.has(PARTITIONS)
        held = dict(slow.steps)
        for step in held.values():
            step.hold = asyncio.Event()
        for number in range(PARTITIONS):
            await ground.write(source, [("a", "once")], number)
            await held[number].worked.wait()
        async with joined(other):
            await other.has(2)
            found = await ground.copied(target, PARTITIONS, PARTITIONS)
    assert found == {number: ["once"] for number in range(PARTITIONS)}
