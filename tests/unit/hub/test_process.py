"""A service as a child: where it listens, and what is said when it can't start."""

import signal
import sys
from pathlib import Path

import pytest

from schakel_services.hub import process as module
from schakel_services.hub.process import ServiceDidNotStart, ServiceProcess


def service(tmp_path: Path, *arguments: str) -> ServiceProcess:
    """Return a service that is not started."""
    return ServiceProcess("gate", arguments, {}, tmp_path / "gate.log", 0)


async def test_the_first_line_says_where_it_listens(tmp_path: Path) -> None:
    """Whatever else it prints is no address."""
    gate = service(tmp_path)
    for line in (b"hello\n", b'{"service": "gate"}\n', b'{"port": null}\n', b"[1]\n", b'{"port": 8181}\n'):
        gate._heard(line)
    assert await gate.listening(0.1) == 8181


async def test_one_that_never_listens_is_named(tmp_path: Path) -> None:
    """With where its log is."""
    with pytest.raises(ServiceDidNotStart, match=rf"\Agate: see {tmp_path}/gate\.log\Z"):
        await service(tmp_path).listening(0.01)


async def test_one_that_ends_at_once_each_time_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried three times; whoever waits for it hears that long before the limit. What it said is in its log."""
    monkeypatch.setattr(module, "RESTART_S", 0.001)
    monkeypatch.setattr(sys, "executable", "/bin/sh")
    gate = service(tmp_path)
    gate.start()
    with pytest.raises(ServiceDidNotStart):
        await gate.listening(30)
    await gate.stop()
    assert gate.starts >= 3
    assert (tmp_path / "gate.log").read_text()
    assert gate.pid is None


async def test_nobody_gets_a_signal_that_is_not_there(tmp_path: Path) -> None:
    """Before it starts, and stopping it then is no mistake."""
    gate = service(tmp_path)
    assert gate.signal(signal.SIGKILL) is False
    await gate.stop()
