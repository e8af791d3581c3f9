"""``schakel chain check`` names file, line, field and rule."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schakel_services.chain.ending import ending_agreements
from schakel_services.chain.load import load_chain
from schakel_services.cli.testing.command import schakel

TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
KEYS = {"file", "ok", "problems", "warnings", "summary"}


@pytest.fixture
def twente() -> str:
    """The text of the chain that is shipped."""
    return TWENTE.read_text("utf-8")


def test_the_shipped_chain_is_right() -> None:
    """And it says who is in it."""
    said = schakel("chain", "check", TWENTE, "--json")
    line = said.line()
    assert (said.exit_code, set(line), line["problems"]) == (0, KEYS, [])
    assert line["summary"]["name"] == "twente"
    assert line["summary"]["roles"]["GGZ"] == 2
    assert line["summary"]["connectors"]["suwiml"] == ["uwv-twente", "gemeente-esveld-inkomen"]
    assert "care_coordination" in line["summary"]["purposes"]
    assert {"id", "name", "role", "connectors", "channel", "agreed_until"} == line["summary"]["partners"][0].keys()
    assert "ggz-het-veen" in schakel("chain", "check", TWENTE).out


def test_each_problem_is_a_line_with_place_field_and_rule(twente: str, tmp_path: Path) -> None:
    """Every one that is found, not the first only."""
    file = tmp_path / "bad.toml"
    file.write_text(twente.replace('role = "UWV"', 'role = "XYZ"').replace('"ggz-het-veen"\n', '"GGZ"\n'), "utf-8")
    line_of_id = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if 'id = "GGZ"' in text)
    line_of_role = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if '"XYZ"' in text)
    said = schakel("chain", "check", file)
    assert said.exit_code == 1
    assert said.out.splitlines() == [
        f"{file}: line {line_of_id}: partner.0.id: string_pattern_mismatch",
        f"{file}: line {line_of_role}: partner.1.role: enum",
    ]
    problems = schakel("chain", "check", file, "--json").line()["problems"]
    assert [(one["line"], one["field"], one["rule"]) for one in problems] == [
        (line_of_id, "partner.0.id", "string_pattern_mismatch"),
        (line_of_role, "partner.1.role", "enum"),
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"[chain\n", "not_toml"),
        (b"\xff\xfe\x00", "not_utf_8"),
        (None, "no_such_file"),
        (b"a = " + b"[" * 100_000, "not_toml"),
    ],
)
def test_what_is_no_chain_file_is_a_problem_too(content: bytes | None, rule: str, tmp_path: Path) -> None:
    """Never a traceback; a file that is not there included."""
    file = tmp_path / "chain.toml"
    if content is not None:
        file.write_bytes(content)
    said = schakel("chain", "check", file, "--json")
    assert (said.exit_code, said.line()["ok"], said.line()["summary"]) == (1, False, None)
    assert [problem["rule"] for problem in said.line()["problems"]] == [rule]


def test_agreements_that_end_soon_are_told_and_refuse_nothing(twente: str, tmp_path: Path) -> None:
    """The file is right, and somebody should call the partner."""
    today = datetime.now(UTC).date()
    file = tmp_path / "chain.toml"
    file.write_text(twente.replace("2028-12-31", str(today + timedelta(days=30)), 1), "utf-8")
    said = schakel("chain", "check", file, "--json")
    (warning,) = said.line()["warnings"]
    assert said.exit_code == 0
    assert (warning["field"], warning["rule"]) == ("partner.0.agreements.0.until", "agreement_ends_soon")
    assert (warning["partner"], warning["until"]) == ("ggz-het-veen", str(today + timedelta(days=30)))
    assert "agreement_ends_soon" in schakel("chain", "check", file).out


@pytest.mark.parametrize(
    ("today", "rules"),
    [
        (date(2028, 11, 1), {"agreement_ends_soon"}),
        (date(2028, 12, 31), {"agreement_ends_soon"}),
        (date(2029, 1, 1), {"agreement_ended"}),
        (date(2028, 10, 31), set()),
    ],
)
def test_soon_is_60_days_and_the_last_day_counts(today: date, rules: set[str], twente: str) -> None:
    """All agreements of the shipped chain end on 31 December 2028."""
    assert {ending.rule for ending in ending_agreements(load_chain(TWENTE), twente, today)} == rules


def test_the_mark_that_an_editor_puts_before_a_file_is_no_mistake(tmp_path: Path) -> None:
    """Windows writes one; what is wrong is named by its own line all the same."""
    marked = tmp_path / "marked.toml"
    marked.write_bytes(b"\xef\xbb\xbf" + TWENTE.read_bytes())
    assert schakel("chain", "check", marked).exit_code == 0
