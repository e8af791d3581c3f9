"""SIGKILL to workers at random moments, and how long each was felt."""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from schakel_services.chaos.stage import SETTLE_S, WORKERS
from schakel_services.hub.hub import Hub


@dataclass(frozen=True)
class Outage:
    """One kill, and when all workers said again that they are ready."""

    began_at: datetime
    ended_at: datetime


class Killer:
    """Kill so many workers within a time; every worker has its turn before one has a second."""

    def __init__(self, hub: Hub, kills: int, seed: int) -> None:
        self._hub = hub
        self._kills = kills
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        self._recoveries: list[asyncio.Task[None]] = []
        self.killed: Counter[str] = Counter()
        self.outages: list[Outage] = []

    async def run(self, begin_s: float, end_s: float) -> None:
        """Kill at moments between the two, from now on, all equally likely; return when all are back."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        moments = sorted(now + self._rng.uniform(begin_s, end_s) for _ in range(self._kills))
        for moment, victim in zip(moments, self._victims(), strict=True):
            await asyncio.sleep(max(0.0, moment - loop.time()))
            await self._kill(victim)
        await asyncio.gather(*self._recoveries)

    def _victims(self) -> list[str]:
        found: list[str] = []
        while len(found) < self._kills:
            found += self._rng.sample(WORKERS, len(WORKERS))
        return found[: self._kills]

    async def _kill(self, victim: str) -> None:
        process = next(process for process in self._hub.processes if process.name == victim)
        while not process.signal(signal.SIGKILL):  # noqa: ASYNC110 - it is being started again: the kill waits for it
            await asyncio.sleep(0.05)
        self.killed[victim] += 1
        self._recoveries.append(asyncio.create_task(self._recover(datetime.now(UTC))))

    async def _recover(self, began_at: datetime) -> None:
        await self._hub.ready(SETTLE_S)
        self.outages.append(Outage(began_at, datetime.now(UTC)))
