"""The proof says of each widening in which row, by which rule, and between whom."""

from dataclasses import replace
from typing import Any

import pytest

from schakel_contracts.codes import Purpose, Role
from schakel_contracts.policy import Policy
from schakel_contracts.policy.model import Cell
from schakel_contracts.policy.tightening import widenings

JOB = ("support_level.changed", Role.GGZ, Role.JOB)
INCOME = ("support_level.changed", Role.GGZ, Role.INC)
KEY = ("support_level.changed", Role.GGZ, Role.KEY)
WORK = ("delivery.not_completed", Role.GGZ, Role.EMP)
TO_JOB, TO_INCOME = "support_level.changed from GGZ to JOB", "support_level.changed from GGZ to INC"
TO_KEY, TO_WORK = "support_level.changed from GGZ to KEY", "delivery.not_completed from GGZ to EMP"


def said(policy: Policy, key: tuple[str, Role, Role], before: Cell | None, after: Cell | None) -> list[str]:
    """Return what is wider in one cell than before, in policies that have no other."""
    base, tightened = (replace(policy, cells={key: cell} if cell else {}) for cell in (before, after))
    return [f"{row}: {rule}: {says}" for row, rule, says in widenings(base, tightened)]


def changed(cell: Cell, row: dict[str, Any] | None = None, **changes: Any) -> Cell:
    """Return a cell with something else in it, or in its row."""
    return replace(cell, row=cell.row.model_copy(update=row or {}), **changes)


def basis(policy: Policy, *codes: str) -> dict[str, Any]:
    """Return what is tried in the tables on these at once."""
    cells = [inner for cell in policy.cells.values() for inner in (cell, *(cell.hosted or {}).values())]
    found = (attempt for cell in cells for attempt in cell.attempts if attempt.granted.basis == codes)
    return {"attempts": (next(found),)}


@pytest.mark.parametrize(
    ("key", "row", "changes", "says"),
    [
        (JOB, {}, {}, None),
        (JOB, {"fields": ("direction", "why", "who")}, {}, f"fields: adds who: {TO_JOB}"),
        (JOB, {"fields": ("direction",)}, {}, None),
        (INCOME, {"mask": ()}, {}, f"mask: does not mask source: {TO_INCOME}"),
        (INCOME, {"mask": ("source",)}, {}, f"mask: does not mask type: {TO_INCOME}"),
        (JOB, {"mask": ("source",)}, {}, None),
        (INCOME, {"view": "other"}, {}, f"view: shows another event: {TO_INCOME}"),
        (JOB, {"prohibited_use": None}, {}, f"R20: drops the prohibited use: {TO_JOB}"),
        (JOB, {"prohibited_use": "marketing"}, {}, f"R20: drops the prohibited use: {TO_JOB}"),
        (WORK, {"prohibited_use": "enforcement"}, {}, None),
        (JOB, {"purpose": Purpose.TRANSPORT}, {}, f"purpose: serves another purpose: {TO_JOB}"),
        (JOB, {}, {"purposes": (Purpose.TRANSPORT,)}, f"purpose: serves another purpose: {TO_JOB}"),
        (JOB, {}, {"purposes": ()}, None),
        (JOB, {}, {"addressed": "recipients"}, None),
        (WORK, {}, {"addressed": None}, f"addressed: asks less: {TO_WORK}"),
        (WORK, {}, {"addressed": "recipients"}, f"addressed: asks less: {TO_WORK}"),
        (JOB, {}, {"own": True}, None),
        (JOB, {}, {"relation_required": False}, f"relation_required: asks less: {TO_JOB}"),
        (WORK, {}, {"relation_required": True}, None),
        (JOB, {}, {"asserted": False}, f"asserted: asks less: {TO_JOB}"),
        (WORK, {}, {"asserted": True}, None),
        (JOB, {}, {"outlives": True}, f"outlives: asks less: {TO_JOB}"),
        (WORK, {}, {"outlives": False}, None),
        (JOB, {}, {"owed": True}, f"owed: asks less: {TO_JOB}"),
        (JOB, {}, {"about_roles": frozenset({Role.JOB})}, None),
        (WORK, {}, {"about_roles": frozenset({Role.JOB})}, None),
        (WORK, {}, {"about_roles": frozenset()}, f"about_roles: asks less: {TO_WORK}"),
        (WORK, {}, {"about_roles": frozenset({Role.JOB, Role.GGZ})}, f"about_roles: asks less: {TO_WORK}"),
        (JOB, {}, {"attempts": ()}, None),
    ],
    ids=range(29),
)
def test_each_thing_that_a_cell_asks_less_is_said(
    key: tuple[str, Role, Role], row: dict[str, Any], changes: dict[str, Any], says: str | None, policy: Policy
) -> None:
    """What asks as much or more is no widening."""
    cell = policy.cells[key]
    found = said(policy, key, cell, changed(cell, row, **changes))
    assert found == ([] if says is None else [f"{cell.row.id}: {says}"])


def test_what_is_for_an_own_party_stays_so(policy: Policy) -> None:
    """A cell that was for one party alone may not be for each of its role."""
    cell = policy.cells[JOB]
    own = changed(cell, own=True)
    assert said(policy, JOB, own, cell) == [f"F8-JOB: own: asks less: {TO_JOB}"]
    assert said(policy, JOB, own, own) == []


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        (("C",), ("CW",), None),
        (("C",), ("CX",), None),
        (("CX",), ("C",), "C"),
        (("CX",), ("CW",), "CW"),
        (("CW",), ("CX",), "CX"),
        (("C",), ("S:SUWI62",), "S:SUWI62"),
        (("S:SUWI62",), ("C",), "C"),
        (("S:SUWI62",), ("S:PW63",), "S:PW63"),
        (("A",), ("C",), "C"),
        (("C",), ("C:WMO5.1.1-4",), "C:WMO5.1.1-4"),
        (("C",), ("CW", "CX"), None),
        (("CW",), ("CW", "CX"), None),
        (("CX",), ("CW", "CX"), None),
        (("CW", "CX"), ("CW",), "CW"),
        (("CW", "CX"), ("CX",), "CX"),
        (("CW", "CX"), ("C",), "C"),
        (("S:SUWI62",), ("CW", "CX"), "CW"),
    ],
)
def test_a_basis_is_as_strict_when_it_holds_only_where_the_other_does(
    before: tuple[str, ...], after: tuple[str, ...], wider: str | None, policy: Policy
) -> None:
    """Consent in writing, or with the five questions, is consent; neither of them is the other."""
    cell = policy.cells[JOB]
    found = said(policy, JOB, changed(cell, **basis(policy, *before)), changed(cell, **basis(policy, *after)))
    says = f"F8-JOB: basis: {wider} is not as strict as any basis of the row: {TO_JOB}"
    assert found == ([] if wider is None else [says])


def test_a_way_that_was_closed_is_a_widening(policy: Policy) -> None:
    """And one that is gone is none."""
    cell = policy.cells[JOB]
    assert said(policy, JOB, None, cell) == [f"F8-JOB: cells: opens {TO_JOB}"]
    assert said(policy, JOB, cell, None) == []


def test_all_that_is_wider_is_said(policy: Policy) -> None:
    """Of every cell, and of each everything."""
    cells = {key: policy.cells[key] for key in (JOB, INCOME)}
    wider = {key: changed(cell, {"prohibited_use": None}, asserted=False) for key, cell in cells.items()}
    found = list(widenings(replace(policy, cells=cells), replace(policy, cells=wider)))
    assert [(row, rule) for row, rule, _ in found] == [
        ("F8-JOB", "R20"),
        ("F8-JOB", "asserted"),
        ("F8-INC", "R20"),
        ("F8-INC", "asserted"),
    ]


@pytest.mark.parametrize("shared", ["before", "after"])
def test_a_cell_that_two_ways_share_is_compared_for_both(shared: str, policy: Policy) -> None:
    """With what each of them was, and with what each of them becomes."""
    cell, other = policy.cells[JOB], changed(policy.cells[JOB], asserted=False)
    if shared == "before":
        base, tightened = {JOB: cell, INCOME: cell}, {JOB: cell, INCOME: other}
    else:
        base, tightened = {JOB: other, INCOME: cell}, {JOB: other, INCOME: other}
    found = list(widenings(replace(policy, cells=base), replace(policy, cells=tightened)))
    assert found == [("F8-JOB", "asserted", f"asks less: {TO_INCOME}")]


def test_a_key_person_gets_no_more_through_any_host(policy: Policy) -> None:
    """R22: each host is looked behind, and a host that counted goes on counting."""
    cell = policy.cells[KEY]
    hosted = dict(cell.hosted or {})
    assert {Role.INC, Role.UWV} <= set(hosted)
    fewer = replace(cell, hosted={host: behind for host, behind in hosted.items() if host is not Role.INC})
    open_to_all, nowhere = replace(cell, hosted=None), replace(cell, hosted={})
    wider = {host: changed(behind, asserted=False) if host is Role.UWV else behind for host, behind in hosted.items()}
    assert said(policy, KEY, cell, cell) == []
    assert said(policy, KEY, cell, fewer) == []
    assert said(policy, KEY, cell, nowhere) == []
    assert said(policy, KEY, open_to_all, open_to_all) == []
    assert said(policy, KEY, fewer, cell) == [f"F8-KEY: R22: opens for a key person at INC: {TO_KEY}"]
    assert said(policy, KEY, cell, open_to_all) == [f"F8-KEY: R22: the host does not count any more: {TO_KEY}"]
    assert said(policy, KEY, open_to_all, cell) == [f"F8-KEY: R22: hosts where there were none: {TO_KEY}"]
    assert said(policy, KEY, cell, replace(cell, hosted=wider)) == [f"F8-KEY: asserted: asks less: {TO_KEY} at UWV"]
    assert len(said(policy, KEY, nowhere, cell)) == len(hosted)


def test_an_older_text_would_count_again(policy: Policy) -> None:
    """R10: a region may ask for a newer text, never for an older one."""
    older = replace(policy, cells={}, consent_text_major=1)
    newer = replace(older, consent_text_major=2)
    assert list(widenings(newer, older)) == [("header", "consent_text_major", "an older text would count again")]
    assert list(widenings(older, newer)) == list(widenings(older, older)) == []
