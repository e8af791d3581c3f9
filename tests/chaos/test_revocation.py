"""A small measurement of withdrawals: no delivery begins after one, each has its effect, and a breach would be seen."""

import json
import subprocess
import sys
from typing import Any

import pytest

WITHDRAWALS, KILLS, RATE = 40, 2, 200
LIMIT_S = 600
ZEROS = (
    "begun_after_withdrawal",
    "arrived_after_withdrawal",
    "unproven",
    "lost",
    "duplicated",
    "reordered",
    "unaudited",
    "hanging_transactions",
)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """What ``schakel chaos --revocation`` came to, with workers killed meanwhile."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "chaos", "--revocation", "--json"]
    numbers = ["--withdrawals", str(WITHDRAWALS), "--kills", str(KILLS), "--rate", str(RATE), "--seed", "2"]
    done = subprocess.run(command + numbers, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == found["ok"]
    return found


def test_no_delivery_began_after_a_withdrawal(result: dict[str, Any]) -> None:
    """Nor did one arrive; each withdrawal was acknowledged and seen to have its effect, and nothing else was broken."""
    assert {name: result[name] for name in ZEROS} == dict.fromkeys(ZEROS, 0)
    assert result["acknowledged"] == WITHDRAWALS
    assert result["ok"]


def test_it_happened_in_mid_flight(result: dict[str, Any]) -> None:
    """Zeros mean nothing where nothing happened: workers died, all were told of, and all were refused."""
    assert sum(result["killed"].values()) == KILLS
    assert result["events"] > WITHDRAWALS * RATE / 10
    assert result["delivered"] > 2 * WITHDRAWALS
    assert result["denied"] + result["withheld"] > 2 * WITHDRAWALS


def test_what_was_measured_makes_sense(result: dict[str, Any]) -> None:
    """Every time is there, and none is negative."""
    for times in (result["request_to_ack_ms"], result["effect_ms"]):
        assert 0 < times["p50"] <= times["p99"] <= times["max"]


def test_without_the_barrier_it_would_show(result: dict[str, Any]) -> None:
    """The negative control: with a registry that is late, deliveries begin after a withdrawal."""
    assert result["controls"]["no_barrier"]["begun_after_withdrawal"] > 0
