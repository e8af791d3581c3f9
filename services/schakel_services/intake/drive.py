"""One partner's drive: what is done on it is done in a thread of its own, and waited for within a limit.

A network drive that hangs keeps that thread, and nobody else: the loop that serves all partners goes on.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

LIMIT_S = 10.0
"""For one step, such as to read a file; and for those that wait before it."""

Found = TypeVar("Found")


class Drive:
    """Do one thing after another; what nobody waits for any longer is not begun."""

    def __init__(self, name: str, limit_s: float = LIMIT_S) -> None:
        self._name = name
        self._limit_s = limit_s
        self._asked: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], Found]) -> Found:
        """Return what the work returns; raise what it raises, and ``TimeoutError`` past the limit.

        Work that was begun goes on all the same, so it must leave things as they may be found at any later time.
        """
        if self._thread is None:
            # A daemon: a drive that hangs must not keep the process from ending.
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._asked.put((work, answer))
        async with asyncio.timeout(self._limit_s):
            return await answer

    def _work(self) -> None:
        while True:
            work, answer = self._asked.get()
            if answer.cancelled():
                continue
            try:
                told = partial(_tell, answer, work())
            except Exception as error:  # noqa: BLE001 - whoever asked gets it
                told = partial(_fail, answer, error)
            try:
                answer.get_loop().call_soon_threadsafe(told)
            except RuntimeError:  # the loop has ended
                return


def _tell(answer: "asyncio.Future[Any]", found: object) -> None:
    if not answer.done():
        answer.set_result(found)


def _fail(answer: "asyncio.Future[Any]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
