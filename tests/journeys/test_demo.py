"""``schakel demo``: the whole story as one command, and what it says when it can't be played."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schakel_services.broker.server import status

Run = Callable[..., "subprocess.CompletedProcess[str]"]

KEYS = {"records_in", "published", "unchanged", "rejected", "decisions", "delivered", "after_withdrawal", "seconds"}


def test_the_story_is_played_and_every_promise_kept(demo: Any) -> None:
    """Exit code 0, and no promise that failed."""
    assert (demo.result["expectations"]["failed"], demo.returncode) == ([], 0)
    assert demo.result["expectations"]["met"] >= 60


def test_it_prints_one_json_object_and_nothing_else(demo: Any) -> None:
    """Standard output is for the machine that asked."""
    assert len(demo.stdout.splitlines()) == 1
    assert demo.stderr == ""
    assert demo.result.keys() >= KEYS


def test_the_numbers_agree_with_each_other(demo: Any) -> None:
    """What came in was published, unchanged or rejected; what was allowed was delivered or withheld."""
    result = demo.result
    decisions = result["decisions"]
    assert set(decisions) == {"permit", "reduced", "deny"}
    assert all(decisions.values())
    assert (result["rejected"], result["unchanged"]) == (3, 2)
    assert decisions["permit"] + decisions["reduced"] == result["delivered"] + result["withheld"]
    assert result["published"] >= result["records_in"] - result["rejected"] - result["unchanged"]


def test_nothing_left_after_the_withdrawal(demo: Any) -> None:
    """While updates flowed some were withheld at the last moment, and none left."""
    assert demo.result["withheld"] > 0
    assert demo.result["after_withdrawal"] == 0


def test_nothing_is_left_running(demo: Any) -> None:
    """The broker of its data folder is gone."""
    assert status(demo.data / "broker") is None


def test_an_unknown_chain_is_wrong_usage(schakel_demo: Run) -> None:
    """Exit code 2, and the chains that there are."""
    done = schakel_demo("--chain", "nergenshuizen")
    assert done.returncode == 2
    assert "twente" in done.stderr


def test_a_folder_with_something_in_it_is_wrong_usage(schakel_demo: Run, tmp_path: Path) -> None:
    """Yesterday's records would be counted with today's."""
    (tmp_path / "something").touch()
    assert schakel_demo("--data", str(tmp_path)).returncode == 2


BROKEN = "[chain]\nname = 'leeg'\n"
LONELY = """
[chain]
name = "kaal"
region = "Kaal"
purposes = ["reachability"]
[[partner]]
id = "een"
name = "Een"
oin = "00000099000000001000"
role = "EMP"
channel = { kind = "folder" }
agreements = [{ kind = "convenant", until = 2099-12-31 }]
"""


@pytest.mark.parametrize(
    ("chain", "says"),
    [(BROKEN, "line 1"), (LONELY, "GGZ")],
    ids=["a broken chain file", "a chain without the partners that the story needs"],
)
def test_what_keeps_it_from_starting_is_said_in_a_line(
    schakel_demo: Run, tmp_path: Path, chain: str, says: str
) -> None:
    """Exit code 1, no traceback."""
    file = tmp_path / "chain.toml"
    file.write_text(chain, "utf-8")
    done = schakel_demo("--chain", str(file), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
