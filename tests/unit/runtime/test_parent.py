"""A child ends with its parent, in order if it can."""

import signal
import subprocess
import sys

CHILD = """
import signal, sys, threading, time
from schakel_services.runtime.parent import end_with_parent
{before}
end_with_parent(stop_s=0.2)
print("runs", flush=True)
{then}
"""


def child(then: str, before: str = "") -> "subprocess.Popen[bytes]":
    """Return a child that runs, with a pipe that only this process holds open."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(before=before, then=then)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"runs\n"
    return process


def test_it_ends_in_order_when_the_pipe_closes() -> None:
    """As by SIGTERM, which lets the transaction at hand end; what comes through the pipe means nothing."""
    with child("time.sleep(60)", "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))") as process:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
        process.stdin.close()
        assert process.wait(10) == 7


def test_one_that_does_not_heed_is_killed() -> None:
    """A service that hangs must not outlive its hub."""
    with child("time.sleep(60)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == -signal.SIGKILL


def test_one_that_ends_by_itself_is_not_kept() -> None:
    """Whoever waits for the pipe holds nothing up."""
    with child("pass") as process:
        assert process.wait(10) == 0
