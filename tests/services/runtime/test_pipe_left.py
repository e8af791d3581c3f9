"""What a step leaves of what it was given is not read anew, not lost and not overtaken."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from schakel_services.runtime.cluster import Records
from schakel_services.runtime.health import Progress
from schakel_services.runtime.pipe import Pipe
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.writer import Outputs

PARTITIONS = 2
COUNT = 40
ALL = {number: [f"{number}.{at}" for at in range(COUNT)] for number in range(PARTITIONS)}


class Modest(Copy):
    """Takes three records at a time, the first that it is given, and says that more waits when it was told so."""

    def __init__(self, target: str, before_work: Callable[[Copy], None] = lambda _: None) -> None:
        super().__init__(target, before_work)
        self.given: list[int] = []
        self.waiting = 0

    async def work(self, records: Records) -> Outputs | None:
        """Copy three."""
        self.given.append(sum(map(len, records.values())))
        room, taken, left = 3, {}, {}
        for partition, rows in records.items():
            taken[partition], left[partition] = rows[:room], rows[room:]
            room -= len(taken[partition])
        if self.waiting:
            self.waiting -= 1
            self.extra.append(b"waited")
        outputs = await super().work({partition: rows for partition, rows in taken.items() if rows})
        if outputs is not None:
            outputs.left = {partition: rows for partition, rows in left.items() if rows}
            outputs.more = self.waiting > 0
        return outputs


def pipe(ground: Ground, source: str, step: Modest) -> Pipe:
    """Return a pipe from all partitions of a topic."""
    return Pipe(
        ground.cluster,
        name=f"{ground.name}-pipe",
        group=f"{ground.name}-group",
        inputs=[TopicPartition(source, number) for number in range(PARTITIONS)],
        step=step,
        progress=Progress("test"),
        reopen_s=0.05,
        batch_max=25,
    )


async def filled(ground: Ground) -> tuple[str, str]:
    """Return a topic with records on all of its partitions, and where they are copied to."""
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    for number, values in ALL.items():
        await ground.write(source, [(value, value) for value in values], number)
    return source, target


async def run(pipe: Pipe, done: Callable[[], Any]) -> Any:
    """Run a pipe until something is done, and return what that gives."""
    task = asyncio.create_task(pipe.run())
    try:
        return await done()
    finally:
        pipe.stop()
        async with asyncio.timeout(30):
            await task


@pytest.mark.parametrize("doubts", [0, 3])
async def test_what_is_left_comes_next(ground: Ground, doubts: int) -> None:
    """Each record goes through once and in its order, also when the pipe opens anew with some of them left."""
    source, target = await filled(ground)
    turns = 0

    def doubt(_: Copy) -> None:
        nonlocal turns
        turns += 1
        if doubts and turns % 4 == 0 and turns // 4 <= doubts:
            raise KafkaTimeoutError

    step = Modest(target, doubt)
    assert await run(pipe(ground, source, step), lambda: ground.copied(target, PARTITIONS, PARTITIONS * COUNT)) == ALL
    assert step.asked.count("open") == doubts + 1
    # One that was read is handed in whole, and then what is left of it, three fewer each time.
    assert step.given[:3] == [step.given[0], step.given[0] - 3, step.given[0] - 6]


async def test_only_what_was_taken_counts_as_read(ground: Ground) -> None:
    """Stopped with some left: the offsets are behind what was taken, and the next one goes on there."""
    source, target = await filled(ground)
    step = Modest(target)
    loop = pipe(ground, source, step)

    async def two_turns() -> None:
        await until_asked(step, "committed", 2)

    await run(loop, two_turns)
    turns = step.asked.count("committed")
    assert sum(map(len, (await ground.copied(target, PARTITIONS, 6)).values())) == 3 * turns < PARTITIONS * COUNT
    offsets = [await ground.committed(f"{ground.name}-group", source, number) or 0 for number in range(PARTITIONS)]
    assert sum(offsets) == 3 * turns
    after = Modest(target)
    assert await run(pipe(ground, source, after), lambda: ground.copied(target, PARTITIONS, PARTITIONS * COUNT)) == ALL


async def until_asked(step: Copy, what: str, times: int) -> None:
    """Return when the pipe has asked something of a step so often."""

    async def so_often() -> bool:
        return step.asked.count(what) >= times

    await until(so_often)


async def test_a_step_for_which_more_waits_turns_again_at_once(ground: Ground) -> None:
    """It is not left waiting for records that do not come: ten turns take less than one poll that finds nothing."""
    source, target = await ground.topic(PARTITIONS), await ground.topic(PARTITIONS)
    step = Modest(target)
    loop = pipe(ground, source, step)

    async def ten() -> float:
        await step.opened.wait()
        began = asyncio.get_running_loop().time()
        step.waiting = 20
        loop.wake()
        await until_asked(step, "committed", 20)
        return asyncio.get_running_loop().time() - began

    assert await run(loop, ten) < 20 * 0.25
    assert (await ground.copied(target, PARTITIONS, 20))[0] == ["waited"] * 20
