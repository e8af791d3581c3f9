"""The loop turns exactly once for every record, whatever happens between two commits."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaError, KafkaTimeoutError
from tests.services.runtime.piping import NUMBERS, VALUES, copied, pipe, running

from schakel_services.runtime import pipe as module
from schakel_services.runtime.pipe import Wake
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground
from schakel_services.runtime.writer import Writer

pytestmark = pytest.mark.usefixtures("ahead")


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
