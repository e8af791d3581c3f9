"""Whose turn it is at a partner: one process at a time, and whoever starts last has it."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError, ProducerFenced

from schakel_services.runtime.log import log
from schakel_services.runtime.pipe import Pipe, Wake
from schakel_services.runtime.table import TableBehind


class Tenure:
    """Tell a successor from a predecessor by the owner on the log.

    A fence alone does not say who came later: the broker also fences a process that stood still in a transaction, or
    one that could not yet say that it is there. And not every doubt is a fence. So the owner on the log decides.
    """

    def __init__(self, instance: bytes) -> None:
        self._before: set[bytes | None] = {instance}
        self._opened = False

    def opens(self, owner: bytes | None) -> None:
        """Take note of the owner on the log after the fence, at each opening.

        Whoever stands there at the first opening came before. At a later one, after a doubt, it may be a successor:
        then raises ``ProducerFenced``, so that two processes don't fence each other in turn.
        """
        if not self._opened:
            self._opened = True
            self._before.add(owner)
        elif self.is_another(owner):
            raise ProducerFenced("another process has taken over")

    def is_another(self, owner: bytes | None) -> bool:
        """Say whether an owner on the log came after this process."""
        return owner not in self._before


async def run_alone(
    pipe: Pipe, tenure: Tenure, owner: Callable[[], Awaitable[bytes | None]], settling_s: float
) -> None:
    """Run an exclusive pipe until it is stopped, or until another process has taken over: then it stays down.

    ``owner`` reads who is on the log; ``settling_s`` is how long a successor may take to say who it is.
    """
    while await pipe.run() is Wake.FENCED:
        pipe.progress.gone = True
        pipe.progress.down()
        if tenure.is_another(await _settled(pipe, owner, settling_s)):
            log.error("taken_over", pipe=pipe.progress.name)
            return
        pipe.progress.gone = False


async def _settled(pipe: Pipe, owner: Callable[[], Awaitable[bytes | None]], settling_s: float) -> bytes | None:
    """Return the owner on the log, once a successor must have said that it is there."""
    while True:
        await asyncio.sleep(settling_s)
        try:
            return await owner()
        except (KafkaError, OSError, TableBehind) as error:
            log.warning("owner_unknown", pipe=pipe.progress.name, error=type(error).__name__)
