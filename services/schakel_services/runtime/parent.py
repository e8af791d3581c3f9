"""The life of a child: it ends when the process that started it has ended, however that ended."""

import os
import signal
import threading
import time

STOP_S = 15.0
"""How long the transactions at hand may take; who does not end by then is stuck."""


def end_with_parent(pipe: int = 0, stop_s: float = STOP_S) -> None:
    """End this process in order once the parent's end of a pipe is closed, by SIGTERM, and by SIGKILL if that fails.

    Not Linux's parent-death signal: that comes when the *thread* ends that started the child. Nothing may come through
    the pipe.
    """
    threading.Thread(target=_watch, args=(pipe, stop_s), name="parent", daemon=True).start()


def _watch(pipe: int, stop_s: float) -> None:
    # Not through ``sys.stdin``: its lock would be held when the interpreter ends.
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(stop_s)
    os.kill(os.getpid(), signal.SIGKILL)
