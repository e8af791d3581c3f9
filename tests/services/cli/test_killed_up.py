"""``schakel up`` that is killed: its services end with it, or are ended by the next; and two never share a folder."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schakel_services.broker import server
from schakel_services.broker.file_lock import became_free, is_held
from schakel_services.broker.folders import cache_folder

LIMIT_S = 60
SERVICES = {"intake", "gate", "deliver", "clock"}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; the broker that stays on it after a kill is stopped at the end."""
    yield tmp_path / "data"
    server.kill(tmp_path / "data" / "broker")


def command(tmp_path: Path, chain_text: str) -> list[str]:
    """Return the command that starts a hub."""
    chain = tmp_path / "chain.toml"
    chain.write_text(chain_text, "utf-8")
    up = [sys.executable, "-m", "schakel_services.cli.main", "up", "--chain", str(chain)]
    return [*up, "--data", str(tmp_path / "data")]


@contextmanager
def up(arguments: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a hub, from ready to its end."""
    environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    with (
        log.open("ab") as out,
        subprocess.Popen(
            arguments,
            env=environment | {"SCHAKEL_CACHE": str(cache_folder(os.environ))},
            stdout=subprocess.PIPE,
            stderr=out,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith(b"ready "), f"it did not start; see {log}"
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT_S)


def locks(data: Path) -> dict[str, Path]:
    """Return the lock of each service that ever ran on a folder."""
    return {file.stem: file for file in (data / "running").glob("*.lock")}


def test_nothing_of_a_hub_that_was_killed_decides_any_more(tmp_path: Path, data: Path, chain_text: str) -> None:
    """Its services end by themselves; one that stands still is ended before the next hub's services start."""
    arguments = command(tmp_path, chain_text)
    log = tmp_path / "up.log"
    with up(arguments, log) as process:
        assert set(locks(data)) == SERVICES
        refused = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"another hub runs on {data}: stop that one first" in refused.stderr
        gate = int(locks(data)["gate"].read_text())
        os.kill(gate, signal.SIGSTOP)
        process.kill()
    for service in SERVICES - {"gate"}:
        assert became_free(locks(data)[service], LIMIT_S), service
    assert is_held(locks(data)["gate"])
    with up(arguments, log):
        assert int(locks(data)["gate"].read_text()) != gate
        # A child of nobody any more: the system has taken leave of it, or is about to.
        state = Path(f"/proc/{gate}/stat")
        assert not state.exists() or state.read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    assert b"leftover_ended" in log.read_bytes()
    open_to_others = [path for path in data.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_to_others == []
