"""A region's overlay may only tighten, and that is proven over every cell."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.policy import Policy, PolicyError
from schakel_contracts.policy.compiling import compile_cells
from schakel_contracts.policy.overlay import apply, read_overlay, tightens
from schakel_contracts.policy.tables_format import FlowRow

HEAD = 'name = "twente"\nversion = 2\nbase = "{}"\n'
JOB = ("support_level.changed", Role.GGZ, Role.JOB)
INCOME = ("support_level.changed", Role.GGZ, Role.INC)
CASE_UWV = ("support_level.changed", Role.GGZ, Role.UWV)


@pytest.fixture
def folder(tmp_path: Path, policy: Policy) -> Path:
    """Return an overlay that changes nothing yet."""
    (tmp_path / "overlay.toml").write_text(HEAD.format(policy.version), "utf-8")
    return tmp_path


def written(folder: Path, **changes: str) -> Path:
    """Write one change of a row; give its lines."""
    lines = [f"{key} = {value}" for key, value in ({"id": '"F8-JOB"', "why": '"Strenger."'} | changes).items()]
    (folder / "care.toml").write_text("[[row]]\n" + "\n".join(lines) + "\n", "utf-8")
    return folder


def refused(policy: Policy, folder: Path) -> PolicyError:
    """Apply an overlay that must be refused."""
    with pytest.raises(PolicyError) as caught:
        apply(policy, read_overlay(folder))
    return caught.value


def test_an_overlay_names_itself_in_each_decision(policy: Policy, folder: Path) -> None:
    """The version is that of both, and the digest another; nothing else changes."""
    found = apply(policy, read_overlay(folder))
    assert found.version == f"{policy.version}+twente.2"
    assert found.digest != policy.digest
    assert found.cells == policy.cells


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ({"remove": "true"}, None),
        ({"id": '"F8-INC"', "without_recipient_roles": '["UWV"]'}, {"recipient_roles": ("INC",)}),
        ({"without_recipient_roles": '["JOB"]'}, None),
        ({"without_source_roles": '["SHL", "DAY"]'}, {"source_roles": ("GGZ", "ADD")}),
        ({"without_fields": '["contact"]'}, {"fields": ("direction", "effective", "review_date")}),
        ({"mask": '["source"]'}, {"mask": ("source",)}),
        ({"basis": '["CW"]'}, {"basis": ("CW",)}),
        ({"basis": '["CX", "CW"]'}, {"basis": ("CX", "CW")}),
    ],
    ids=str,
)
def test_what_tightens_is_taken(
    changes: dict[str, str], row: dict[str, Any] | None, policy: Policy, folder: Path
) -> None:
    """Rows, roles and fields less, a mask more, a basis that asks more."""
    found = apply(policy, read_overlay(written(folder, **changes)))
    assert tightens(policy, found) is None
    row_id = changes.get("id", "F8-JOB").strip('"')
    if row is None:
        assert row_id not in found.rows
        assert JOB not in found.cells
        return
    assert {name: getattr(found.rows[row_id], name) for name in row} == row
    assert INCOME in found.cells
    assert (CASE_UWV in found.cells) == (Role.UWV in found.rows["F8-INC"].recipient_roles)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"id": '"F8-JOBS"'}, "row"),
        ({"basis": '["A"]'}, "R1"),
        ({"basis": '["S:PW63"]'}, "R4"),
        ({"basis": '["WAMS"]'}, "basis"),
        ({"basis": '["CC"]'}, "basis"),
        ({"basis": '["C:WMO5.2.5"]'}, "basis"),
        ({"without_fields": '["direction"]'}, "contract"),
        ({"without_fields": '["diagnosis"]'}, "without_fields"),
        ({"without_recipient_roles": '["EMP"]'}, "without_recipient_roles"),
        ({"without_source_roles": '["UWV"]'}, "without_source_roles"),
        ({"mask": '["type"]'}, "R14"),
        ({"fields": '["contact"]'}, "extra_forbidden"),
        ({"why": '""'}, "string_too_short"),
        ({"remove": '"maybe"'}, "bool_parsing"),
    ],
    ids=str,
)
def test_what_does_not_stops_the_start(changes: dict[str, str], rule: str, policy: Policy, folder: Path) -> None:
    """With file, row and rule."""
    error = refused(policy, written(folder, **changes))
    assert (error.file, error.row) == ("care.toml", changes.get("id", "F8-JOB").strip('"'))
    assert error.rule == rule


def test_by_law_may_become_on_request_for_the_same_article(policy: Policy, folder: Path) -> None:
    """S becomes Sr; another article would be another duty."""
    ids = [row.id for row in policy.rows.values() if row.basis == ("S:SUWI62",)]
    asked = apply(policy, read_overlay(written(folder, id=f'"{ids[0]}"', basis='["Sr:SUWI62"]')))
    assert asked.rows[ids[0]].basis == ("Sr:SUWI62",)
    assert refused(policy, written(folder, id=f'"{ids[0]}"', basis='["Sr:PW64-1-n"]')).rule == "basis"


def test_an_overlay_is_made_for_one_version(policy: Policy, folder: Path) -> None:
    """New tables may mean something else by the same row."""
    (folder / "overlay.toml").write_text(HEAD.format("0.9.0"), "utf-8")
    error = refused(policy, folder)
    assert (error.file, error.rule) == ("overlay.toml", "base")


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("overlay.toml", "name = 3", "string_type"),
        ("overlay.toml", HEAD.format("1.0.0") + "colour = 1", "extra_forbidden"),
        ("more.toml", "[[rows]]\nid = 'X'", "shape"),
        ("more.toml", "row = 3", "shape"),
        ("more.toml", "row = [1]", "model_type"),
        ("more.toml", "[[row]]\nid = 'F8-JOB'\nwhy = 'Eén'\n[[row]]\nid = 'F8-JOB'\nwhy = 'Twee'", "unique"),
        ("more.toml", "[[agreement]]\npartner = 'uwv'\nuntil = 'soon'", "date_from_datetime_parsing"),
        ("more.toml", "[[row]", "toml"),
    ],
)
def test_the_format_is_strict(name: str, text: str, rule: str, folder: Path) -> None:
    """What is not understood is refused."""
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        read_overlay(folder)
    assert (caught.value.file, caught.value.rule) == (name, rule)


def test_a_folder_without_a_head_is_no_overlay(tmp_path: Path) -> None:
    """A folder that is missing is not one that changes nothing."""
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(PolicyError) as caught:
            read_overlay(place)
        assert caught.value.rule == "present"


def rebuilt(policy: Policy, row_id: str, **changes: Any) -> Policy:
    """Return the policy with one row changed, without any check."""
    row = policy.rows[row_id].model_copy(update=changes)
    rows: dict[str, FlowRow] = {**policy.rows, row_id: row}
    return replace(policy, rows=rows, cells=compile_cells(rows, policy.roles, policy.bases))


@pytest.mark.parametrize(
    ("row", "changes", "rule"),
    [
        ("F8-JOB", {"fields": ("direction", "effective", "review_date", "contact", "asserted_by")}, "fields"),
        ("F8-JOB", {"source_roles": (Role.GGZ, Role.ADD, Role.SHL, Role.DAY, Role.WMO)}, "cells"),
        ("F8-JOB", {"basis": ("C", "A")}, "basis"),
        ("F8-CARE", {"basis": ("C", "A", "V")}, "basis"),
        ("F8-JOB", {"relation_required": False}, "relation_required"),
        ("F8-JOB", {"asserted": False}, "asserted"),
        ("F8-JOB", {"prohibited_use": None}, "R20"),
        ("F8-JOB", {"purpose": "job_coaching"}, "purpose"),
        ("F8-INC", {"mask": ("type",)}, "mask"),
        ("F8-INC", {"view": None, "fields": ("direction",)}, "fields"),
        ("F8-INC", {"basis": ("C",)}, "basis"),
        ("F40-STOP", {"addressed": None}, "addressed"),
        ("F46-WORK", {"about_roles": ()}, "about_roles"),
        ("F46-WORK", {"about_roles": (Role.GGZ,)}, "about_roles"),
    ],
    ids=str,
)
def test_the_proof_finds_every_kind_of_widening(row: str, changes: dict[str, Any], rule: str, policy: Policy) -> None:
    """Whoever made the change, and however: the cells themselves are compared."""
    wider = rebuilt(policy, row, **changes)
    found = tightens(policy, wider)
    assert found is not None
    assert (found.row, found.rule) == (row, rule)
    assert tightens(policy, policy) is None


def test_a_host_that_may_see_more_widens_the_key_person(policy: Policy) -> None:
    """The proof looks behind each key person: a row that a host gains, or that loses its mask, shows there."""
    kept = {name: row for name, row in policy.rows.items() if name != "F8-INC"}
    without = replace(policy, rows=kept, cells=compile_cells(kept, policy.roles, policy.bases))
    assert tightens(policy, without) is None
    found = [widened for widened in _all(without, policy) if widened[1] == "R22"]
    assert found


def _all(base: Policy, tightened: Policy) -> list[tuple[str, str, str]]:
    from schakel_contracts.policy.tightening import widenings  # noqa: PLC0415 - only here

    return list(widenings(base, tightened))


def test_an_older_text_may_not_count_again(policy: Policy) -> None:
    """R10: the text of the tables is the least."""
    newer = replace(policy, consent_text_major=2)
    assert tightens(policy, newer) is None
    found = tightens(newer, policy)
    assert found is not None
    assert found.rule == "consent_text_major"
