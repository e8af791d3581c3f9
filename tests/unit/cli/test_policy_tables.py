"""``schakel policy show``, ``matrix``, ``diff`` and ``check``: the tables as people read, compare and prove them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schakel_contracts.codes import Category, Role
from schakel_contracts.policy.loading import TABLES, load_policy
from schakel_services.cli.policy.letters import MEANINGS
from schakel_services.cli.testing.command import schakel

STAMP = {"version", "valid_from", "valid_until", "signed", "digest", "rows"}
CHANGE = {"table", "row", "field", "before", "after", "direction", "between"}
CARE_PLAN, SUPPORT, CARE_ROW = "flows/care_plan.toml", "flows/support_level.toml", "CP-ZVW-CARE"
KEPT = {"policy.toml", "roles.toml", "purposes.toml", "bases.toml", "never.toml"}
KEPT |= {"care_plan.toml", "support_level.toml"}
Edit = Callable[[str, str, str], None]


def some_of(folder: Path) -> Path:
    """Copy the tables that Schakel ships, with the flows of two subjects alone: enough to compare, quicker to load."""
    shutil.copytree(TABLES, folder, ignore=lambda _, names: [n for n in names if n not in KEPT and "." in n])
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder of tables."""
    return some_of(tmp_path / "old")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Another with the same content."""
    return some_of(tmp_path / "copy")


@pytest.fixture
def edit(copy: Path) -> Edit:
    """Return what replaces one text in one table of the copy."""

    def replace(table: str, old: str, new: str) -> None:
        text = (copy / table).read_text("utf-8")
        assert old in text
        (copy / table).write_text(text.replace(old, new, 1), "utf-8")

    return replace


def test_show_tells_version_signature_and_every_row() -> None:
    """As JSON lines: the tables first, then each row with the table in which it stands."""
    first, *rows = schakel("policy", "show", "--json").lines()
    policy = load_policy()
    assert first.keys() == {"kind", "signature"} | STAMP
    assert (first["kind"], first["digest"]) == ("policy", policy.digest)
    assert [row["id"] for row in rows] == list(policy.rows)
    assert {row["kind"] for row in rows} == {"row"}
    assert all((TABLES / row["table"]).is_file() for row in rows)


@pytest.mark.parametrize("what", ["F8-INC", "support_level.changed"])
def test_show_tells_a_row_in_dutch(what: str) -> None:
    """By its own name or by its event; with purpose, basis, articles and what is masked."""
    said = schakel("policy", "show", what)
    assert said.exit_code == 0
    for words in ("niet ondertekend", "Op- en afschalen", "overweging 43 AVG", "van wie het komt", "vier werkuren"):
        assert words in said.out


def test_show_of_nothing_is_wrong_usage() -> None:
    """A row that is not there."""
    assert schakel("policy", "show", "F99-NOBODY").exit_code == 2


def test_matrix_has_a_cell_for_each_category_and_role() -> None:
    """In the letters of which the legend tells, and no others."""
    lines = schakel("policy", "matrix", "--json").lines()
    assert {line["category"] for line in lines} == set(Category)
    known = set(MEANINGS)
    for line in lines:
        assert line["cells"].keys() == set(Role)
        for cell in line["cells"].values():
            assert set(cell.replace(" · ", " ").replace("/", " ").split()) <= known


def test_matrix_shows_what_goes_as_a_field_of_something_else() -> None:
    """No event is about an employer's name alone; the desks and the coach get it with a placement, school never."""
    lines = schakel("policy", "matrix", "--category", "employer_name", "--json").lines()
    (from_employer,) = [line for line in lines if "EMP" in line["sources"]]
    assert from_employer["cells"]["INC"] == from_employer["cells"]["JOB"] == "S"
    assert from_employer["cells"]["SCH"] == from_employer["cells"]["GGZ"] == "N"
    assert not any("GGZ" in line["sources"] for line in lines)


def test_matrix_says_what_the_rows_say() -> None:
    """Of the care plan: a boolean to the income desk with a checked consent, and nothing to an employer."""
    lines = schakel("policy", "matrix", "--category", "care_plan_status", "--json").lines()
    (ggz,) = [line for line in lines if "GGZ" in line["sources"]]
    (day,) = [line for line in lines if "DAY" in line["sources"]]
    assert (ggz["cells"]["INC"], ggz["cells"]["WMO"], ggz["cells"]["EMP"]) == ("CX m", "C", "N")
    assert (day["cells"]["INC"], day["cells"]["WMO"], day["cells"]["CIT"]) == ("N", "S", "A")
    assert "gaat naar niemand" not in schakel("policy", "matrix", "--category", "care_plan_status").out


def test_two_copies_do_not_differ(old: Path, copy: Path) -> None:
    """Nothing on standard output for programs, a sentence for people."""
    assert schakel("policy", "diff", old, copy, "--json", "--fail-on-widening").out == ""
    assert schakel("policy", "diff", old, copy).out == "Geen verschil.\n"


@pytest.mark.parametrize(
    ("table", "text", "becomes", "row", "field", "direction"),
    [
        (CARE_PLAN, 'fields = ["status", "review_month"]', 'fields = ["status"]', CARE_ROW, "fields", "tighter"),
        (CARE_PLAN, '"review_month"]', '"review_month", "effective"]', CARE_ROW, "fields", "wider"),
        (CARE_PLAN, '"SHL", "DAY", "JOB", "KEY"]', '"SHL", "DAY", "JOB"]', CARE_ROW, "roles", "tighter"),
        (CARE_PLAN, '["GGZ", "ADD", "SHL"', '["REI", "GGZ", "ADD", "SHL"', CARE_ROW, "roles", "wider"),
        (CARE_PLAN, 'basis = ["C"]', 'basis = ["CW"]', CARE_ROW, "basis", "wider"),
        (CARE_PLAN, 'time_class = "T1d"', 'time_class = "T5d"', CARE_ROW, "time_class", "same"),
        (CARE_PLAN, 'founded = "judgement"', 'founded = "judgement"\nown = true', CARE_ROW, "own", "tighter"),
        (SUPPORT, 'fields = ["temporary_adjustment", "until"]', 'fields = ["until"]', "F8-INC", "fields", "tighter"),
        ("bases.toml", 'kind = "consent"', 'kind = "written_consent"', "C", "kind", "tighter"),
        ("roles.toml", "wgbo = true\n", "", "GGZ", "wgbo", "wider"),
        ("never.toml", 'recipient_roles = ["SCH", "TRN"]', 'recipient_roles = ["SCH"]', "never", "line", "wider"),
        ("policy.toml", 'version = "', 'version = "1', "header", "version", "same"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_direction(  # noqa: PLR0913, PLR0917 - one argument for each column
    old: Path, copy: Path, edit: Edit, table: str, text: str, becomes: str, row: str, field: str, direction: str
) -> None:
    """Field by field; what got wider fails when that is asked, and nothing else does."""
    edit(table, text, becomes)
    said = schakel("policy", "diff", old, copy, "--json", "--fail-on-widening")
    found = [(line["row"], line["field"], line["direction"]) for line in said.lines()]
    assert (row, field, direction) in found
    assert all(line.keys() == CHANGE for line in said.lines())
    assert said.exit_code == (1 if any(way == "wider" for *_, way in found) else 0)


def test_what_got_wider_is_no_failure_unless_asked(old: Path, copy: Path, edit: Edit) -> None:
    """People see it first in the table."""
    edit(CARE_PLAN, '"review_month"]', '"review_month", "effective"]')
    said = schakel("policy", "diff", old, copy)
    assert said.exit_code == 0
    assert "ruimer" in said.out


def test_what_gets_wider_one_way_gets_tighter_the_other(old: Path, copy: Path, edit: Edit) -> None:
    """A role more is a role less when read backwards, between the same two roles."""
    edit(CARE_PLAN, '"SHL", "DAY", "JOB", "KEY"]', '"SHL", "DAY", "JOB"]')
    (there,) = schakel("policy", "diff", old, copy, "--json").lines()
    (back,) = schakel("policy", "diff", copy, old, "--json").lines()
    assert (there["direction"], back["direction"]) == ("tighter", "wider")
    assert there["between"] == back["between"] == ["ADD>KEY", "GGZ>KEY"]


def test_a_row_that_is_split_changes_nothing(old: Path, copy: Path, edit: Edit) -> None:
    """What is open counts, not how it is written."""
    text = (copy / CARE_PLAN).read_text("utf-8")
    first = text[text.index("[[row]]") : text.index("[[row]]", text.index("[[row]]") + 1)]
    other = first.replace('"CP-ZVW-CARE"', '"CP-ZVW-CARE2"').replace('["GGZ", "ADD"]\nrec', '["ADD"]\nrec')
    edit(CARE_PLAN, first, first.replace('["GGZ", "ADD"]\nrec', '["GGZ"]\nrec') + other)
    assert schakel("policy", "diff", old, copy, "--json").out == ""


def test_check_of_the_tables_that_are_shipped() -> None:
    """They load, and say which they are."""
    line = schakel("policy", "check", "--json").line()
    assert (line["ok"], line["problem"]) == (True, None)
    assert line["tables"].keys() == STAMP


@pytest.mark.parametrize(
    ("text", "becomes", "rule"),
    [
        ('basis = ["C"]', 'basis = ["Q"]', "basis"),
        ('fields = ["status", "review_month"]', 'fields = ["status", "diagnosis"]', "contract"),
        ('event = "care_plan.status_changed"', 'event = "care_plan.forgotten"', "contract"),
        ('purpose = "care_coordination"', 'purpose = "enforcement"', "enum"),
        ('founded = "judgement"', 'founded = "judgement"\nsharing = "wide"', "extra_forbidden"),
    ],
)
def test_check_names_file_row_and_rule(copy: Path, edit: Edit, text: str, becomes: str, rule: str) -> None:
    """And ends with 1, as a start would."""
    edit(CARE_PLAN, text, becomes)
    said = schakel("policy", "check", copy, "--json")
    problem = said.line()["problem"]
    assert f"{CARE_PLAN}: {CARE_ROW}: {rule}" in said.err
    assert (said.exit_code, said.line()["ok"]) == (1, False)
    assert (problem["file"], problem["row"], problem["rule"]) == (CARE_PLAN, "CP-ZVW-CARE", rule)


def overlay(folder: Path, version: str, change: str) -> Path:
    """Write a region's overlay with one change."""
    folder.mkdir()
    (folder / "overlay.toml").write_text(f'name = "test"\nversion = 1\nbase = "{version}"\n', "utf-8")
    (folder / "rows.toml").write_text(change, "utf-8")
    return folder


def test_check_proves_that_an_overlay_tightens(tmp_path: Path, copy: Path) -> None:
    """It says so, over every way that the tables open; the version names both."""
    version = schakel("policy", "check", copy, "--json").line()["tables"]["version"]
    loses = '[[row]]\nid = "CP-ZVW-CARE"\nwhy = "Niet in deze regio."\nwithout_fields = ["review_month"]\n'
    right = overlay(tmp_path / "right", version, loses)
    line = schakel("policy", "check", copy, "--overlay", right, "--json").line()
    assert (line["ok"], line["tables"]["version"]) == (True, f"{version}+test.1")
    assert line["compared"] > 20
    assert "Nergens ruimer" in schakel("policy", "check", copy, "--overlay", right).out


def test_check_refuses_an_overlay_that_widens(tmp_path: Path, copy: Path) -> None:
    """With its file, the row and the rule."""
    version = schakel("policy", "check", copy, "--json").line()["tables"]["version"]
    gains = '[[row]]\nid = "CP-ZVW-WMO"\nwhy = "Ruimer."\nbasis = ["S:WMO5.2.2"]\n'
    wrong = overlay(tmp_path / "wrong", version, gains)
    said = schakel("policy", "check", copy, "--overlay", wrong, "--json")
    assert (said.exit_code, said.line()["ok"], said.line()["compared"]) == (1, False, None)
    assert (said.line()["problem"]["file"], said.line()["problem"]["row"]) == ("rows.toml", "CP-ZVW-WMO")


def test_a_diff_with_tables_that_do_not_load_is_refused(tmp_path: Path) -> None:
    """In one line."""
    said = schakel("policy", "diff", tmp_path, tmp_path)
    assert (said.exit_code, said.out, len(said.err.splitlines())) == (1, "", 1)
