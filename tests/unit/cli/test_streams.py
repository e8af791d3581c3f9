"""Whatever the streams of a command are, it ends with the right exit code and at most one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = ("policy", "show", "F8-JOB")
LIST = ("connector", "list", "--json")
FULL = Path("/dev/full")


def command(arguments: tuple[str, ...], around: str = "", **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run ``schakel`` in a shell, which opens and closes its streams as ``around`` says."""
    words = [sys.executable, "-m", "schakel_services.cli.main", *arguments]
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {around}', "sh", *words],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_console_that_knows_no_accents_is_answered(encoding: str) -> None:
    """In full, with a question mark for what it can't show; for a program it stays JSON, and the same."""
    shown = command(("connector", "list"), PYTHONIOENCODING=encoding)
    assert (shown.returncode, shown.stderr) == (0, b"")
    plain, whole = command(LIST, PYTHONIOENCODING=encoding), command(LIST, PYTHONIOENCODING="utf-8")
    assert plain.returncode == 0
    assert [json.loads(line) for line in plain.stdout.splitlines()] == [
        json.loads(line) for line in whole.stdout.splitlines()
    ]


@pytest.mark.parametrize("arguments", [SHOW, LIST])
@pytest.mark.parametrize("around", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed_changes_no_exit_code(arguments: tuple[str, ...], around: str) -> None:
    """Nobody listens; the answer is the same."""
    done = command(arguments, around)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(
    "arguments", [SHOW, LIST, ("--help",), ("connector", "template", "--csv", "day_activity.resumed")]
)
def test_what_can_not_be_written_is_one_line(arguments: tuple[str, ...]) -> None:
    """A full disk is not a done command, and no traceback; what else there is to say is said once."""
    done = command(arguments, f"> {FULL}")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert b"No space left on device" in line


@pytest.mark.parametrize("arguments", [("policy", "show"), ("policy", "show", "--json")])
def test_who_reads_no_further_is_told_nothing(arguments: tuple[str, ...]) -> None:
    """As with ``| head -1``."""
    done = command(arguments, "| head -c 1")
    assert (len(done.stdout), done.stderr) == (1, b"")


def test_all_of_an_error_is_shown_on_request() -> None:
    """An error of the system that has nothing to do with the answer is not taken for one that has."""
    build = ("docs", "build", "--docs", "/dev/null/docs")
    shown, hidden = command(build, SCHAKEL_TRACEBACK="1"), command(build)
    assert (shown.returncode, hidden.returncode) == (1, 1)
    assert b"Traceback" in shown.stderr
    assert b"can't be written" not in shown.stderr
    assert hidden.stderr.startswith(b"unforeseen: NotADirectoryError (Not a directory) at ")
