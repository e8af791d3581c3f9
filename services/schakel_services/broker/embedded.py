"""A broker as an object: for tests, the demonstration and the chaos suite."""

import subprocess
from pathlib import Path
from typing import Self

from schakel_services.broker import server
from schakel_services.broker.errors import BrokerFailed
from schakel_services.broker.ports import HOST, free_port


class EmbeddedBroker:
    """A real Kafka of one's own, on the same port for as long as the object lives.

    Every method returns when it has happened; in an event loop, call them through
    ``asyncio.to_thread``. As a context manager it is started and stopped. With ``die_with_parent``
    it is killed when this process ends, however that ends.
    """

    def __init__(self, data: Path, cache: Path, port: int | None = None, *, die_with_parent: bool = False) -> None:
        self._data = data
        self._cache = cache
        self._port = port or free_port()
        self._die_with_parent = die_with_parent
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients; it stays the same over restarts."""
        return f"{HOST}:{self._port}"

    @property
    def log(self) -> Path:
        """Kafka's own log."""
        return self._data / "kafka.log"

    @property
    def pid(self) -> int:
        """The process that runs it now; raises ``BrokerFailed`` when none does."""
        running = server.status(self._data)
        if running is None:
            raise BrokerFailed("the broker does not run")
        return running.pid

    def start(self) -> Self:
        """Start it, or notice that it runs; it answers when this returns."""
        running = server.start(self._data, self._cache, self._port)
        if running.process is not None:
            self._reap()
            self._process = running.process
            if self._die_with_parent:
                self._watcher = _watch(running.pid)
        return self

    def stop(self) -> None:
        """Stop it cleanly, if it runs; its records stay."""
        server.stop(self._data)
        self._reap()

    def kill(self) -> None:
        """Kill it, if it runs, as a power cut would."""
        server.kill(self._data)
        self._reap()

    def restart(self) -> None:
        """Stop it cleanly and start it again with its records."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _reap(self) -> None:
        if self._watcher:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None
        if self._process:
            self._process.wait()
            self._process = None


def _watch(pid: int) -> "subprocess.Popen[bytes]":
    """Return a process that kills ``pid`` and its session when this one ends, and closes the pipe it reads.

    Not Linux's parent-death signal: that comes when the *thread* ends that started the child.
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill -s KILL -- "-$1"', "sh", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
