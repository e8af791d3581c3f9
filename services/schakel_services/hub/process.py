"""One service as a child process, started again when it ends."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from schakel_services.runtime.log import log

RESTART_S = 0.5
RESTART_S_MAX = 10.0
STOP_S = 15.0


class ServiceDidNotStart(RuntimeError):
    """A service did not become ready in time; names it, and where its log is."""


class ServiceProcess:
    """Run ``schakel run <service>`` for as long as the hub is up; its log goes to a file.

    A service is crash-only: whatever ends it, it is started again, after a growing pause.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log_file: Path, port: int
    ) -> None:
        self.name = name
        self.port = port
        self.starts = 0
        self.watched = True
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """Return the process id, while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def start(self) -> None:
        """Start to run and watch it."""
        self._task = asyncio.create_task(self._watch(), name=self.name)

    async def listening(self, limit_s: float = 60.0) -> int:
        """Return the port once the service listens; raise ``ServiceDidNotStart`` after the limit."""
        try:
            async with asyncio.timeout(limit_s):
                await self._listening.wait()
        except TimeoutError:
            raise ServiceDidNotStart(f"{self.name}: see {self._log_file}") from None
        return self.port

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal; say whether there was a process."""
        if self.pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return True

    async def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL after a limit."""
        self._stopping = True
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=STOP_S)
        if not done:
            self.signal(signal.SIGKILL)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        pause = RESTART_S
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            await self._run()
            if self._stopping:
                return
            lived = asyncio.get_running_loop().time() - began
            pause = RESTART_S if lived > RESTART_S_MAX else min(pause * 2, RESTART_S_MAX)
            log.warning("service_ended", name=self.name, seconds=round(lived, 1))
            await asyncio.sleep(pause)

    async def _run(self) -> None:
        self.starts += 1
        with self._log_file.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "schakel_services.cli.main",
                *self._arguments,
                "--port",
                str(self.port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                env=self._environment,
                start_new_session=True,
            )
            if self._process.stdout is not None:
                async for line in self._process.stdout:
                    self._heard(line)
            await self._process.wait()

    def _heard(self, line: bytes) -> None:
        """The first line that a service prints says where it listens; a restart keeps the port."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            self.port = int(json.loads(line)["port"])
            self._listening.set()
