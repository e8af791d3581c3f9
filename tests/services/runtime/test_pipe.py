"""The loop turns exactly once for every record."""

import asyncio
from itertools import pairwise

import pytest
from tests.services.runtime.piping import NUMBERS, VALUES, copied, pipe, running

from schakel_services.runtime import pipe as module
from schakel_services.runtime.cluster import Records
from schakel_services.runtime.pipe import Wake
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground
from schakel_services.runtime.writer import Outputs

pytestmark = pytest.mark.usefixtures("ahead")


async def test_every_record_goes_through_once_and_in_order(ground: Ground) -> None:
    """What was there before it opened, and what comes while it is open; the offsets move along."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS[:25])
    step = Copy(target)
    loop = pipe(ground, source, step)
    async with running(loop):
        await step.worked.wait()
        await ground.write(source, NUMBERS[25:])
        assert await copied(ground, target, 40) == VALUES
        assert loop.progress.problem() is None
    # Forty records and two markers: the position behind the last record is what counts.
    assert (await ground.committed(f"{ground.name}-group", source) or 0) >= 41


async def test_it_goes_on_where_the_one_before_it_stopped(ground: Ground) -> None:
    """A restart reads nothing again."""
    source, target = await ground.topic(), await ground.topic()
    for half in (NUMBERS[:20], NUMBERS[20:]):
        await ground.write(source, half)
        step = Copy(target)
        async with running(pipe(ground, source, step)):
            await copied(ground, target, int(half[-1][0]) + 1)
    assert await ground.values(target) == VALUES


async def test_what_was_broken_off_is_not_read(ground: Ground) -> None:
    """Only committed records are input."""
    source, target = await ground.topic(), await ground.topic()
    producer = ground.cluster.producer(f"{ground.name}-broken")
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(source, b"aborted", b"a", 0)
    await producer.abort_transaction()
    await producer.stop()
    await ground.write(source, NUMBERS[:1])
    async with running(pipe(ground, source, Copy(target))):
        assert await copied(ground, target, 1) == ["0"]


@pytest.mark.parametrize(("few", "waits"), [(100, True), (2, False)])
async def test_few_records_wait_until_some_have_gathered(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, few: int, *, waits: bool
) -> None:
    """With a pace, a turn of few records is followed by the next only then; after one of many it goes on at once."""
    monkeypatch.setattr(module, "FEW", few)
    source, target = await ground.topic(), await ground.topic()
    step = Timed(target)
    async with running(pipe(ground, source, step, pace_s=0.3, batch_max=4)):
        await ground.write(source, NUMBERS[:12])
        assert await copied(ground, target, 12) == VALUES[:12]
    between = [later - earlier for earlier, later in pairwise(step.began)]
    assert len(between) >= 2
    assert (min(between) >= 0.29) is waits


async def test_what_comes_during_a_rest_is_of_the_next_turn(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it: also what came after the client had fetched something."""
    monkeypatch.setattr(module, "FRESH_MS", 2_000)
    monkeypatch.setattr(module, "FEW", 100)
    source, target = await ground.topic(), await ground.topic()
    step = Timed(target)
    async with running(pipe(ground, source, step, pace_s=1.0)):
        await ground.write(source, NUMBERS[:1])
        await step.worked.wait()
        for number in NUMBERS[1:4]:
            await ground.write(source, [number])
            await asyncio.sleep(0.1)
        assert await copied(ground, target, 4) == VALUES[:4]
    assert len(step.began) == 2


class Timed(Copy):
    """Copies, and notes when each batch that holds something begins."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.began: list[float] = []

    async def work(self, records: Records) -> Outputs | None:
        """Copy."""
        if records:
            self.began.append(asyncio.get_running_loop().time())
        return await super().work(records)


async def test_a_step_without_input_works_when_it_is_woken(ground: Ground) -> None:
    """An intake that takes records over HTTP alone."""
    target = await ground.topic()
    step = Copy(target)
    loop = pipe(ground, None, step)
    async with running(loop):
        await step.opened.wait()
        step.extra.append(b"came in")
        loop.wake()
        assert await copied(ground, target, 1) == ["came in"]
    assert step.asked == ["open", "work", "committed", "failed", "close"]


async def test_a_wake_does_not_wait_for_the_poll_and_loses_none(ground: Ground) -> None:
    """Woken while it waits for records: both come through, in far less than a poll takes."""
    source, target = await ground.topic(), await ground.topic()
    step = Copy(target)
    loop = pipe(ground, source, step)
    async with running(loop):
        await step.opened.wait()
        took = []
        for number in range(10):
            await ground.write(source, [NUMBERS[number]])
            step.worked.clear()
            step.extra.append(b"woken")
            began = asyncio.get_running_loop().time()
            loop.wake()
            await step.worked.wait()
            took.append(asyncio.get_running_loop().time() - began)
        found = await copied(ground, target, 20)
    assert sorted(value for value in found if value != "woken") == VALUES[:10]
    assert found.count("woken") == 10
    assert sorted(took)[5] < 0.2


async def test_a_stop_finishes_the_transaction_at_hand(ground: Ground) -> None:
    """What was begun is committed; then it ends, and nothing more is read."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS[:5])
    step = Copy(target, hold=asyncio.Event())
    loop = pipe(ground, source, step)
    task = asyncio.create_task(loop.run())
    await step.worked.wait()
    loop.stop()
    await ground.write(source, NUMBERS[5:])
    assert step.hold is not None
    step.hold.set()
    async with asyncio.timeout(30):
        assert await task is Wake.STOPPED
    assert await ground.values(target) == VALUES[:5]
    assert step.asked == ["open", "work", "committed", "failed", "close"]


async def test_a_paused_loop_reads_nothing(ground: Ground) -> None:
    """What the step can't hold stays on the log, and is read when there is room."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS[:5])
    full = [True]
    step = Copy(target)
    loop = pipe(ground, source, step, paused=lambda: full[0])
    async with running(loop):
        await step.opened.wait()
        step.extra.append(b"works on")
        loop.wake()
        assert await copied(ground, target, 1) == ["works on"]
        full[0] = False
        loop.wake()
        assert await copied(ground, target, 6) == ["works on", *VALUES[:5]]
