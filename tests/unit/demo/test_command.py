"""``schakel demo``: how the command ends, whatever the story came to; the story itself is a journey."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schakel_services.broker.errors import BrokerFailed
from schakel_services.cli.main import app
from schakel_services.demo import app as story
from schakel_services.demo.app import Played


def ends_with(monkeypatch: pytest.MonkeyPatch, outcome: Played | Exception) -> list[Path]:
    """Let the story end like this, and return the folders that it was given."""
    folders: list[Path] = []

    async def play(_chain: Path, data: Path, *_: Any) -> Played:
        folders.append(data)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(story, "play", play)
    # In this process the log stays pytest's.
    monkeypatch.setattr("schakel_services.runtime.log.configure_logs", lambda *_: None)
    return folders


def test_a_promise_that_was_not_kept_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers are printed all the same."""
    ends_with(monkeypatch, Played({"delivered": 3}, ("Niets kwam tweemaal aan",)))
    done = CliRunner().invoke(app, ["demo", "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"delivered": 3})


def test_a_story_that_went_well_is_exit_code_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its folder is gone afterwards."""
    folders = ends_with(monkeypatch, Played({}, ()))
    done = CliRunner().invoke(app, ["demo"])
    assert (done.exit_code, [folder.exists() for folder in folders]) == (0, [False])


def test_a_folder_is_kept_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the command says where it is."""
    folders = ends_with(monkeypatch, Played({}, ()))
    done = CliRunner().invoke(app, ["demo", "--keep"])
    assert str(folders[0]) in done.stderr.replace("\n", "")
    folders[0].rmdir()


def test_what_keeps_it_from_starting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and no traceback."""
    ends_with(monkeypatch, BrokerFailed("Kafka did not start"))
    done = CliRunner().invoke(app, ["demo", "--json"])
    assert (done.exit_code, done.stderr.strip()) == (1, "Kafka did not start")
    assert json.loads(done.stdout)["problem"]["says"] == "Kafka did not start"
