"""Starts, stops and tells of the broker that lives in a data folder."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from schakel_services.broker.class_cache import class_cache
from schakel_services.broker.errors import BrokerFailed
from schakel_services.broker.file_lock import POLL_S, became_free, is_held, take
from schakel_services.broker.install import kafka_jars
from schakel_services.broker.ports import HOST
from schakel_services.broker.probe import cluster_id
from schakel_services.broker.state import State, read_state, write_state
from schakel_services.broker.storage import prepare

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
GLANCE_S = 0.2
"""``status`` holds the lock for an instant to see whether it is free; a start waits that out."""


@dataclass(frozen=True)
class Running:
    """A broker that answers."""

    pid: int
    port: int
    version: str
    ready_in_s: float | None = None
    process: "subprocess.Popen[bytes] | None" = None
    """Set when this call started it; the caller's to reap."""

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"{HOST}:{self.port}"


def start(data: Path, cache: Path, port: int | None = None) -> Running:
    """Return the broker of this folder once it answers; start it when it does not run.

    Idempotent: of two who start at once, one starts it and both wait. Without ``port`` it listens
    where it listened before, or on a free port. Raises ``BrokerFailed``.
    """
    began = time.monotonic()
    data = data.absolute()
    jars = kafka_jars(cache)
    try:
        lock = take(data / "lock", GLANCE_S)
        if lock is None:
            return _join(data, port, began)
        state, process = _launch(jars, data, port, lock)
    except OSError as error:
        raise BrokerFailed(f"the data folder {data} can't be used: {error.strerror}") from error
    return _ready(data, state, process, began)


def status(data: Path) -> Running | None:
    """Return the broker of this folder, or None when no process runs it.

    The lock tells, not the pid in the file, which may be another process by now.
    """
    if not is_held(data / "lock"):
        return None
    state = read_state(data / "state.json")
    if state is None or state.pid is None:
        return None
    return Running(state.pid, state.port, state.version)


def stop(data: Path, timeout_s: float = STOP_TIMEOUT_S) -> bool:
    """Return whether there was a broker to stop; now it is gone, and its records stay.

    It gets SIGTERM, and SIGKILL when it has not ended after ``timeout_s``. Raises ``BrokerFailed``
    if that fails too. The first one that ends takes seconds longer, for what makes later starts faster.
    """
    return _end(data, (signal.SIGTERM, timeout_s), (signal.SIGKILL, STOP_TIMEOUT_S))


def kill(data: Path) -> bool:
    """Return whether there was a broker to kill; it ended as in a power cut."""
    return _end(data, (signal.SIGKILL, STOP_TIMEOUT_S))


def _launch(jars: Path, data: Path, port: int | None, lock: int) -> tuple[State, "subprocess.Popen[bytes]"]:
    """Start the process and hand it the lock, which is given up here whatever happens."""
    try:
        with class_cache(jars) as classes:
            state, command = prepare(jars, data, port, classes)
            process = _spawn(command, data, (lock, *classes.inherited))
        write_state(data / "state.json", replace(state, pid=process.pid, started=int(time.time())))
    finally:
        os.close(lock)
    return state, process


def _spawn(command: list[str], data: Path, locks: tuple[int, ...]) -> "subprocess.Popen[bytes]":
    with (data / "kafka.out").open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=data,
            # It lives as long as it holds the lock, and Ctrl-C in a terminal is not meant for it.
            pass_fds=locks,
            start_new_session=True,
        )


def _ready(data: Path, state: State, process: "subprocess.Popen[bytes]", began: float) -> Running:
    until = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < until:
        # The id shows that the listener is this broker, not another that took the port.
        if cluster_id(state.port) == state.cluster_id:
            ready_in_s = round(time.monotonic() - began, 3)
            return Running(process.pid, state.port, state.version, ready_in_s, process)
        if process.poll() is not None:
            raise BrokerFailed(f"Kafka stopped while it started; it says why in {data / 'kafka.log'}")
        time.sleep(POLL_S)
    process.kill()
    process.wait()
    raise BrokerFailed(f"Kafka was not ready in {READY_TIMEOUT_S:.0f} s; see {data / 'kafka.log'}")


def _join(data: Path, port: int | None, began: float) -> Running:
    until = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < until and is_held(data / "lock"):
        state = read_state(data / "state.json")
        if state and state.pid:
            if port not in {None, state.port}:
                raise BrokerFailed(f"the broker of {data} runs already, on port {state.port}")
            if cluster_id(state.port) == state.cluster_id:
                ready_in_s = round(time.monotonic() - began, 3)
                return Running(state.pid, state.port, state.version, ready_in_s)
        time.sleep(POLL_S)
    raise BrokerFailed(f"another process starts the broker of {data}, but it did not become ready")


def _end(data: Path, *signals: tuple[signal.Signals, float]) -> bool:
    running = status(data)
    if running is None:
        return False
    for number, limit_s in signals:
        with contextlib.suppress(ProcessLookupError):
            # Killed with all of its session: Java may be making its cache of classes, in a process of its own.
            (os.killpg if number == signal.SIGKILL else os.kill)(running.pid, number)
        if became_free(data / "lock", limit_s):
            return True
    raise BrokerFailed(f"the broker of {data}, process {running.pid}, does not end")
