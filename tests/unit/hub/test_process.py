"""A service as a child: where it listens, and what is said when it can't start."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from schakel_services.broker.file_lock import became_free, is_held
from schakel_services.hub import process as module
from schakel_services.hub.process import ServiceDidNotStart, ServiceProcess


def service(tmp_path: Path, *arguments: str) -> ServiceProcess:
    """Return a service that is not started."""
    (tmp_path / "logs").mkdir(exist_ok=True)
    return ServiceProcess("gate", arguments, {}, tmp_path, 0)


async def test_the_first_line_says_where_it_listens(tmp_path: Path) -> None:
    """And where it is watched; whatever else it prints is no address."""
    gate = service(tmp_path)
    said = b'{"port": 8181, "watch_port": 8282}\n'
    for line in (b"hello\n", b'{"service": "gate"}\n', b'{"port": null}\n', b"[1]\n", said):
        gate._heard(line)
    assert (await gate.listening(0.1), gate.watch_port, gate.listens) == (8181, 8282, True)


async def test_one_that_never_listens_is_named(tmp_path: Path) -> None:
    """With where its log is."""
    with pytest.raises(ServiceDidNotStart, match=rf"\Agate: see {tmp_path}/logs/gate\.log\Z"):
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
    assert (tmp_path / "logs" / "gate.log").read_text()
    assert gate.pid is None


async def test_nobody_gets_a_signal_that_is_not_there(tmp_path: Path) -> None:
    """Before it starts, and stopping it then is no mistake."""
    gate = service(tmp_path)
    assert gate.signal(signal.SIGKILL) is False
    await gate.stop()


async def test_a_child_holds_its_lock_and_ends_when_the_hub_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pipe on its standard input is open for as long as the hub lives; who is left behind can be found."""
    monkeypatch.setattr(sys, "executable", "/bin/sh")
    monkeypatch.setattr(module, "ARGUMENTS", ("-c", "read -r _"))
    gate = service(tmp_path)
    gate.start()
    lock = tmp_path / "running" / "gate.lock"
    while gate.pid is None or not lock.read_text():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    process = gate._process
    assert process is not None
    assert process.stdin is not None
    assert (is_held(lock), lock.read_text()) == (True, str(gate.pid))
    gate._stopping.set()
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 10) == 1
    assert became_free(lock, 5)
    await gate.stop()
