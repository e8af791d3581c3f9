"""An overlay that may not be used is answered with file, row, rule and a sentence."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from schakel_contracts.policy import Policy, PolicyError
from schakel_contracts.policy.compiling import compile_cells
from schakel_contracts.policy.overlay import apply, read_overlay

HEAD = 'name = "twente"\nversion = 2\nbase = "{}"\n'
ONE = "[[row]]\nid = 'F8-JOB'\nwhy = 'Strenger.'\n"
PARTNER = "[[agreement]]\npartner = '{}'\nuntil = 2027-01-31\n"


@pytest.fixture
def folder(tmp_path: Path, policy: Policy) -> Path:
    """Return an overlay that changes nothing yet."""
    (tmp_path / "overlay.toml").write_text(HEAD.format(policy.version), "utf-8")
    return tmp_path


def said(folder: Path, policy: Policy) -> str:
    """Return what is said of an overlay that must be refused."""
    with pytest.raises(PolicyError) as caught:
        apply(policy, read_overlay(folder))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rows]]\nid = 'X'", "rows: shape: expected nothing but [[row]] and [[agreement]]"),
        ("z = 1\na = 1", "a: shape: expected nothing but [[row]] and [[agreement]]"),
        ("row = 3", "row: shape: expected [[row]]"),
        ("agreement = 3", "agreement: shape: expected [[agreement]]"),
        ("row = [1]", "row 1: model_type: row: Input should be"),
        ("[[row]]\nwhy = 'Niet'", "row 1: missing: id: Field required"),
        (ONE + "[[row]]\nid = 3\nwhy = 'Niet'", "row 2: string_type: id: Input should be"),
        (ONE + "colour = 'red'", "F8-JOB: extra_forbidden: colour: Extra inputs"),
        (PARTNER.format("uwv") + "colour = 'red'", "uwv: extra_forbidden: colour: Extra inputs"),
        ("[[agreement]]\nuntil = 2027-01-31", "agreement 1: missing: partner: Field required"),
        (ONE + ONE, "F8-JOB: unique: also in more.toml"),
        (PARTNER.format("uwv") * 2, "uwv: unique: also in more.toml"),
        ("[[row]", "-: toml: Expected"),
        (ONE.replace("F8-JOB", "F8-JOBS"), "F8-JOBS: row: the tables have no such row"),
        (ONE + "without_fields = ['effective', 'cause']", "F8-JOB: without_fields: the row has no cause"),
        (ONE + "without_source_roles = ['UWV']", "F8-JOB: without_source_roles: the row has no UWV"),
        (ONE + "without_fields = ['direction']", "F8-JOB: contract: the contract can't do without direction"),
        (
            ONE.replace("F8-JOB", "F8-INC") + "basis = ['CW']",
            "F8-INC: R12: a public body needs CX or C:WMO: GGZ to INC on CW",
        ),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_what_is_wrong_with_a_change_is_said(text: str, says: str, folder: Path, policy: Policy) -> None:
    """The row by its name, one without a name by its number."""
    (folder / "more.toml").write_text(text, "utf-8")
    assert said(folder, policy).startswith(f"more.toml: {says}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD.format("0.9.0"), "head: base: made for 0.9.0, the tables are {}"),
        (HEAD.format("{}") + "colour = 1", "head: extra_forbidden: colour: Extra inputs"),
        (HEAD.format("{}").replace("twente", "Twente"), "head: string_pattern_mismatch: name: String"),
        ("[[name]", "-: toml: Expected"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_head_is_said(text: str, says: str, folder: Path, policy: Policy) -> None:
    """It is read like every other file."""
    (folder / "overlay.toml").write_text(text.replace("{}", policy.version), "utf-8")
    assert said(folder, policy).startswith(f"overlay.toml: {says.format(policy.version)}")


@pytest.mark.parametrize("place", [".", "nowhere"])
def test_a_folder_without_a_head_is_said_to_have_none(place: str, tmp_path: Path, policy: Policy) -> None:
    """A folder that is missing too."""
    assert said(tmp_path / place, policy) == "overlay.toml: -: present: the overlay has no head"


def test_a_head_may_not_lie_deeper(tmp_path: Path, policy: Policy) -> None:
    """A folder of that name is no head."""
    (tmp_path / "overlay.toml").mkdir()
    assert said(tmp_path, policy) == "overlay.toml: -: present: the overlay has no head"


def test_a_file_that_is_no_text_is_named(folder: Path, policy: Policy) -> None:
    """Bytes that are no UTF-8 are no table."""
    (folder / "more.toml").write_bytes(b"\xff")
    assert said(folder, policy).startswith("more.toml: -: toml: 'utf-8' codec can't decode")


def test_the_same_row_in_two_files_names_both(folder: Path, policy: Policy) -> None:
    """The first by name too, wherever it lies."""
    (folder / "deeper").mkdir()
    (folder / "deeper" / "first.toml").write_text(ONE, "utf-8")
    (folder / "second.toml").write_text(ONE, "utf-8")
    assert said(folder, policy) == "second.toml: F8-JOB: unique: also in deeper/first.toml"


def test_what_widens_is_said_of_the_file_that_does(folder: Path, policy: Policy) -> None:
    """The proof names the row and what it then asks less."""
    (folder / "first.toml").write_text(ONE.replace("F8-JOB", "F7-JOB"), "utf-8")
    (folder / "second.toml").write_text(ONE + "basis = ['C:WMO5.1.1-4']", "utf-8")
    says = "C:WMO5.1.1-4 is not as strict as any basis of the row: support_level.changed from GGZ to JOB"
    assert said(folder, policy) == f"second.toml: F8-JOB: basis: {says}"


def test_an_overlay_holds_rows_and_agreements_by_file(folder: Path) -> None:
    """In the order of the files, and in a file from top to bottom; the head is neither."""
    (folder / "a.toml").write_text(PARTNER.format("uwv") + ONE, "utf-8")
    (folder / "z.toml").write_text(PARTNER.format("ggz") + PARTNER.format("emp"), "utf-8")
    found = read_overlay(folder)
    assert [(file, change.id) for file, change in found.rows] == [("a.toml", "F8-JOB")]
    assert [(file, change.partner) for file, change in found.agreements] == [
        ("a.toml", "uwv"),
        ("z.toml", "ggz"),
        ("z.toml", "emp"),
    ]
    assert (found.head.name, found.head.version) == ("twente", 2)


def test_anybody_can_work_out_the_digest(folder: Path, policy: Policy) -> None:
    """Of each file its name and its bytes, in the order of the names; then of the two digests together."""
    (folder / "deeper").mkdir()
    (folder / "deeper" / "a.toml").write_text("#", "utf-8")
    head = (folder / "overlay.toml").read_bytes()
    overlay = read_overlay(folder)
    assert overlay.digest == sha256(b"deeper/a.toml\0#\0overlay.toml\0" + head + b"\0").hexdigest()
    assert apply(policy, overlay).digest == sha256(f"{policy.digest}{overlay.digest}".encode()).hexdigest()


def test_what_widens_another_row_is_said_of_the_overlay(folder: Path, policy: Policy) -> None:
    """A host that may choose its kind of consent can't choose the other one for its key person (R22)."""
    rows = {**policy.rows, "F8-JOB": policy.rows["F8-JOB"].model_copy(update={"basis": ("CX", "CW")})}
    either = replace(policy, rows=rows, cells=compile_cells(rows, policy.roles, policy.bases))
    (folder / "more.toml").write_text(ONE + "basis = ['CW']", "utf-8")
    says = "CW is not as strict as any basis of the row: support_level.changed from GGZ to KEY at JOB"
    assert said(folder, either) == f"overlay.toml: F8-KEY: basis: {says}"


def test_every_change_of_an_overlay_is_made(folder: Path, policy: Policy) -> None:
    """Also those that come after a row that is gone."""
    first = ONE + "remove = true\n"
    (folder / "a.toml").write_text(first + ONE.replace("F8-JOB", "F8-INC") + "without_fields = ['until']", "utf-8")
    found = apply(policy, read_overlay(folder))
    assert "F8-JOB" not in found.rows
    assert found.rows["F8-INC"].fields == ("temporary_adjustment",)
