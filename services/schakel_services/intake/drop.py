"""The folder in which a partner drops files for one connector, and what lies below it. Nothing but the disk in here.

A file is claimed before it is read: one rename brings it into a folder of its own below ``.taking/``. So what is put
away afterwards is what was read, whatever its sender put under that name meanwhile. What lies there is not written
over, no link followed, and at each step a crash leaves the claimed file where it is taken again. What is put away,
and what is told of it, gets its name once it is whole: who waits for a name never reads half a file.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from schakel_services.intake.names import problem_of
from schakel_services.intake.place import Place, hidden, mode_in, reserve

TAKING, ACCEPTED, REJECTED = ".taking", "accepted", "rejected"
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
OTHERS, GROUP = 0o007, 0o070


class Mark(NamedTuple):
    """What changes when a file does."""

    size: int
    changed_ns: int
    inode: int


class Entry(NamedTuple):
    """A file that waits, by its name; ``claim`` is its folder below ``.taking/`` once it is claimed."""

    name: str
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """How a file is put away: whole, or parted in what was accepted and what was refused."""

    folder: str
    report: bytes | None = None
    parts: tuple[bytes, bytes] | None = None
    """Accepted, refused."""


class Drop:
    """One such folder; every call may be repeated, also after one of which nobody heard the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = False

    def waiting(self) -> dict[Entry, Mark]:
        """Return every file that waits, those included that an earlier process had claimed."""
        self._make()
        found = {Entry(name): mark for name, mark in _files(self._path) if _is_finished(name)}
        with self._opened(TAKING) as taking:
            for claim in _names(taking):
                with suppress(OSError), _folder(claim, taking) as folder:
                    marks = {Entry(name, claim): _mark(name, folder) for name in _names(folder)}
                    found |= {entry: mark for entry, mark in marks.items() if mark is not None}
                    if not marks:
                        os.rmdir(claim, dir_fd=taking)
        return found

    def claim(self, name: str) -> Entry:
        """Claim the file that has this name now."""
        claim = secrets.token_hex(8)
        with self._opened() as here, self._opened(TAKING) as taking:
            os.mkdir(claim, 0o700, dir_fd=taking)
            with _folder(claim, taking) as folder:
                os.rename(name, name, src_dir_fd=here, dst_dir_fd=folder)
        return Entry(name, claim)

    def read(self, claimed: Entry, mark: Mark, size_max: int) -> bytes | None:
        """Return at most one byte more than it may have; None when it is not, or no longer, what it was."""
        with self._opened_claim(claimed) as folder:
            if _mark(claimed.name, folder) != mark:
                return None
            with os.fdopen(os.open(claimed.name, READ, dir_fd=folder), "rb") as file:
                return file.read(size_max + 1)

    def put_away(self, claimed: Entry, mark: Mark, away: Away, now_s: float) -> None:
        """Put a file away with what is told of it; leave it when it changed since, to be taken again."""
        with suppress(FileNotFoundError), self._opened_claim(claimed) as folder:
            found = _mark(claimed.name, folder)
            if found == mark and away.parts is None:
                self._move(claimed.name, folder, away, now_s)
            elif found == mark and away.parts is not None:
                self._part(claimed.name, folder, away, away.parts)
        with suppress(OSError), self._opened(TAKING) as taking:
            os.rmdir(claimed.claim, dir_fd=taking)

    def clear(self, before_s: float) -> None:
        """Remove what was put away before a moment."""
        self._make()
        for name in (ACCEPTED, REJECTED):
            with self._opened(name) as folder:
                for each in _names(folder):
                    found = os.stat(each, dir_fd=folder, follow_symlinks=False)
                    # Where the time of a file of somebody else's can't be set, the move itself was a change.
                    if stat.S_ISREG(found.st_mode) and max(found.st_mtime, found.st_ctime) < before_s:
                        os.unlink(each, dir_fd=folder)

    def _make(self) -> None:
        """Make what is missing; what lies here names persons, so others may not read it."""
        if self._made:
            return
        self._path.mkdir(parents=True, exist_ok=True)
        for name, mode in ((TAKING, 0o700), (ACCEPTED, 0o770), (REJECTED, 0o770)):
            with suppress(FileExistsError):
                (self._path / name).mkdir(mode)
            with self._opened(name) as folder, suppress(PermissionError):
                os.fchmod(folder, _closed(folder))
        self._made = True

    def _move(self, name: str, folder: int, away: Away, now_s: float) -> None:
        with self._reserved(away.folder, name, away.report) as place:
            os.rename(name, place.name, src_dir_fd=folder, dst_dir_fd=place.folder)
        # It may be a file of another user's; then it is the folder that others may not read.
        with suppress(OSError), self._opened(away.folder) as target, _file(place.name, target) as file:
            os.fchmod(file, mode_in(target))
            os.utime(file, (now_s, now_s))

    def _part(self, name: str, folder: int, away: Away, parts: tuple[bytes, bytes]) -> None:
        """Write what was refused first, and take the file away last."""
        accepted, refused = parts
        with self._reserved(REJECTED, name, away.report) as place:
            place.put(place.name, refused)
            with self._reserved(ACCEPTED, name, None) as other:
                other.put(other.name, accepted)
                os.unlink(name, dir_fd=folder)

    @contextmanager
    def _reserved(self, where: str, name: str, report: bytes | None) -> Iterator["Place"]:
        """Yield a name in a folder that is ours, beside the report; when that fails nothing of it is left."""
        with self._opened(where) as folder:
            place = reserve(name, folder)
            try:
                if report is not None:
                    place.put(problem_of(place.name), report)
                yield place
            except BaseException:
                place.leave(place.shown)
                raise
            finally:
                place.leave([hidden(problem_of(place.name)), hidden(place.name)])

    @contextmanager
    def _opened(self, name: str = "") -> Iterator[int]:
        with _folder(str(self._path / name)) as folder:
            yield folder

    @contextmanager
    def _opened_claim(self, claimed: Entry) -> Iterator[int]:
        with self._opened(TAKING) as taking, _folder(claimed.claim, taking) as folder:
            yield folder


@contextmanager
def _folder(name: str, within: int | None = None) -> Iterator[int]:
    found = os.open(name, FOLDER, dir_fd=within)
    try:
        yield found
    finally:
        os.close(found)


@contextmanager
def _file(name: str, folder: int) -> Iterator[int]:
    found = os.open(name, READ, dir_fd=folder)
    try:
        yield found
    finally:
        os.close(found)


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _files(path: Path) -> Iterator[tuple[str, Mark]]:
    with _folder(str(path)) as folder:
        for name in _names(folder):
            if (mark := _mark(name, folder)) is not None:
                yield name, mark


def _mark(name: str, folder: int) -> Mark | None:
    """Return the mark of a file; None for what is none, such as a link, or is gone."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return Mark(found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _is_finished(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(UNFINISHED)


def _closed(folder: int) -> int:
    """Return the mode of a folder without rights for others; those of a group stay only where somebody meant them.

    That is where new files get the folder's group, or where it has an access list, of which those bits are the limit.
    """
    mode = stat.S_IMODE(os.fstat(folder).st_mode)
    return mode & ~(OTHERS if mode & stat.S_ISGID or _has_list(folder) else OTHERS | GROUP)


def _has_list(folder: int) -> bool:
    try:
        return bool(os.getxattr(folder, "system.posix_acl_access"))
    except (OSError, AttributeError):
        return False
