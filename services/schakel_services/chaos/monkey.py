"""What breaks things, at moments that the seed decides."""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from pathlib import Path

from schakel_services.hub.hub import Hub

FREEZE_S = 6.0
"""Longer than the session of the chaos run, so that the group gives the partitions to another."""

VICTIMS = ("intake", "gate", "gate-1", "deliver", "broker")
WEIGHTS = (3, 3, 3, 3, 2)


class Monkey:
    """Kill a service or the broker now and then, and freeze a gate past its session once."""

    def __init__(self, hub: Hub, kills: int, seconds: float, seed: int) -> None:
        self._hub = hub
        self._kills = kills
        self._seconds = seconds
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        self.done: Counter[str] = Counter()

    async def run(self) -> None:
        """Break things, evenly spread over the time that the load takes, each a little off its moment."""
        gap = self._seconds / max(1, self._kills)
        freeze_at = self._kills // 2
        for number in range(self._kills):
            await asyncio.sleep(gap * self._rng.uniform(0.5, 1.5))
            if number == freeze_at:
                await self._freeze("gate")
            victim = self._rng.choices(VICTIMS, WEIGHTS)[0]
            if victim == "broker":
                await self._hub.kill_broker()
                await self._hub.start_broker()
            else:
                self._signal(victim, signal.SIGKILL)
            self.done[victim] += 1

    async def thaw_stopped(self) -> None:
        """Wake, for as long as this runs, a process that stopped itself at a failpoint, after the time of a freeze."""
        while True:
            await asyncio.sleep(0.2)
            for name in self._stopped():
                await asyncio.sleep(FREEZE_S)
                self._signal(name, signal.SIGCONT)
                self.done["thawed"] += 1

    async def all_thawed(self) -> None:
        """Return when no process stands still."""
        while self._stopped():  # noqa: ASYNC110 - the kernel's state gives no event
            await asyncio.sleep(0.2)

    def _stopped(self) -> list[str]:
        """Return the processes that the kernel says are stopped."""
        found = []
        for process in self._hub.processes:
            if process.pid is not None:
                with contextlib.suppress(OSError):
                    state = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
                    if state == "T":
                        found.append(process.name)
        return found

    async def _freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)
        await asyncio.sleep(FREEZE_S)
        self._signal(name, signal.SIGCONT)
        self.done["frozen"] += 1

    def _signal(self, name: str, number: signal.Signals) -> None:
        for process in self._hub.processes:
            if process.name == name:
                process.signal(number)
