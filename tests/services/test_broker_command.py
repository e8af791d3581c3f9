"""``schakel broker`` says the same to people, programs and shells."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from schakel_services.broker.folders import cache_folder

SCHAKEL = Path(sys.executable).with_name("schakel")
KEYS = {"running", "bootstrap", "pid", "version", "data", "ready_in_s"}


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with data of its own; a broker that a failed test left is stopped."""
    kept = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    own = {"SCHAKEL_DATA": str(tmp_path), "SCHAKEL_CACHE": str(cache_folder(os.environ))}
    yield kept | own
    schakel(kept | own, "stop")


def schakel(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    return subprocess.run(
        [SCHAKEL, "broker", *arguments],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one JSON line that a command printed."""
    (only,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


def test_a_broker_is_started_told_of_and_stopped(environment: dict[str, str]) -> None:
    """Exit codes and JSON follow the broker's life; the same keys each time."""
    before = schakel(environment, "status", "--json")
    started = schakel(environment, "start", "--json")
    during = schakel(environment, "status", "--json")
    stopped = schakel(environment, "stop", "--json")
    after = schakel(environment, "status")
    assert [one.returncode for one in (before, started, during, stopped, after)] == [1, 0, 0, 0, 1]
    assert all(line(one).keys() == KEYS for one in (before, started, during, stopped))
    assert line(started)["running"]
    assert line(started)["bootstrap"] == line(during)["bootstrap"]
    assert line(started)["pid"] == line(during)["pid"]
    assert line(started)["data"] == f"{environment['SCHAKEL_DATA']}/broker"
    assert not line(stopped)["running"]


def test_wrong_usage_is_two(environment: dict[str, str]) -> None:
    """A port that can't be one is the caller's mistake, not a failure."""
    assert schakel(environment, "start", "--port", "80").returncode == 2


def test_a_broker_that_is_there_is_used(environment: dict[str, str], kafka: str) -> None:
    """With KAFKA_BOOTSTRAP_SERVERS nothing is started."""
    done = schakel(environment | {"KAFKA_BOOTSTRAP_SERVERS": kafka}, "start", "--json")
    assert done.returncode == 0
    assert line(done) == dict.fromkeys(KEYS) | {"running": True, "bootstrap": kafka}
    assert schakel(environment, "status").returncode == 1


def test_a_broker_that_should_be_there_is_missed(environment: dict[str, str]) -> None:
    """KAFKA_BOOTSTRAP_SERVERS names one that does not answer: refused, in one line."""
    done = schakel(environment | {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"}, "start")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "does not answer" in done.stderr
