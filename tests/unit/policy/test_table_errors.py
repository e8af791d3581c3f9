"""A table that may not be used is answered with file, row, rule and a sentence: enough to repair it without asking."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from tests.unit.policy.added_row import ROW

from schakel_contracts.policy import Policy, PolicyError, load_policy


def said(tables: Path) -> str:
    """Load tables that must be refused; return what is said of them."""
    with pytest.raises(PolicyError) as caught:
        load_policy(tables)
    error = caught.value
    assert str(error) == f"{error.file}: {error.row}: {error.rule}: {error.says}"
    return str(error)


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("policy.toml", 'version = "1.3.0"', 'version = "new"', "header: string_pattern_mismatch: version: String"),
        ("policy.toml", "valid_from = 2026-11-01", "", "header: missing: valid_from: Field required"),
        ("policy.toml", "version =", "version", "-: toml: Expected '=' after a key"),
        (
            "policy.toml",
            "valid_from = 2026-11-01",
            "valid_from = 2026-11-01\nvalid_until = 2026-10-31",
            "header: valid_until: before valid_from",
        ),
        ("roles.toml", "[TRN]", "[BUS]", "BUS: role: unknown code"),
        ("roles.toml", "[SCH]\nname", "[SCH]\nheight = 3\nname", "SCH: extra_forbidden: height: Extra inputs"),
        (
            "roles.toml",
            "[SCH]\nname",
            "[SCH]\nbsn_entitled = true\nname",
            "SCH: R18: who has a number of its own has no use for the BSN",
        ),
        (
            "roles.toml",
            "masked = true\npairwise_handle = true",
            "masked = true",
            "EMP: R19: who may not process the BSN gets a number of its own",
        ),
        (
            "roles.toml",
            "[CIT]\nname",
            "[CIT]\npublic_body = true\nname",
            "CIT: R12: a public body is not the person's own side",
        ),
        ("purposes.toml", "[transport]", "[travel]", "travel: purpose: unknown code"),
        ("purposes.toml", "[transport]\n", "[transport]\ncolour = 1\n", "transport: extra_forbidden: colour: Extra"),
        ("purposes.toml", "sanction =", "sanctions =", "prohibited: literal_error: sanctions.[key]: Input should be"),
        ("bases.toml", 'kind = "own"', 'kind = "owned"', "A: enum: kind: Input should be"),
        ("bases.toml", 'code = "A"\n', "", "-: missing: code: Field required"),
        ("bases.toml", 'code = "CW"', 'code = "CX"', "CX: unique: twice"),
        ("bases.toml", 'code = "CW"', 'code = "S:CW"', "S:CW: code: is not how a code of kind written_consent begins"),
        ("bases.toml", 'code = "S:PW63"', 'code = "C:PW63"', "C:PW63: code: is not how a code of kind statutory"),
        ("bases.toml", 'code = "S:PW63"', 'code = "Sr:PW63"', "Sr:PW63: code: is not how a code of kind statutory"),
        ("bases.toml", 'code = "Sr:PW64-1-n"', 'code = "S:PW64-1-n"', "S:PW64-1-n: code: is not how a code of kind on"),
        ("bases.toml", 'code = "V"', 'code = "A:V"', "A:V: code: is not how a code of kind emergency begins"),
        ("bases.toml", "[[basis]]", "[[base]]", "-: shape: expected nothing but [[basis]]"),
        ("never.toml", 'category = "care_plan_status"', 'category = "wages"', "never 1: enum: category: Input should"),
    ],
)
def test_a_table_that_is_wrong_says_where(file: str, before: str, after: str, says: str, tables: Path) -> None:
    """The row by its code, one without a code by its number, the table itself by a dash."""
    path = tables / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    assert said(tables).startswith(f"{file}: {says}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("row = 3", "-: shape: expected nothing but [[row]]"),
        ("[[rows]]\nid = 'X'", "-: shape: expected nothing but [[row]]"),
        ("[[row]]\nevent = 'support_level.changed'", "row 1: missing: id: Field required"),
        (ROW + "[[row]]\ncolour = 'red'", "row 2: missing: id: Field required"),
        (ROW.replace("T1d", "soon"), "TEST-ROW: string_pattern_mismatch: time_class: String should match"),
        (ROW.replace('["REI"]', '["REI", "BANK"]'), "TEST-ROW: enum: recipient_roles.1: Input should be"),
        (
            ROW.replace('"C"', '"S:CONTRACT"'),
            "TEST-ROW: R4: a duty of the recipient does not lift confidentiality: GGZ to REI on S:CONTRACT",
        ),
        (ROW.replace("TEST-ROW", "F8-JOB"), "F8-JOB: unique: also in flows/support_level.toml"),
        (ROW.replace('"REI"', '"JOB"'), "TEST-ROW: overlap: GGZ to JOB is also in flows/support_level.toml: F8-JOB"),
        (
            ROW + ROW.replace("TEST-ROW", "MORE").replace('["GGZ"]', '["ADD", "GGZ"]'),
            "MORE: overlap: GGZ to REI is also in flows/zz.toml: TEST-ROW",
        ),
        (
            ROW.replace('["GGZ"]', '["WMO"]').replace('["REI"]', '["TRN", "SCH"]'),
            "TEST-ROW: R14: the event's name tells of care: WMO to TRN",
        ),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_row_that_is_wrong_says_where(text: str, says: str, tables: Path) -> None:
    """The table, the row and, where there are several, the pair of roles."""
    (tables / "flows" / "zz.toml").write_text(text, "utf-8")
    assert said(tables).startswith(f"flows/zz.toml: {says}")


@pytest.mark.parametrize("file", ["policy.toml", "roles.toml", "purposes.toml", "bases.toml", "never.toml"])
def test_a_table_that_is_missing_is_named(file: str, tables: Path) -> None:
    """Every table must be there: none has a default."""
    (tables / file).unlink()
    assert said(tables) == f"{file}: -: present: the table is missing"


@pytest.mark.parametrize(
    ("file", "code", "says"),
    [
        ("roles.toml", "TRN", "TRN: present: the role is missing"),
        ("purposes.toml", "transport", "transport: present: the purpose is not described"),
    ],
)
def test_a_code_that_is_missing_is_named(file: str, code: str, says: str, tables: Path) -> None:
    """A role or a purpose that exists has a row."""
    cut(tables / file, code)
    assert said(tables) == f"{file}: {says}"


def cut(path: Path, section: str) -> None:
    """Leave one section out of a table."""
    before, _, rest = path.read_text("utf-8").partition(f"[{section}]\n")
    path.write_text(before + rest[rest.find("\n[") + 1 :] if "\n[" in rest else before, "utf-8")


def test_texts_on_what_is_prohibited_may_be_left_out(tables: Path) -> None:
    """They are for the reader: what a row prohibits it says by itself."""
    cut(tables / "purposes.toml", "prohibited")
    policy = load_policy(tables)
    assert policy.prohibited == {}
    assert policy.rows == load_policy().rows


def test_a_table_that_nobody_knows_is_named(tables: Path) -> None:
    """It may be one under another name, and then a rule would be missing."""
    (tables / "spare.toml").write_text("", "utf-8")
    assert said(tables) == "spare.toml: -: present: no such table"


def test_a_table_that_is_no_text_is_named(tables: Path) -> None:
    """Bytes that are no UTF-8 are no table."""
    (tables / "flows" / "zz.toml").write_bytes(b"\xff")
    assert said(tables).startswith("flows/zz.toml: -: toml: 'utf-8' codec can't decode")


def test_a_flow_without_rows_opens_nothing(tables: Path) -> None:
    """An empty table is no mistake."""
    (tables / "flows" / "zz.toml").write_text("", "utf-8")
    assert load_policy(tables).rows == load_policy().rows


def test_tables_may_hold_for_one_day(tables: Path) -> None:
    """The last day may be the first."""
    path = tables / "policy.toml"
    first = "valid_from = 2026-11-01"
    path.write_text(path.read_text("utf-8").replace(first, f"{first}\nvalid_until = 2026-11-01"), "utf-8")
    assert load_policy(tables).header.valid_until == load_policy(tables).header.valid_from


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2026, 10, 31), "valid_from: these tables are not valid yet"),
        (date(2027, 7, 1), "valid_until: these tables are not valid any more"),
    ],
)
def test_tables_outside_their_days_say_so(today: date, says: str, policy: Policy) -> None:
    """Whoever starts a service on an old policy reads which day it is about."""
    header = policy.header.model_copy(update={"valid_until": date(2027, 6, 30)})
    with pytest.raises(PolicyError) as caught:
        replace(policy, header=header).in_force(today)
    assert str(caught.value) == f"policy.toml: header: {says}"


def test_anybody_can_work_out_the_digest(tables: Path) -> None:
    """Of each table its name and its bytes, in the order of the names."""
    (tables / "flows" / "zz.toml").write_text("#", "utf-8")
    expected = sha256()
    for path in sorted(tables.rglob("*.toml")):
        expected.update(path.relative_to(tables).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    assert load_policy(tables).digest == expected.hexdigest()
