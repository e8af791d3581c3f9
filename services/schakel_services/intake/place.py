"""A name in a folder, kept while the file is made that gets it: nobody finds half a file under a name."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field

from schakel_services.intake.names import fitting, problem_of

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a folder that no other process of ours takes: its hidden form is kept meanwhile."""

    folder: int
    name: str
    shown: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        """Let a file appear under a name, whole."""
        with suppress(FileExistsError):  # the name itself is kept so
            _take(hidden(name), self.folder)
        _fill(hidden(name), self.folder, content)
        os.rename(hidden(name), name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        self.shown.append(name)

    def leave(self, names: list[str]) -> None:
        """Remove what is there of them."""
        for each in names:
            with suppress(OSError):
                os.unlink(each, dir_fd=self.folder)


def reserve(name: str, folder: int) -> Place:
    """Take a name that is free, and whose report has a free one too."""
    number = 1
    while True:
        place = Place(folder, fitting(name, number))
        with suppress(FileExistsError):
            _take(hidden(place.name), folder)
            if not any(_is_there(each, folder) for each in (place.name, problem_of(place.name))):
                return place
            place.leave([hidden(place.name)])
        number += 1


def hidden(name: str) -> str:
    """Return the form of a name under which nobody looks for a file."""
    return "." + name


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _take(name: str, folder: int) -> None:
    os.close(os.open(name, NEW, mode_in(folder), dir_fd=folder))


def _fill(name: str, folder: int, content: bytes) -> None:
    """Write a file whose name is ours, down to the disk: the one that it is made from goes after it."""
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW, dir_fd=folder), "wb") as file:
        os.fchmod(file.fileno(), mode_in(folder))
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def mode_in(folder: int) -> int:
    """Return who may read a file: whoever may read its folder."""
    return stat.S_IMODE(os.fstat(folder).st_mode) & 0o640
