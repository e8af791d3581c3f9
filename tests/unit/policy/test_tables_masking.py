"""What masked roles see (R14), and rows that break one rule each: refused, whoever signed them."""

import tomllib
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.benefit_certainty import BenefitWorryRaised
from schakel_contracts.candidate import CandidateReferred
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.policy import Policy
from schakel_contracts.policy.checks import findings
from schakel_contracts.policy.loading import TABLES, shaped
from schakel_contracts.policy.tables_format import FlowRow, NeverRow
from schakel_contracts.policy.views import VIEWS
from schakel_contracts.special_facility import SpecialFacilityRequested
from schakel_contracts.terms import FunderType, Programme, WorryTopic
from schakel_contracts.trajectory import TrajectoryFundingDecided

MASKED = {Role.EMP, Role.SCH, Role.INC, Role.UWV, Role.TRN}


def test_masked_roles_see_no_name_of_care(policy: Policy) -> None:
    """Neither sender nor kind of event: for every open way to them."""
    for (event, source, to), cell in policy.cells.items():
        if to not in MASKED:
            continue
        row = cell.row
        seen = BY_SHORT_TYPE[row.view or row.event]
        assert not seen.tells_of_care, row.id
        assert not policy.roles[source].name_reveals_care or "source" in row.mask, (row.id, source)
        assert event != "candidate.referred" or to in {Role.INC, Role.UWV}


def seen_as(event: Any, view: str) -> dict[str, Any]:
    """Return what a masked recipient would see of an event."""
    return {name: fill(event) for name, fill in VIEWS[type(event), view].fills.items()}


@pytest.mark.parametrize(("contact", "told"), [(Role.GGZ, Role.KEY), (Role.DAY, Role.KEY), (Role.REI, Role.REI)])
def test_whom_to_call_never_tells_of_care(contact: Role, told: Role) -> None:
    """The key person stands in for who works in care."""
    referral = CandidateReferred(programme=Programme.WORK_AS_CARE, contact=contact)
    assert seen_as(referral, "introduction.proposed")["contact"] is told
    facility = SpecialFacilityRequested(facility_ref=UUID(int=1), contact=contact, desk="inc-1")
    assert seen_as(facility, "special_facility.requested")["contact"] is told


def test_a_view_of_the_same_name_replaces_what_tells() -> None:
    """Debts become income, an insurer a subsidy, whatever the organisation the key person."""
    worry = BenefitWorryRaised(topic=WorryTopic.DEBT, call_wanted=True, asserted_by=Role.GGZ)
    assert seen_as(worry, "benefit_worry.raised") == {"call_wanted": True, "topic": WorryTopic.INCOME}
    kept = BenefitWorryRaised(topic=WorryTopic.RETURN, call_wanted=False)
    assert seen_as(kept, "benefit_worry.raised")["topic"] is WorryTopic.RETURN
    paid = {"trajectory_ref": UUID(int=1), "funded_until": "2027-01-01"}
    for funder, told in (("health_insurer", FunderType.SUBSIDY), ("uwv", FunderType.UWV)):
        decided = TrajectoryFundingDecided.model_validate(paid | {"funder": funder})
        assert seen_as(decided, "trajectory_funding.decided")["funder"] is told
    key = BY_SHORT_TYPE["key_person.assigned"].model_validate(
        {"party": "ggz-1", "role": "GGZ", "valid_from": "2026-11-02", "deputy": "add-1"}
    )
    assert seen_as(key, "key_person.assigned")["role"] is Role.KEY
    assert set(VIEWS[type(key), "key_person.assigned"].fills) == {"role", "valid_from"}


BAD = [
    # An event whose name tells, a role or party that may, or the sender's name.
    ("F5-KEY", {"recipient_roles": ["SCH"], "basis": ["C"], "mask": ["source"]}, {"R14", "never"}),
    ("F34-INC", {"view": None, "fields": ["facility_ref", "facility", "contact", "desk"]}, {"R14"}),
    ("F28-BEN", {"fields": ["meeting_ref", "at", "place", "chair", "agenda"]}, {"R14", "never"}),
    ("F4-EMP", {"mask": []}, {"R14"}),
    ("F21-BEN", {"mask": ["source", "type"]}, {"R14"}),
    ("F1-INC", {"mask": ["source"]}, {"R14"}),
    # The lock on use.
    ("F7-JOB", {"prohibited_use": None}, {"R20"}),
    # Consent and law.
    ("F8-JOB", {"asserted": False}, {"R21"}),
    ("F12-WMO", {"asserted": True}, {"R21"}),
    ("F5-WORK", {"basis": ["C", "V"]}, {"R17"}),
    ("F7-CARE", {"basis": ["C", "V"]}, {"R17"}),
    ("F5-CARE", {"basis": ["V", "C"]}, {"R17"}),
    ("F20-JOB-PW", {"basis": ["H", "S:PW67e"]}, {"R22"}),
    ("F7-INC", {"basis": ["S:SUWI62"]}, {"R6"}),
    ("F7-UWV", {"basis": ["CX"]}, {"R6"}),
    ("F2-INC", {"basis": ["S:SUWI62"]}, {"R6"}),
    ("F18-KEY", {"basis": ["C"]}, {"R5"}),
    ("F22-DEB", {"basis": ["C"]}, {"R12"}),
    ("F13-WMO", {"basis": ["S:PW67c"]}, {"R8"}),
    ("F22-WMO", {"basis": ["S:WMO5.2.2"]}, {"R8"}),
    ("F28-PARTIES", {"addressed": None}, {"R23"}),
    ("F28-PARTIES", {"basis": ["A"]}, {"R23"}),
    ("F29-KEY", {"basis": ["S:CONTRACT"]}, {"R23", "R4"}),
    ("F28-PARTIES", {"fields": ["meeting_ref", "at", "place", "agenda", "participants"]}, {"R9"}),
    ("F11-WMO", {"basis": ["C:WMO5.1.1-4", "C:WMO5.1.1-4"]}, {"basis"}),
    # What is never shared.
    ("F2-KEY", {"fields": ["trajectory_ref", "status", "goal", "method"]}, {"never"}),
    ("F35-JOB", {"fields": ["outcome", "effective", "alternative_route"]}, {"never"}),
    ("F35-JOB", {"source_roles": ["REI"], "basis": ["C"]}, {"never"}),
    ("F18-JOB", {"fields": ["request_id", "rules_of", "certainty"]}, {"never"}),
    ("F33-EMP", {"fields": ["transport_ref", "start", "days", "arrival_by", "pickup_postcode"]}, {"never"}),
    ("F30-INC", {"source_roles": ["CIT"]}, {"never"}),
    ("F3A-EMP", {"source_roles": ["GGZ"]}, {"never", "R20"}),
    ("F40-STOP", {"prohibited_use": None}, {"R20"}),
    ("F42-PARTIES", {"prohibited_use": None}, {"R20"}),
    ("F28-EMP", {"source_roles": ["JOB"]}, {"never"}),
    ("F43-MASKED", {"fields": ["request_id", "right", "status", "categories"]}, {"never"}),
]


@pytest.mark.parametrize(
    ("row_id", "changes", "rules"), BAD, ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:60]
)
def test_a_row_that_breaks_a_rule_is_refused(
    row_id: str, changes: dict[str, Any], rules: set[str], policy: Policy, never: list[NeverRow]
) -> None:
    """One thing changed in a row that is right, and exactly the rules that this breaks are found."""
    row = policy.rows[row_id].model_dump(mode="json") | changes
    found = {rule for rule, _ in findings(FlowRow.model_validate(row), dict(policy.roles), dict(policy.bases), never)}
    assert found == rules


@pytest.fixture(scope="module")
def never() -> list[NeverRow]:
    """Return what no row may open."""
    entries = tomllib.loads((TABLES / "never.toml").read_text("utf-8"))["never"]
    return [shaped(NeverRow, entry, "never.toml", "-") for entry in entries]


def test_what_is_never_shared_is_about_what_exists(never: list[NeverRow]) -> None:
    """A field in the list of never is one that some contract, or some view, has."""
    fields = {name for contract in BY_SHORT_TYPE.values() for name in contract.model_fields}
    assert {name for cell in never for name in (*cell.fields, *cell.except_fields)} <= fields
