"""A clock that runs ahead, for tests and the demo: ten months pass in a moment.

``SCHAKEL_CLOCK_OFFSET`` says how many seconds it is ahead; ``SCHAKEL_CLOCK_FILE`` names a file that says so and may
change while services run. Neither is for production: with a broker on another machine a service refuses to start, and
it logs an error at its start and at every move.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from schakel_services.runtime.log import log
from schakel_services.runtime.settings import NotConfigured, Settings

Now = Callable[[], datetime]
OFFSET, FILE = "SCHAKEL_CLOCK_OFFSET", "SCHAKEL_CLOCK_FILE"
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})


def moved(settings: Settings, now: Now, environment: Mapping[str, str] | None = None) -> Now:
    """Return the clock as it is, or moved where the environment says so; ``NotConfigured`` where that is refused."""
    found = os.environ if environment is None else environment
    offset, file = found.get(OFFSET), found.get(FILE)
    if not offset and not file:
        return now
    if not all(address.rpartition(":")[0] in THIS_MACHINE for address in settings.cluster.bootstrap.split(",")):
        raise NotConfigured(f"{OFFSET if offset else FILE}: for tests and the demo, with a broker on this machine only")
    return _moved(now, _seconds(offset or "0", OFFSET), Path(file) if file else None)


def move_clock(file: Path, ahead: timedelta) -> None:
    """Let the clocks that look at a file run so far ahead; written aside first, so that nobody reads half of it."""
    aside = file.with_suffix(".new")
    aside.write_text(str(int(ahead.total_seconds())), "ascii")
    aside.replace(file)


@cache
def _moved(now: Now, seconds: int, file: Path | None) -> Now:
    """Return the one clock of this process, which speaks of its moves once."""
    log.error("clock_is_moved", seconds=seconds)
    return _RunsAhead(now, seconds, file)


class _RunsAhead:
    """Now, and some seconds."""

    def __init__(self, now: Now, seconds: int, file: Path | None) -> None:
        self._now = now
        self._file = file
        self._fixed = seconds
        self.seconds = seconds

    def __call__(self) -> datetime:
        self.look()
        return self._now() + timedelta(seconds=self.seconds)

    def look(self) -> None:
        """Read the file, if there is one; a file that is not there moves nothing."""
        if self._file is None or not self._file.exists():
            return
        seconds = self._fixed + _seconds(self._file.read_text("ascii"), FILE)
        if seconds != self.seconds:
            self.seconds = seconds
            log.error("clock_is_moved", seconds=seconds)


def _seconds(text: str, name: str) -> int:
    """Read how far ahead; a clock never runs behind: what it has said would come again."""
    if not text.strip().isdigit():
        raise NotConfigured(f"{name}: seconds, not negative")
    return int(text)
