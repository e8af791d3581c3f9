"""One hub on a data folder, and nothing left of an earlier one."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schakel_services.hub import claim as module
from schakel_services.hub.claim import FolderInUse, claim, name_holder, service_lock

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]


def left_behind(data: Path, *, named: bool = True) -> "subprocess.Popen[bytes]":
    """Return a service of a hub that is gone."""
    with service_lock(data, "gate") as lock:
        process = subprocess.Popen(SLEEPS, pass_fds=(lock,))
        if named:
            name_holder(lock, process.pid)
    return process


def test_a_second_hub_on_a_folder_is_refused(tmp_path: Path) -> None:
    """Both would decide, each by what it read at its start; when the first has gone, the folder is free."""
    first = claim(tmp_path)
    with pytest.raises(FolderInUse, match=rf"\Aanother hub runs on {re.escape(str(tmp_path))}: .*--data\Z"):
        claim(tmp_path)
    os.close(first)
    os.close(claim(tmp_path))


def test_a_service_that_was_left_behind_is_ended(tmp_path: Path) -> None:
    """Also one that stands still, which no polite signal reaches."""
    process = left_behind(tmp_path)
    process.send_signal(signal.SIGSTOP)
    os.close(claim(tmp_path))
    assert process.wait(10) == -signal.SIGKILL


def test_a_pid_of_old_is_nobodys(tmp_path: Path) -> None:
    """The lock tells who lives: the number may be another process by now."""
    with service_lock(tmp_path, "gate") as lock:
        name_holder(lock, os.getpid())
    os.close(claim(tmp_path))


def test_one_whose_pid_nobody_wrote_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub was killed right after it started it; while it lives the folder is in use, and the next try may go."""
    monkeypatch.setattr(module, "END_S", 0.1)
    process = left_behind(tmp_path, named=False)
    with pytest.raises(FolderInUse, match=r"\Agate of an earlier hub still runs on "):
        claim(tmp_path)
    process.kill()
    process.wait()
    os.close(claim(tmp_path))


def test_the_next_life_of_a_service_names_nobody_until_it_runs(tmp_path: Path) -> None:
    """Else the pid of the last one would be killed for it."""
    with service_lock(tmp_path, "gate") as lock:
        name_holder(lock, 4_000_000)
    with service_lock(tmp_path, "gate"):
        assert (tmp_path / "running" / "gate.lock").read_text() == ""
    with service_lock(tmp_path, "gate"), pytest.raises(FolderInUse), service_lock(tmp_path, "gate"):
        pass
