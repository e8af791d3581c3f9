"""What is wrong with a file that a question names is said in a sentence: which option, which file, and what."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schakel_services.cli.testing.command import Said, schakel

ASKED = ("--event", "support_level.changed", "--source-role", "GGZ", "--recipient-role", "INC")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ID = "00000000-0000-0000-0000-000000000001"
SECRET = "999990019"
REQUEST = f'{{"id": "{ID}", "party": "desk", "article": "PW64(1)(n)", "categories": [], "valid_until": "%s"}}'
CONSENT = f'{{"id": "{ID}", "form": "written", "valid_until": "%s"}}'
RELATION = (
    f'{{"kind": "relation", "id": "{ID}", "party": "desk", "role": "INC", "asserted_by": "a", "valid_until": "%s"}}'
)


def ask(option: str, file: Path) -> Said:
    """Ask with one file, as a program does."""
    return schakel("policy", "what-if", *ASKED, "--at", NOW.isoformat(), option, file, "--json")


def problem(said: Said, option: str, file: Path) -> dict[str, Any]:
    """Return the problem with a file; people read the same, with option and file."""
    assert said.exit_code == 2
    found: dict[str, Any] = said.line()["problem"]
    assert (found["option"], found["file"]) == (option, str(file))
    assert f"{option}: {file}: {found['says']}" in " ".join(said.err.split())
    assert SECRET not in said.err + said.out
    return found


@pytest.mark.parametrize("option", ["--consent", "--request", "--record"])
@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        (b"", "empty", "an empty file"),
        (b" \n", "empty", "an empty file"),
        (b"not json 999990019", "not_json", "not JSON"),
        (b"[" * 60_000, "not_json", "not JSON"),
        (b"[]", "not_an_object", "no JSON object"),
        (b'"999990019"', "not_an_object", "no JSON object"),
        ("{}".encode("utf-16"), "not_utf8", "not in UTF-8"),
        (b"{" + b" " * 70_000 + b"}", "too_large", "larger than 65536 bytes"),
        (b'{"999990019": 1}', "contract", ""),
    ],
    ids=["nothing", "blank", "prose", "deep", "list", "text", "utf-16", "large", "strange"],
)
def test_a_file_that_is_no_record_says_what_it_is(
    tmp_path: Path, option: str, content: bytes, rule: str, says: str
) -> None:
    """Whichever option names it; nothing of what stands in it is told."""
    file = tmp_path / "list.json"
    file.write_bytes(content)
    found = problem(ask(option, file), option, file)
    assert found["rule"] == rule
    assert says in found["says"]


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """Also a folder."""
    nowhere = tmp_path / "none.json"
    assert problem(ask("--consent", nowhere), "--consent", nowhere)["rule"] == "no_such_file"
    assert problem(ask("--record", tmp_path), "--record", tmp_path)["rule"] == "unreadable"


def test_a_chain_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """And one that can't be used, each rule that it breaks."""
    nowhere = tmp_path / "none.toml"
    assert problem(ask("--chain", nowhere), "--chain", nowhere)["rule"] == "no_such_file"
    nowhere.write_text("[chain]\nname = 'x'\n", "utf-8")
    broken = problem(ask("--chain", nowhere), "--chain", nowhere)
    assert broken["rule"] == "chain"
    assert {"field": "region", "rule": "missing"} in broken["fields"]


@pytest.mark.parametrize(
    ("option", "content", "field", "rule"),
    [
        ("--consent", '{"kind": "consent"}', "form", "missing"),
        ("--consent", '{"id": "x", "form": "written", "bsn": "999990019"}', "bsn", "extra_forbidden"),
        ("--consent", f'{{"id": "{ID}", "form": "999990019"}}', "form", "enum"),
        ("--consent", f'{{"id": "{ID}", "form": "digital", "recipients": [{{}}]}}', "recipients.0.party", "missing"),
        ("--consent", f'{{"id": "{ID}", "form": "written", "999990019": 1}}', "?", "extra_forbidden"),
        ("--record", f'{{"kind": "consent", "id": "{ID}"}}', "form", "missing"),
        ("--record", f'{{"id": "{ID}"}}', "kind", "missing"),
        ("--record", '{"kind": "999990019"}', "kind", "enum"),
    ],
)  # fmt: skip
def test_a_record_that_breaks_its_contract_names_field_and_rule(
    tmp_path: Path, option: str, content: str, field: str, rule: str
) -> None:
    """And no value; a name that no contract has is not told either."""
    file = tmp_path / "record.json"
    file.write_text(content, "utf-8")
    found = problem(ask(option, file), option, file)
    assert found["rule"] == "contract"
    assert {"field": field, "rule": rule} in found["fields"]
    assert f"{field}: {rule}" in found["says"]


@pytest.mark.parametrize(("option", "content"), [("--consent", CONSENT), ("--request", REQUEST)])
def test_a_day_where_a_moment_belongs_is_refused(tmp_path: Path, option: str, content: str) -> None:
    """It would be read as the first instant of that day, and somebody meant the last day."""
    file = tmp_path / "record.json"
    file.write_text(content % "2026-12-15", "utf-8")
    found = problem(ask(option, file), option, file)
    assert found["fields"] == [{"field": "valid_until", "rule": "day_without_time"}]
    file.write_text(content % "2026-12-15T23:59:59+01:00", "utf-8")
    assert ask(option, file).exit_code == 0


def test_a_day_where_a_day_belongs_is_a_day(tmp_path: Path) -> None:
    """The last day of a relation counts whole."""
    file = tmp_path / "relation.json"
    file.write_text(RELATION % "2026-11-24", "utf-8")
    assert ask("--record", file).line()["reason"] == "no_consent"
    file.write_text(RELATION % "2026-11-23", "utf-8")
    assert ask("--record", file).line()["reason"] == "no_relation"


def test_the_mark_that_editors_put_first_does_no_harm(tmp_path: Path) -> None:
    """A file as Windows writes it."""
    file = tmp_path / "consent.json"
    file.write_text(CONSENT % "2026-12-15T23:59:59+01:00", "utf-8-sig")
    assert ask("--consent", file).exit_code == 0
