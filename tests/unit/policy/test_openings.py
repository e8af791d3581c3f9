"""What the tables in force ask of a notification, told by what its recipient sees of it."""

from dataclasses import replace
from typing import Any

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.policy import Policy
from schakel_contracts.policy.model import Cell
from schakel_contracts.policy.openings import Opening, Openings, Seen

LEVEL, TRAJECTORY = "support_level.changed", "support_trajectory.changed"


def seen(short_type: str, purpose: Purpose, basis: str, *fields: str, **known: Any) -> Seen:
    """Return a notification as its recipient sees it."""
    return Seen(BY_SHORT_TYPE[short_type].type, purpose, basis, frozenset(fields), **known)


def as_sent(cell: Cell, source: Role, purpose: Purpose) -> Seen:
    """Return what its first basis lets through for a purpose."""
    row, basis = cell.row, cell.attempts[0].granted.basis[0]
    shows = "source" not in row.mask
    return seen(row.view or row.event, purpose, basis, *row.fields, source_role=source, shows_source=shows)


def test_each_row_of_the_tables_finds_what_it_sends(desk: Any) -> None:
    """For every cell and basis: what was let through fits, with all that is asked of it."""
    for (event, source, role), cell in desk.policy.cells.items():
        if event != cell.row.event:
            continue
        openings = Openings(desk.policy, desk.party(role))
        for attempt in cell.attempts:
            row, basis = cell.row, attempt.granted.basis[0]
            shows = "source" not in row.mask
            sent = seen(row.view or row.event, row.purpose, basis, *row.fields, source_role=source, shows_source=shows)
            found = openings.of(sent)
            assert found is not None, (row.id, source, role)
            assert cell.category in found.kinds
            assert attempt.lacking <= found.lacking
            assert found.relation_required >= cell.relation_required
            assert found.outlives <= cell.outlives
            assert found.owed <= cell.owed


def test_what_is_masked_is_told_apart_by_what_is_seen_of_it_and_else_is_both(desk: Any) -> None:
    """A way that shows the fields of one kind alone is about that; what fits both must be covered for both."""
    openings = Openings(desk.policy, desk.party(Role.UWV))
    masked = {"shows_source": False}
    plan = seen(TRAJECTORY, Purpose.REINTEGRATION, "CX", "support_active", **masked)
    level = seen(TRAJECTORY, Purpose.REINTEGRATION, "CX", "temporary_adjustment", **masked)
    either = seen(TRAJECTORY, Purpose.REINTEGRATION, "CX", **masked)
    for told, kinds in (
        (plan, {Category.CARE_PLAN_STATUS}),
        (level, {Category.SUPPORT_LEVEL}),
        (either, {Category.CARE_PLAN_STATUS, Category.SUPPORT_LEVEL}),
    ):
        found = openings.of(told)
        assert found is not None
        assert found.kinds == kinds
        assert found.lacking == {Reason.NOT_FREELY_GIVEN}


@pytest.mark.parametrize(
    "told",
    [
        Seen("nl.schakel.unheard.of.v1", Purpose.SUPPORT_SCALING, "C", frozenset()),
        seen(LEVEL, Purpose.TRANSPORT, "C", "direction"),
        seen(LEVEL, Purpose.SUPPORT_SCALING, "CX", "direction"),
        seen(LEVEL, Purpose.SUPPORT_SCALING, "C", "direction", "asserted_by"),
        seen(LEVEL, Purpose.SUPPORT_SCALING, "C", "direction", source_role=Role.TRN),
        seen("placement.started", Purpose.SUPPORT_SCALING, "C", "direction"),
    ],
    ids=range(6),
)
def test_what_no_way_gives_is_closed(told: Seen, desk: Any) -> None:
    """Another purpose, basis, field, sender or event."""
    openings = Openings(desk.policy, desk.party(Role.JOB))
    assert openings.of(seen(LEVEL, Purpose.SUPPORT_SCALING, "C", "direction", source_role=Role.GGZ)) is not None
    assert openings.of(told) is None


def test_a_sender_that_is_shown_where_it_must_be_masked_is_not_let_through(desk: Any) -> None:
    """R14: a region masks what it did not mask before."""
    openings = Openings(desk.policy, desk.party(Role.UWV))
    told = seen(TRAJECTORY, Purpose.REINTEGRATION, "CX", "support_active", shows_source=True)
    assert openings.of(told) is None
    assert openings.of(told._replace(shows_source=False)) is not None


def test_a_key_person_is_asked_what_the_organisation_behind_would_be(desk: Any) -> None:
    """R22: in the cell of its host, and in none where the host has none."""
    event, cell = next(
        (event, cell)
        for (event, _, role), cell in desk.policy.cells.items()
        if role is Role.KEY and cell.hosted and Role.TRN not in cell.hosted
    )
    host, behind = next(iter(cell.hosted.items()))
    told = seen(
        behind.row.view or behind.row.event,
        behind.row.purpose,
        behind.attempts[0].granted.basis[0],
        shows_source="source" not in behind.row.mask,
    )
    party = desk.party(Role.KEY)
    assert behind.row.event == event
    assert Openings(desk.policy, replace(party, host=host)).of(told) is not None
    others = {key: each for key, each in desk.policy.cells.items() if each.row.event == event}
    alone = replace(desk.policy, cells=others)
    assert Openings(alone, replace(party, host=Role.TRN)).of(told) is None


def test_what_goes_to_those_that_are_meant_is_told_apart(desk: Any) -> None:
    """A stop-notice leaves whatever became of its sender's agreement; a level of support does not."""
    openings = Openings(desk.policy, desk.party(Role.JOB))
    for event, addressed in (("consent.withdrawn", True), (LEVEL, False)):
        cell = desk.policy.cells[event, Role.GGZ, Role.JOB]
        found = openings.of(as_sent(cell, Role.GGZ, cell.row.purpose))
        assert found is not None
        assert found.addressed is addressed


def test_by_law_only_the_purpose_of_the_row_is_served(desk: Any) -> None:
    """A consent may name the recipient's own purpose too; a statute does not (R20)."""
    source, role, cell = next(
        (source, role, cell)
        for (event, source, role), cell in desk.policy.cells.items()
        if event == cell.row.event and len(cell.purposes) > 1 and not cell.attempts[0].by_consent
    )
    openings = Openings(desk.policy, desk.party(role))
    served = [openings.of(as_sent(cell, source, purpose)) for purpose in cell.purposes]
    assert [found is not None for found in served] == [True, False]


@pytest.mark.parametrize("on", ["consent.withdrawn", "subject_right.exercised", "consent.granted", "answer.due"])
def test_who_must_stop_or_hear_of_a_right_is_owed_it(on: str, policy: Policy) -> None:
    """AVG 19: those rows, and no other that is addressed."""
    owed = {cell.owed for cell in policy.cells.values() if cell.row.event == on and cell.addressed}
    assert owed == {on in {"consent.withdrawn", "subject_right.exercised"}}
    assert not any(cell.owed for cell in policy.cells.values() if cell.row.event == "delivery.not_completed")


def test_of_several_ways_that_fit_none_is_owed_or_outlives_for_another(desk: Any) -> None:
    """What nobody can tell apart; whether a relation is needed the notification itself says."""
    row = {"event": LEVEL, "fields": ["direction"]}
    here = desk.on(
        row | {"id": "ONE", "source_roles": ["GGZ"], "relation_required": False, "addressed": "recipients"},
        row | {"id": "TWO", "source_roles": ["ADD"]},
    )
    found = Openings(here.policy, here.party(Role.JOB)).of(seen(LEVEL, Purpose.SUPPORT_SCALING, "C", "direction"))
    kinds, purposes = frozenset({Category.SUPPORT_LEVEL}), frozenset({Purpose.SUPPORT_SCALING})
    assert found == Opening(kinds, purposes)
