"""Every row of the shipped tables, for every pair of roles in it: opens, stays shut, gives less, hides."""

from collections.abc import Iterator
from typing import Any

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Outcome, Reason, Role
from schakel_contracts.policy import load_policy
from schakel_contracts.policy.tables_format import FlowRow

Pair = tuple[Role, Role]
SHIPPED = load_policy()
ROWS = pytest.mark.parametrize("row", SHIPPED.rows.values(), ids=lambda row: row.id)


def pairs(row: FlowRow) -> Iterator[Pair]:
    """Yield every source and recipient of a row."""
    return ((source, to) for source in row.source_roles for to in row.recipient_roles)


@ROWS
def test_row_opens_with_relation_and_basis(row: FlowRow, desk: Any) -> None:
    """A party of the right role, related, with the row's basis, gets exactly the row's fields."""
    for source, to in pairs(row):
        event, party = desk.meant(row, source, to)
        ruling = desk.ruling(event, party, desk.relation(party), *desk.basis(row, party))
        assert ruling.allowed, (source, to, ruling)
        assert (ruling.row, ruling.fields, ruling.view) == (row.id, row.fields, row.view)
        assert ruling.basis[0] in row.basis
        assert ruling.purpose is row.purpose


@ROWS
def test_row_stays_shut_without_its_basis(row: FlowRow, desk: Any) -> None:
    """Without the consent, the request or the relation that a row asks for nothing goes out."""
    for source, to in pairs(row):
        event, party = desk.meant(row, source, to)
        basis = desk.basis(row, party)
        if row.relation_required:
            unrelated = desk.ruling(event, party, *basis)
            assert (unrelated.outcome, unrelated.reason) == (Outcome.DENY, Reason.NO_RELATION)
        if basis:
            without = desk.ruling(event, party, desk.relation(party))
            assert without.outcome is Outcome.DENY
            assert without.reason in {Reason.NO_CONSENT, Reason.NO_REQUEST}


@ROWS
def test_row_names_what_it_leaves_out(row: FlowRow, desk: Any) -> None:
    """What the event has and the recipient does not get is said to be stripped, and then it is less."""
    fields = set(BY_SHORT_TYPE[row.event].model_fields)
    for source, to in pairs(row):
        event, party = desk.meant(row, source, to)
        ruling = desk.ruling(event, party, desk.relation(party), *desk.basis(row, party))
        assert set(ruling.stripped) == fields - set(row.fields)
        whole = not ruling.stripped and not ruling.masked
        assert ruling.outcome is (Outcome.PERMIT if whole else Outcome.REDUCED)


@ROWS
def test_row_hides_care_from_masked_roles(row: FlowRow, desk: Any) -> None:
    """Employer, school, transport, income desk and UWV never see that something came from care (R14)."""
    roles = desk.policy.roles
    for source, to in pairs(row):
        event, party = desk.meant(row, source, to)
        ruling = desk.ruling(event, party, desk.relation(party), *desk.basis(row, party))
        if roles[to].masked and roles[source].name_reveals_care:
            assert "source" in ruling.masked
        if to in {Role.EMP, Role.SCH, Role.INC, Role.UWV, Role.TRN} and row.event in {
            "care_plan.status_changed",
            "support_level.changed",
        }:
            assert set(ruling.masked) == {"source", "type"}
            assert ruling.view == "support_trajectory.changed"
            assert ruling.prohibited_use == "enforcement"


def test_every_other_way_is_closed(desk: Any) -> None:
    """For every event and pair of roles without a row: no, even with everything that a person can give (R1)."""
    open_ways = {(key[0], key[1], key[2]) for key in desk.policy.cells}
    closed = 0
    for short_type in BY_SHORT_TYPE:
        for source in Role:
            for to in set(Role):
                if (short_type, source, to) in open_ways:
                    continue
                party = desk.party(to, 2)
                event = desk.event(short_type, source, addressed=(party.id,), own_party=party.id)
                ruling = desk.ruling(event, party, desk.relation(party), desk.consent(party, short_type))
                assert (ruling.outcome, ruling.reason) == (Outcome.DENY, Reason.NO_POLICY_ROW)
                closed += 1
    assert closed > 1_000


MATRIX_NEVER = [
    ("care_plan.status_changed", Role.GGZ, Role.EMP),
    ("care_plan.status_changed", Role.GGZ, Role.SCH),
    ("care_plan.status_changed", Role.DAY, Role.INC),
    ("care_plan.status_changed", Role.SHL, Role.UWV),
    ("support_level.changed", Role.ADD, Role.SCH),
    ("benefit_status.changed", Role.UWV, Role.EMP),
    ("benefit_status.changed", Role.INC, Role.SCH),
    ("representation.changed", Role.GGZ, Role.EMP),
    ("case_relation.started", Role.GGZ, Role.JOB),
    ("case_relation.ended", Role.GGZ, Role.UWV),
]


@pytest.mark.parametrize(("short_type", "source", "to"), MATRIX_NEVER)
def test_matrix_never_cells_have_no_row(short_type: str, source: Role, to: Role, desk: Any) -> None:
    """What the matrix calls never is open on no basis at all."""
    assert (short_type, source, to) not in desk.policy.cells


MATRIX_FIELDS = [
    ("care_plan.status_changed", Role.GGZ, Role.JOB, "C", {"status", "review_month"}),
    ("care_plan.status_changed", Role.ADD, Role.WMO, "C:WMO5.2.5", {"status", "review_month"}),
    ("care_plan.status_changed", Role.GGZ, Role.INC, "CX", {"support_active"}),
    ("care_plan.status_changed", Role.GGZ, Role.UWV, "CX", {"support_active"}),
    ("care_plan.status_changed", Role.SHL, Role.WMO, "S:WMO5.2.2", {"status", "review_month"}),
    ("support_level.changed", Role.GGZ, Role.UWV, "CX", {"temporary_adjustment", "until"}),
    ("support_level.changed", Role.GGZ, Role.EMP, "C", {"contact"}),
    ("support_level.changed", Role.DAY, Role.WMO, "S:WMO5.2.2", {"direction", "effective", "review_date", "contact"}),
    ("support_level.changed", Role.GGZ, Role.WMO, "C:WMO5.2.5", {"direction", "effective", "review_date", "contact"}),
    ("benefit_status.changed", Role.INC, Role.UWV, "S:PW67a", None),
    ("benefit_status.changed", Role.UWV, Role.INC, "S:SUWI62", None),
    ("benefit_status.changed", Role.INC, Role.JOB, "S:PW67e", None),
    ("benefit_status.changed", Role.UWV, Role.REI, "S:SUWI73-9/10", None),
    ("benefit_status.changed", Role.UWV, Role.GGZ, "CW", None),
    ("benefit_status.changed", Role.INC, Role.DAY, "CW", None),
    ("benefit_status.changed", Role.INC, Role.WMO, "C:WMO5.1.1-4", None),
    ("placement.started", Role.EMP, Role.INC, "S:PW63", None),
    ("placement.ended", Role.EMP, Role.INC, "S:PW63", None),
    ("placement.started", Role.REI, Role.UWV, "S:SUWI54-10", None),
    ("placement.started", Role.REI, Role.INC, "Sr:PW64-1-n", None),
    (
        "placement.changed",
        Role.EMP,
        Role.WMO,
        "C:WMO5.1.1-4",
        {"placement_ref", "kind", "start", "hours_band", "expected_end"},
    ),
    ("consent.withdrawn", Role.GGZ, Role.JOB, "A", {"consent_id", "effective"}),
]


@pytest.mark.parametrize(("short_type", "source", "to", "basis", "fields"), MATRIX_FIELDS)
def test_cell_is_what_the_matrix_says(
    short_type: str, source: Role, to: Role, basis: str, fields: set[str] | None, desk: Any
) -> None:
    """Basis and fields of the main cells, copied by hand from the matrix and the flow table."""
    row = desk.policy.cells[short_type, source, to].row
    assert row.basis == (basis,)
    assert set(row.fields) == (fields or set(BY_SHORT_TYPE[short_type].model_fields))


def test_employer_and_ending_kind_reach_few(desk: Any) -> None:
    """The employer's number goes to INC, UWV, JOB, CIT and itself, who ended it to INC and UWV (F14, F15)."""
    for (event, _, to), cell in desk.policy.cells.items():
        if event.startswith("placement."):
            assert ("employer" in cell.row.fields) == (to in {Role.INC, Role.UWV, Role.JOB, Role.CIT, Role.EMP})
        if event == "placement.ended":
            assert ("ending_kind" in cell.row.fields) == (to in {Role.INC, Role.UWV})
