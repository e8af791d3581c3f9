"""Work done in forks of this process, a few at a time: each begins with all that is in memory, and leaves no trace."""

import json
import os
import resource
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

BROKE_DOWN = 70


class BrokeDown(Exception):
    """A fork failed at its work; it says where."""


class Forks:
    """Runs work, and hands over what it returns; ``no_end`` instead where it used up its time."""

    def __init__(self, at_once: int, no_end: Any) -> None:
        self._at_once, self._no_end = at_once, no_end
        self._running: dict[int, tuple[TemporaryDirectory[str], Callable[[Any], None]]] = {}

    def begin(self, work: Callable[[], Any], limit_s: int, hand_over: Callable[[Any], None]) -> None:
        """Begin as soon as there is room; ``limit_s`` is the processor's time, so that a busy machine ends none."""
        self.wait(self._at_once - 1)
        folder = TemporaryDirectory(prefix="mutant-")
        pid = os.fork()
        if pid == 0:
            _child(work, Path(folder.name), limit_s)
        self._running[pid] = folder, hand_over

    def wait(self, still_running: int = 0) -> None:
        """Wait until no more than so many run."""
        while len(self._running) > still_running:
            pid, status = os.wait()
            folder, hand_over = self._running.pop(pid)
            with folder:
                code = os.waitstatus_to_exitcode(status)
                if code > 0:
                    raise BrokeDown(_said(folder.name).read_text("utf-8"))
                hand_over(self._no_end if code else json.loads(_said(folder.name).read_text("utf-8")))


def _said(folder: str | Path) -> Path:
    return Path(folder) / "said"


def _child(work: Callable[[], Any], folder: Path, limit_s: int) -> NoReturn:
    """Do it, with pytest's temporary folders in one that goes away, and end at once: no clean-up of the parent's."""
    code = BROKE_DOWN
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
        _said(folder).write_text(json.dumps(work()), "utf-8")
        code = 0
    except BaseException:  # noqa: BLE001  (the parent raises it)
        _said(folder).write_text(traceback.format_exc(), "utf-8")
    finally:
        os._exit(code)
