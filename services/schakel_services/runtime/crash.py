"""A programmer's error in a loop ends the process: it is started again, and says where it was."""

import asyncio
import os
import signal
import traceback
from typing import Any

from schakel_services.runtime.log import log


def place_of(error: BaseException) -> str:
    """Return ``file:line`` of where it was raised; never its text, which may quote a record."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "unknown"


def end_process_on_crash(task: "asyncio.Task[Any]") -> None:
    """Watch a task that must not fail: when it does, say so and end this process (crash-only)."""
    task.add_done_callback(_crashed)


def _crashed(task: "asyncio.Task[Any]") -> None:
    if task.cancelled() or (error := task.exception()) is None:
        return
    log.critical("loop_crashed", pipe=task.get_name(), error=type(error).__name__, place=place_of(error))
    os.kill(os.getpid(), signal.SIGTERM)
