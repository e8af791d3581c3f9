"""A small chaos run, as anybody can run it: every promise holds, and the controls show that a breach would be seen."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RECORDS, KILLS = 1_200, 3
LIMIT_S = 900
PROMISES = (
    "lost",
    "duplicated",
    "reordered",
    "after_withdrawal",
    "unaudited",
    "hanging_transactions",
    "lost_markers",
)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """What ``schakel chaos`` came to: services and broker killed, a gate frozen, consents withdrawn meanwhile."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "chaos", "--json"]
    numbers = ["--records", str(RECORDS), "--kills", str(KILLS), "--seed", "2"]
    done = subprocess.run(command + numbers, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.stdout, done.stderr + _ends_of_logs(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == found["ok"]
    return found


def _ends_of_logs(said: str) -> str:
    """Return how the logs end that a message points at: on another machine nobody can look there afterwards."""
    folder = Path(said.rpartition("see ")[2].strip() or "nowhere")
    logs = sorted(folder.glob("*.log")) if folder.is_dir() else []
    return "\n".join(f"--- {log.name}\n{log.read_text('utf-8')[-3_000:]}" for log in logs)


def test_every_promise_held(result: dict[str, Any]) -> None:
    """Nothing lost, doubled, out of order, delivered after a withdrawal or left out of the audit; nothing hangs."""
    assert {name: result[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0)
    assert result["ok"]


def test_something_was_broken_and_something_flowed(result: dict[str, Any]) -> None:
    """Zeros mean nothing where nothing happened: all kills fell, a gate stood still, people withdrew in mid-flight."""
    broken = result["broken"]
    assert sum(count for name, count in broken.items() if name not in {"frozen", "thawed"}) == KILLS
    assert broken["frozen"] == 1
    assert result["withdrawals"] >= 2
    assert result["delivered"] > RECORDS
    assert result["transactions"] > 20


def test_without_fencing_it_would_show(result: dict[str, Any]) -> None:
    """The first negative control: a gate that was frozen past its session writes a second time."""
    assert result["controls"]["no_fencing"]["duplicated"] > 0


def test_without_the_barrier_it_would_show(result: dict[str, Any]) -> None:
    """The second: with a registry that is late, deliveries begin after a withdrawal; with the barrier none does."""
    assert result["controls"]["no_barrier"]["after_withdrawal"] > 0
    assert result["controls"]["slow_registry_with_barrier"] == {"after_withdrawal": 0, "caught": True}
