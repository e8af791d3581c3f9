"""The loop turns exactly once for every record, whatever happens between two commits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from schakel_services.runtime import pipe as module
from schakel_services.runtime.cluster import Records
from schakel_services.runtime.health import Progress
from schakel_services.runtime.pipe import Pipe, Wake
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.writer import Outputs, Writer

NUMBERS = [(str(number), str(number)) for number in range(40)]
VALUES = [value for _, value in NUMBERS]


@pytest.fixture(autouse=True, params=[False, True], ids=["waits", "works-ahead"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """All of this holds when the next turn is worked at while one is committed, too."""
    defaults: Any = Pipe.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "ahead", request.param)
    if request.param:
        monkeypatch.setattr(module, "FEW", 1)
    return bool(request.param)


def pipe(ground: Ground, source: str | None, step: Copy, **more: Any) -> Pipe:
    """Return a pipe from one partition, under the name of the test."""
    return Pipe(
        ground.cluster,
        name=f"{ground.name}-pipe",
        group=f"{ground.name}-group",
        inputs=[TopicPartition(source, 0)] if source else [],
        step=step,
        progress=Progress("test"),
        **{"reopen_s": 0.05, "batch_max": 10} | more,
    )


@asynccontextmanager
async def running(pipe: Pipe) -> AsyncIterator["asyncio.Task[Wake]"]:
    """Run a pipe to its end."""
    task = asyncio.create_task(pipe.run())
    try:
        yield task
        pipe.stop()
        assert await task is Wake.STOPPED
    finally:
        task.cancel()
        await asyncio.wait({task})


async def copied(ground: Ground, topic: str, count: int) -> list[str]:
    """Return what stands on a topic, once there is so much."""

    async def enough() -> bool:
        return len(await ground.values(topic)) >= count

    await until(enough)
    return await ground.values(topic)


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


class Doubtful(Writer):
    """A writer whose commit raises once: before the broker hears of it, or after it was done."""

    at = 3

    def __init__(self, ground: Ground, left: list[int], *, done: bool) -> None:
        super().__init__(ground.cluster, f"{ground.name}-pipe")
        producer: Any = self._producer
        commit = producer.commit_transaction

        async def doubtful() -> None:
            left.append(1)
            if len(left) == self.at and not done:
                raise KafkaTimeoutError
            await commit()
            if len(left) == self.at:
                raise KafkaTimeoutError

        producer.commit_transaction = doubtful


@pytest.mark.parametrize("done", [False, True])
async def test_a_doubt_at_the_commit_changes_nothing(ground: Ground, *, ahead: bool, done: bool) -> None:
    """Between outputs and commit, or between the commit and its answer: everything is read anew, and told once.

    What was worked at meanwhile is forgotten with it.
    """
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS)
    step = Copy(target)
    loop = pipe(ground, source, step)
    left: list[int] = []
    loop._new_writer = lambda: Doubtful(ground, left, done=done)  # type: ignore[method-assign]
    async with running(loop):
        assert await copied(ground, target, 40) == VALUES
    assert step.asked.count("open") == 2
    doubt = step.asked.index("failed")
    assert step.asked[doubt : doubt + 3] == ["failed", "close", "open"]
    before = step.asked[:doubt]
    assert before.count("committed") == 2
    assert before.count("work") in ({3, 4} if ahead else {3})
    assert step.asked[doubt:].count("committed") == step.asked[doubt:].count("work")


class Held(Writer):
    """A writer whose commits wait until a test lets them go."""

    def __init__(self, ground: Ground, go: asyncio.Event) -> None:
        super().__init__(ground.cluster, f"{ground.name}-pipe")
        producer: Any = self._producer
        commit = producer.commit_transaction

        async def held() -> None:
            await go.wait()
            await commit()

        producer.commit_transaction = held


@pytest.mark.parametrize(("few", "turns"), [(5, 2), (100, 1)])
async def test_the_next_turn_begins_while_one_of_many_is_committed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, few: int, turns: int, *, ahead: bool
) -> None:
    """One turn and no more, and not after one of few; all of it in order, and a stop finishes what was begun."""
    monkeypatch.setattr(module, "FEW", few)
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS)
    step, go = Copy(target), asyncio.Event()
    loop = pipe(ground, source, step)
    loop._new_writer = lambda: Held(ground, go)  # type: ignore[method-assign]
    async with running(loop):
        await step.worked.wait()
        await asyncio.sleep(0.5)
        assert step.asked == ["open", *["work"] * (turns if ahead else 1)]
        go.set()
        await copied(ground, target, 40)
        loop.stop()
    assert await ground.values(target) == VALUES
    assert step.asked.count("committed") == step.asked.count("work")


async def test_a_mistake_while_one_is_committed_leaves_nothing_half_done(ground: Ground, *, ahead: bool) -> None:
    """What was being committed is on the log whole or not at all, and comes once when the next one opens."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS)
    go = asyncio.Event()
    go.set()
    left = [ZeroDivisionError()]

    def second(copy: Copy) -> None:
        if copy.asked.count("work") == 2 and left:
            raise left.pop()

    loop = pipe(ground, source, Copy(target, second))
    loop._new_writer = lambda: Held(ground, go)  # type: ignore[method-assign]
    if ahead:
        go.clear()
    with pytest.raises(ZeroDivisionError):
        await loop.run()
    go.set()
    async with running(pipe(ground, source, Copy(target))):
        assert await copied(ground, target, 40) == VALUES


def failing(error: Exception, times: int = 1) -> Callable[[Copy], None]:
    """Let a step fail so many times."""
    left = [error] * times

    def fail(_: Copy) -> None:
        if left:
            raise left.pop()

    return fail


@pytest.mark.parametrize("error", [KafkaTimeoutError(), KafkaError(), OSError(), TimeoutError(), AssertionError()])
async def test_a_step_in_doubt_is_opened_anew(ground: Ground, error: Exception) -> None:
    """As often as it takes; between two openings the loop says that it is not open."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS[:5])
    seen: list[str | None] = []
    step = Copy(target)
    fail = failing(error, 2)

    def work(copy: Copy) -> None:
        seen.append(loop.progress.problem())
        fail(copy)

    step.before_work = work
    loop = pipe(ground, source, step)
    async with running(loop):
        assert await copied(ground, target, 5) == VALUES[:5]
    assert step.asked.count("open") == 3
    assert seen == [None, None, None]


async def test_a_mistake_ends_the_loop(ground: Ground) -> None:
    """It is no doubt: to go on would hide it. Whoever waits is told first."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS[:5])
    step = Copy(target, failing(ZeroDivisionError(), 99))
    with pytest.raises(ZeroDivisionError):
        await pipe(ground, source, step).run()
    assert step.asked == ["open", "work", "failed", "close"]
    assert await ground.values(target) == []


async def test_a_mistake_at_one_partner_leaves_the_others_alone(ground: Ground) -> None:
    """Its pipe says so, and opens again; the process that it shares with those of others goes on."""
    source, target = await ground.topic(), await ground.topic()
    await ground.write(source, NUMBERS)
    step = Copy(target, failing(ZeroDivisionError(), 2))
    async with running(pipe(ground, source, step, exclusive=True)):
        assert await copied(ground, target, 40) == VALUES
    assert step.asked.count("open") == 3


async def test_one_of_its_kind_that_was_fenced_ends(ground: Ground) -> None:
    """Another took over for good, so it does not open again; what it had in hand is not seen."""
    source, target = await ground.topic(), await ground.topic()
    step = Copy(target)
    loop = pipe(ground, source, step, exclusive=True)
    task = asyncio.create_task(loop.run())
    await step.opened.wait()
    await ground.writer("pipe")
    await ground.write(source, NUMBERS[:5])
    async with asyncio.timeout(30):
        assert await task is Wake.FENCED
    assert step.asked == ["open", "work", "failed", "close"]
    assert await ground.values(target) == []


async def test_one_of_many_that_was_fenced_opens_again(ground: Ground) -> None:
    """The group decides whose partition it is; nothing is lost by it."""
    source, target = await ground.topic(), await ground.topic()
    step = Copy(target)
    async with running(pipe(ground, source, step)):
        await step.opened.wait()
        await ground.writer("pipe")
        await ground.write(source, NUMBERS)
        assert await copied(ground, target, 40) == VALUES
    assert step.asked.count("open") == 2


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
