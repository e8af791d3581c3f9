"""A small chaos run, with the controls that must fail: the large one is ``make chaos``."""

import json
import subprocess
import sys

import pytest

PROMISES = ("lost", "duplicated", "reordered", "after_withdrawal", "unaudited", "hanging_transactions")


@pytest.fixture(scope="module")
def result() -> dict[str, object]:
    """What ``schakel chaos`` says of a run with a few kills, a frozen gate and withdrawals meanwhile."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "chaos", "--json"]
    options = ["--records", "1200", "--kills", "3", "--seed", "2"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr[-2_000:]
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("promise", PROMISES)
def test_no_promise_is_broken(result: dict[str, object], promise: str) -> None:
    """Whatever is killed, nothing is lost, doubled, reordered, sent too late, unaudited or left hanging."""
    assert result[promise] == 0


def test_something_was_broken_and_something_delivered(result: dict[str, object]) -> None:
    """A run in which nothing happened would prove nothing."""
    assert result["broken"]
    assert int(str(result["delivered"])) > 0
    assert int(str(result["withdrawals"])) > 0


def test_negative_controls_are_caught(result: dict[str, object]) -> None:
    """Without fencing the same run doubles; without the barrier it sends after a withdrawal: the counts see it."""
    controls = result["controls"]
    assert isinstance(controls, dict)
    assert {name: control["caught"] for name, control in controls.items()} == dict.fromkeys(controls, True)
    assert {"no_fencing", "no_barrier"} <= set(controls)
