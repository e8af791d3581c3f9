"""A stream of updates about one person, as busy systems send them: one after the other, without a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from schakel_services.demo.expectations import StoryStopped
from schakel_services.demo.partner_system import Answer

LIMIT_S = 30.0


class Stream:
    """Sends until it is stopped; ``send`` sends the n-th update and returns the answer."""

    def __init__(self, send: Callable[[int], Awaitable[Answer]]) -> None:
        self.events: list[UUID] = []
        """What came of every update that was taken, in order."""

        self._send = send
        self._stopping = False
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name="stream")

    async def reach(self, count: int) -> None:
        """Return once so many updates were taken, or the stream is over; raises ``StoryStopped`` after the limit."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while len(self.events) < count and self._task is not None and not self._task.done():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise StoryStopped(f"{count} updates of the stream") from None

    async def stop(self) -> None:
        """Return once the update under way was answered; an error of the stream is raised here."""
        self._stopping = True
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        number = 0
        try:
            while not self._stopping:
                answer = await self._send(number)
                number += 1
                self.events += answer.events
                self._moved.set()
        finally:
            # Whoever waits must not wait for a stream that is over.
            self._moved.set()
