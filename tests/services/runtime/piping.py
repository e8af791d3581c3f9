"""A pipe from one topic to another, under the name of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition

from schakel_services.runtime.health import Progress
from schakel_services.runtime.pipe import Pipe, Wake
from schakel_services.runtime.testing.copying import Copy
from schakel_services.runtime.testing.ground import Ground, until

NUMBERS = [(str(number), str(number)) for number in range(40)]
VALUES = [value for _, value in NUMBERS]


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
