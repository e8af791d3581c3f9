"""Who runs on a data folder: one hub at a time, and no service that an earlier hub left behind."""

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schakel_services.broker.file_lock import became_free, take
from schakel_services.runtime.log import log

HUB_LOCK, SERVICE_LOCKS = "hub.lock", "running"
GLANCE_S = 0.2
"""Whether a lock is held is found out by taking it for an instant; whoever wants it waits that out."""

END_S = 30.0
"""Longer than a service that was told to end takes."""


class FolderInUse(RuntimeError):
    """Another hub, or what is left of one, runs on the data folder; the text is one line for a person."""


def claim(data: Path) -> int:
    """Return a descriptor that holds the folder for as long as it is open, with nothing of an earlier hub left on it.

    A service of a hub that was killed ends by itself, unless it stands still. It would go on under the chain file that
    it once read, so it is killed here, before any other starts. Raises ``FolderInUse``.
    """
    lock = take(data / HUB_LOCK, GLANCE_S)
    if lock is None:
        raise FolderInUse(f"another hub runs on {data}: stop that one first, or choose another folder with --data")
    try:
        for file in sorted((data / SERVICE_LOCKS).glob("*.lock")):
            _end(file)
    except BaseException:
        os.close(lock)
        raise
    return lock


@contextmanager
def service_lock(data: Path, name: str) -> Iterator[int]:
    """Yield a lock that the service's process must inherit: while it is held, that process lives.

    What is given up here is the hub's own share of it. Raises ``FolderInUse`` while another process has it.
    """
    lock = take(_file(data, name), GLANCE_S)
    if lock is None:
        raise FolderInUse(f"another {name} runs on {data}")
    try:
        # The last one's pid: until there is a new one, nobody is named.
        os.ftruncate(lock, 0)
        yield lock
    finally:
        os.close(lock)


def name_holder(lock: int, pid: int) -> None:
    """Write which process inherited a lock."""
    os.pwrite(lock, str(pid).encode(), 0)


def _file(data: Path, name: str) -> Path:
    return data / SERVICE_LOCKS / f"{name}.lock"


def _end(file: Path) -> None:
    """End who holds a service's lock, if anybody does; the pid is that of a living process only while it is held."""
    if became_free(file, GLANCE_S):
        return
    holder = file.read_text("ascii")
    if holder.isdecimal():
        log.warning("leftover_ended", name=file.stem, pid=int(holder))
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(holder), signal.SIGKILL)
    if not became_free(file, END_S):
        raise FolderInUse(f"{file.stem} of an earlier hub still runs on {file.parent.parent}, and does not end")
