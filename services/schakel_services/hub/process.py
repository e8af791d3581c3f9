"""One service as a child process, started again when it ends."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from schakel_services.hub.claim import FolderInUse, name_holder, service_lock
from schakel_services.runtime.log import log

ARGUMENTS = ("-m", "schakel_services.cli.main")
RESTART_S = 0.5
RESTART_S_MAX = 10.0
STOP_S = 15.0
QUICK_S, QUICK_ENDS_MAX = 3.0, 3
"""A service that ends this soon, this often in a row, before it ever listened, will not start by itself."""


class ServiceDidNotStart(RuntimeError):
    """A service did not become ready in time; names it, and where its log is."""


class ServiceProcess:
    """Run ``schakel run <service>`` for as long as the hub is up; its log goes to a file.

    A service is crash-only: whatever ends it, it is started again, after a growing pause. It ends when the hub does,
    however that ends: it reads a pipe that only the hub holds open.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], data: Path, port: int
    ) -> None:
        self.name = name
        self.port = port
        self.watch_port = 0
        """Where it answers about its health, and with its metrics."""

        self.starts = 0
        """How often it was started: which of its lives this is."""

        self.listens = False
        """Whether it listens in this life."""

        self.watched = True
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._data = data
        self._log_file = data / "logs" / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._given_up = asyncio.Event()
        self._stopping = asyncio.Event()
        self._quick_ends = 0

    @property
    def pid(self) -> int | None:
        """Return the process id, while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def start(self) -> None:
        """Start to run and watch it."""
        self._task = asyncio.create_task(self._watch(), name=self.name)

    async def listening(self, limit_s: float = 60.0) -> int:
        """Return the port once the service listens; raise ``ServiceDidNotStart`` after the limit."""
        waiting = [asyncio.create_task(event.wait()) for event in (self._listening, self._given_up)]
        await asyncio.wait(waiting, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if not self._listening.is_set():
            raise ServiceDidNotStart(f"{self.name}: see {self._log_file}")
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
        self._stopping.set()
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
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            with contextlib.suppress(FolderInUse):
                # By what is left of its last life: the next try finds it gone, or it is given up.
                await self._run()
            if self._stopping.is_set():
                return
            lived = asyncio.get_running_loop().time() - began
            quick = lived < QUICK_S
            pause = min(pause * 2, RESTART_S_MAX) if quick else RESTART_S
            self._quick_ends = self._quick_ends + 1 if quick else 0
            if self._quick_ends >= QUICK_ENDS_MAX:
                self._given_up.set()
            log.warning("service_ended", name=self.name, seconds=round(lived, 1))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run(self) -> None:
        self.starts += 1
        self.listens = False
        with self._log_file.open("ab") as out, service_lock(self._data, self.name) as lock:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *ARGUMENTS,
                *self._arguments,
                "--port",
                str(self.port),
                "--watch-port",
                str(self.watch_port),
                "--end-with-stdin",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                env=self._environment,
                start_new_session=True,
                pass_fds=(lock,),
            )
            name_holder(lock, self._process.pid)
        if self._stopping.is_set():
            # ``stop`` came while it was being started, and found nobody to tell.
            self.signal(signal.SIGTERM)
        if self._process.stdout is not None:
            async for line in self._process.stdout:
                self._heard(line)
        await self._process.wait()

    def _heard(self, line: bytes) -> None:
        """The first line that a service prints says where it listens; a restart keeps the ports."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            self.port, self.watch_port = int(said["port"]), int(said["watch_port"])
            self.listens = True
            self._listening.set()
