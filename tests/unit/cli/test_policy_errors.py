"""With ``--json`` an error of ``schakel policy`` and ``schakel consent`` is one JSON line too, with the same keys."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts.policy.loading import TABLES
from schakel_services.cli.policy import group
from schakel_services.cli.testing.command import Said, schakel

ASKED = ("--event", "support_level.changed", "--source-role", "GGZ", "--recipient-role", "INC")
WHAT_IF = ("policy", "what-if", *ASKED)
TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
PROBLEM = {"option", "file", "row", "rule", "says", "fields"}
SECRET = "999990019"
NO_CONSENT = "00000000-0000-5000-8000-000000000000"


def problem(said: Said) -> dict[str, Any]:
    """Return the problem of an error: one line on standard output, beside the sentence for people."""
    line = said.line()
    assert line["ok"] is False
    assert line["problem"].keys() == PROBLEM
    assert line["problem"]["says"]
    assert said.err
    found: dict[str, Any] = line["problem"]
    return found


@pytest.mark.parametrize(
    ("arguments", "option", "rule"),
    [
        ((*WHAT_IF, "--recipient-role", "BOSS"), "--recipient-role", "bad_value"),
        ((*WHAT_IF, "--event", "relapse.occurred"), "--event", "unknown_event"),
        ((*WHAT_IF, "--purpose", "curiosity"), "--purpose", "bad_value"),
        ((*WHAT_IF, "--age", "-1"), "--age", "bad_value"),
        ((*WHAT_IF, "--bold"), "--bold", "no_such_option"),
        ((*WHAT_IF, "more"), None, "wrong_usage"),
        (("policy", "what-if"), "--event", "missing"),
        (("policy", "show", "F99-NOBODY"), "WHAT", "unknown_row"),
        (("policy", "matrix", "--category", "gossip"), "--category", "bad_value"),
        (("policy", "diff", "one"), "NEW", "missing"),
        (("policy", "undo"), None, "wrong_usage"),
        (("consent", "show", SECRET), "CONSENT_ID", "bad_value"),
        (("consent", "coverage", "--chain", SECRET), "--chain", "bad_value"),
    ],
)
def test_wrong_usage_is_a_line(arguments: tuple[str, ...], option: str | None, rule: str) -> None:
    """Typer's own errors too, without what was typed: it may be of somebody."""
    said = schakel(*arguments, "--json")
    found = problem(said)
    assert (said.exit_code, found["option"], found["rule"]) == (2, option, rule)
    assert SECRET not in said.out


def test_a_value_that_is_not_in_the_list_is_answered_with_the_list() -> None:
    """So that a program, or who reads its log, can choose."""
    assert "SHL" in problem(schakel(*WHAT_IF, "--source-role", "BOSS", "--json"))["says"]


@pytest.mark.parametrize("command", [("policy", "diff", "old", "new"), ("policy", "check", "old")])
def test_tables_that_do_not_load_are_a_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With file, row and rule, as ``policy check`` always did."""
    folders = [tmp_path / name for name in command[2:]]
    for folder in folders:
        folder.mkdir()
    said = schakel(*command[:2], *folders, "--json")
    found = problem(said)
    assert said.exit_code == 1
    assert (found["file"], found["rule"], found["says"]) == ("roles.toml", "present", "the table is missing")


def test_tables_that_are_not_in_force_in_a_chain_are_a_line() -> None:
    """What-if refuses as the gate of that chain would."""
    said = schakel(*WHAT_IF, "--chain", TWENTE, "--at", "2020-01-01", "--json")
    assert (said.exit_code, problem(said)["rule"]) == (1, "valid_from")


def test_what_got_wider_adds_no_line(tmp_path: Path) -> None:
    """The changes are the answer, and each line is one."""
    old, new = (Path(shutil.copytree(TABLES, tmp_path / name)) for name in ("old", "new"))
    roles = (new / "roles.toml").read_text("utf-8")
    (new / "roles.toml").write_text(roles.replace("wgbo = true\n", "", 1), "utf-8")
    said = schakel("policy", "diff", old, new, "--json", "--fail-on-widening")
    assert said.exit_code == 1
    assert all("direction" in line for line in said.lines())


def test_a_refusal_of_consent_is_a_line() -> None:
    """Where Kafka can't be reached, say."""
    said = schakel("consent", "show", NO_CONSENT, "--json", environment={"KAFKA_BOOTSTRAP_SERVERS": None})
    assert (said.exit_code, problem(said)["rule"]) == (1, "refused")


def test_an_unforeseen_error_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its kind and place alone."""
    monkeypatch.delenv("SCHAKEL_TRACEBACK", raising=False)
    monkeypatch.setattr(group, "print_json", _fail)
    said = schakel("policy", "matrix", "--json")
    assert (said.exit_code, len(said.err.splitlines())) == (1, 1)
    assert problem(said)["says"].startswith("unforeseen: ValueError at test_policy_errors.py:")
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize(
    "arguments", [(*WHAT_IF, "--age", "-1"), ("policy", "diff", "no", "no"), ("consent", "show", "x")]
)
def test_without_json_standard_output_stays_empty(arguments: tuple[str, ...]) -> None:
    """A person reads the sentence on standard error."""
    said = schakel(*arguments)
    assert said.exit_code in {1, 2}
    assert said.raw == b""
    assert said.err


def _fail(*_: object) -> None:
    raise ValueError(SECRET)


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(
    "typed",
    [
        ("999990019",),
        ("explain", "999990019"),
        ("explain", "topic/0/1", "999990019"),
        ("consent", "show", "999990019"),
        ("policy", "what-if", "--event", "999990019"),
        ("consent", "withdraw", "--consent-id", "999990019"),
    ],
)
def test_nine_digits_are_not_read_back(typed: tuple[str, ...], options: tuple[str, ...]) -> None:
    """They may be a BSN, typed where something else was meant."""
    said = schakel(*typed, *options)
    assert said.exit_code == 2
    assert "99999" not in said.out + said.err
