"""Failpoints are for the chaos suite: off unless the environment says otherwise."""

import os
import signal
import subprocess
import sys

import pytest

from schakel_services.runtime import failpoint


def test_none_is_active_by_default() -> None:
    """What runs here runs as it does in production."""
    assert failpoint.ACTIVE == {}
    assert failpoint.pass_failpoint("transactional_id", "gate-0") == "gate-0"
    assert failpoint.barrier_is_on()
    assert failpoint.registry_lag_s() == 0.0


def test_each_is_turned_on_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several at once, with or without a value; what is not named stays off."""
    monkeypatch.setattr(failpoint, "ACTIVE", failpoint._parse("no_fencing,slow_registry=1.5"))
    first, second = (failpoint.pass_failpoint("transactional_id", "gate-0") for _ in range(2))
    assert len({first, second, "gate-0"}) == 3
    assert failpoint.registry_lag_s() == 1.5
    assert failpoint.barrier_is_on()


def test_no_barrier_is_no_barrier(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control takes it away, and nothing else."""
    monkeypatch.setattr(failpoint, "ACTIVE", failpoint._parse("no_barrier"))
    assert not failpoint.barrier_is_on()
    assert failpoint.pass_failpoint("transactional_id", "gate-0") == "gate-0"


PROGRAM = """
from schakel_services.runtime.failpoint import pass_failpoint
for number in range(1, 5):
    print(number, flush=True)
    pass_failpoint("before_transaction")
"""


def test_a_freeze_comes_once_at_its_turn() -> None:
    """The process stands still before its second transaction, and goes on when it is woken."""
    environment = os.environ | {"SCHAKEL_FAILPOINTS": "freeze_before_transaction=2"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True) as child:
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        child.send_signal(signal.SIGCONT)
        out, _ = child.communicate(timeout=20)
        assert out.split() == ["1", "2", "3", "4"]
        assert child.returncode == 0
