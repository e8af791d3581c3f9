"""One file on its way to a folder: it gets its name last, and only while somebody waits for it."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from schakel_services.deliver.channel import CheckTooOld, Parcel

MODE = 0o666
"""Before the umask."""


class FileWrite:
    """Write one whole file under a name of its own; run in a thread, where each call may hang.

    No link is followed inside the folder: what stands under the name is replaced, not written through. What was given
    up before it got its name never gets it; what was given up while it got it is taken back.
    """

    def __init__(self, folder: Path, parcel: Parcel, is_fresh: Callable[[], bool]) -> None:
        self.name = f"{parcel.sequence:010d}-{parcel.id}.json"
        self.opened = False
        """There is a folder."""

        self.named = False
        """It may be there from here on."""

        self._folder = folder
        self._body = parcel.body
        self._is_fresh = is_fresh
        self._lock = threading.Lock()
        self._given_up = False

    def give_up(self) -> None:
        """Nobody waits any more; from here on ``named`` no longer changes."""
        with self._lock:
            self._given_up = True

    def __call__(self) -> None:
        """Write it, or raise ``OSError``, or ``CheckTooOld`` when nothing was left behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._is_fresh():
            raise CheckTooOld
        directory = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.opened = True
            self._write(directory, f".{self.name}.part")
        finally:
            os.close(directory)

    def _write(self, directory: int, unfinished: str) -> None:
        _remove(directory, unfinished)
        try:
            self._fill(directory, unfinished)
            if not self._is_fresh():
                raise CheckTooOld
            if not self._may_be_named():
                return
            os.rename(unfinished, self.name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)
        finally:
            _remove(directory, unfinished)
        if self._is_given_up():
            _remove(directory, self.name)

    def _fill(self, directory: int, unfinished: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(unfinished, flags, MODE, dir_fd=directory), "wb") as file:
            file.write(self._body)
            file.flush()
            os.fsync(file.fileno())

    def _may_be_named(self) -> bool:
        with self._lock:
            self.named = not self._given_up
            return self.named

    def _is_given_up(self) -> bool:
        with self._lock:
            return self._given_up


def _remove(directory: int, name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=directory)
