"""A lock that the kernel gives back when its holder dies, however it dies.

A child that inherits the descriptor holds the lock for as long as it lives. That is how a running
broker is recognised: a pid in a file can be another process by now, a held lock can't.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.02


def take(path: Path, wait_s: float = 0) -> int | None:
    """Return a descriptor that holds the lock, or None when it is not free within ``wait_s``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(descriptor)
                return None
            time.sleep(POLL_S)
        else:
            return descriptor


def is_held(path: Path) -> bool:
    """Return whether a living process holds the lock."""
    return path.exists() and not became_free(path, wait_s=0)


def became_free(path: Path, wait_s: float) -> bool:
    """Return whether nobody holds the lock, now or within ``wait_s``."""
    descriptor = take(path, wait_s)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock for the length of a block, after waiting for it as long as it takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
