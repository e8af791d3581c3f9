"""The matrix, copied by hand: per kind of data and typical source, the basis for each role, or no way at all."""

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.policy import Policy

ROLES = ["GGZ", "ADD", "SHL", "INC", "WMO", "UWV", "EMP", "JOB", "SCH", "KEY"]
MATRIX = {
    # care_plan_status, support_level
    ("care_plan.status_changed", "GGZ"): "C C C CX C:WMO5.2.5 CX - C - C",
    ("care_plan.status_changed", "DAY"): "C C C - S:WMO5.2.2 - - C - C",
    ("support_level.changed", "GGZ"): "C,V C,V C,V CX C:WMO5.2.5 CX C C - C,V",
    ("support_level.changed", "SHL"): "C,V C,V C,V CX S:WMO5.2.2 CX C C - C,V",
    # benefit_kind_status; one income desk to another is a college to a college
    ("benefit_status.changed", "INC"): "CW CW CW S:PW67c C:WMO5.1.1-4 S:PW67a - S:PW67e - H,CW",
    ("benefit_status.changed", "UWV"): "CW CW CW S:SUWI62 C:WMO5.1.1-4 - - S:SUWI73-9/10 - H,CW",
    # entitlement_outcome and funding
    ("entitlement.outcome", "INC"): "CW CW - S:PW67c C:WMO5.1.1-4 S:PW67a - S:PW67e - H,CW",
    ("trajectory_funding.decided", "UWV"): "CW CW - S:SUWI62 C:WMO5.1.1-4 - - S:SUWI73-9/10 - H,CW",
    # placement; an employer hears of its own only
    ("placement.started", "EMP"): "C C C S:PW63 C:WMO5.1.1-4 S:SUWI54-2 A S:CONTRACT C C",
    ("placement.started", "REI"): "C C C Sr:PW64-1-n C:WMO5.1.1-4 S:SUWI54-10 A S:CONTRACT C C",
    # attendance: delivered hours are no part of it
    ("attendance.exception", "REI"): "C C C Sr:PW64-1-n - Sr:SUWI54-10 C S:CONTRACT C C",
    ("attendance.exception", "DAY"): "C C C - - - - C C C",
    # activation_step: a step down may not be pushed, and a row does not see which way it goes
    ("activation_step.changed", "REI"): "C C C Sr:PW64-1-n C:WMO5.1.1-4 Sr:SUWI54-10 - C - C",
    ("activation_step.changed", "INC"): "CW CW CW - C:WMO5.1.1-4 Sr:SUWI62 - S:PW67e - CW",
    # A day activity and its return right.
    ("day_activity.status_changed", "DAY"): "C C C - S:WMO5.2.2 - - C - C",
    ("return_right.registered", "DAY"): "C C C - S:WMO5.2.2 - - C - C",
    # housing
    ("housing.changed", "SHL"): "C C C Sr:PW64-1-l S:WMO5.2.2 Sr:SUWI54-8b - C C C",
    ("housing.changed", "CIT"): "C C C - C:WMO5.1.1-4 - - C C C",
    # debts: the job coach would get a flag, for which there is no contract
    ("debt_worry.signalled", "JOB"): "C C C - C:WMO5.1.1-4 - - - - C",
    # special_facility
    ("special_facility.requested", "JOB"): "- - C CX C:WMO5.1.1-4 - - C - C",
    # education, transport
    ("education.status_changed", "SCH"): "C C C - - - - C - C",
    ("transport.arranged", "DAY"): "- - C - S:WMO5.2.2 - C C C C",
    ("transport.arranged", "JOB"): "- - C - - - C C C C",
    # Whom to call, of the professionals.
    ("key_person.assigned", "GGZ"): "A A A A A A - A A A",
    ("key_person.assigned", "JOB"): "A A A A A A A A A A",
    # case_meeting
    ("case_meeting.invited", "DAY"): "C C C CX C:WMO5.1.1-4 CX - C C C",
    ("case_meeting.invited", "CIT"): "C C C CX C:WMO5.1.1-4 CX C C C C",
    # representative; an age is no field, so a school needs consent
    ("representation.changed", "WMO"): "A A A A A A - A CW A",
    # official_letter
    ("official_letter.announced", "WMO"): "C C C - - - - C - CW",
    ("official_letter.announced", "UWV"): "CW CW CW - - - - CW - CW",
}


@pytest.mark.parametrize(("event", "source"), MATRIX, ids="-".join)
def test_line_of_the_matrix(event: str, source: str, policy: Policy) -> None:
    """Each cell has the bases that the matrix names, in order; a dash is a way that does not exist."""
    found = {}
    for role in ROLES:
        cell = policy.cells.get((event, Role(source), Role(role)))
        found[role] = "-" if cell is None else ",".join(cell.row.basis)
    assert found == dict(zip(ROLES, MATRIX[event, source].split(), strict=True))


def test_debts_reach_the_counsellor_in_writing_from_any_source(policy: Policy) -> None:
    """Matrix, debts to DEB: the person's written consent, whoever says it."""
    sources = {source for event, source, to in policy.cells if event == "debt_worry.signalled" and to is Role.DEB}
    assert sources == set(Role)
    assert all(
        cell.row.basis == ("C:DEB",)
        for (event, _, to), cell in policy.cells.items()
        if event == "debt_worry.signalled" and to is Role.DEB
    )


SEEN_BY = [
    ("trajectory.status_changed", "method", "GGZ ADD SHL DAY CIT"),
    ("activation_step.changed", "next_programme", "GGZ ADD SHL DAY CIT"),
    ("entitlement.outcome", "alternative_route", "GGZ ADD KEY CIT"),
    ("candidate.referred", "programme", "KEY JOB REI CIT"),
    ("benefit_effect.answered", "certainty", "CIT"),
    ("benefit_effect.answered", "appointment", "CIT"),
    ("benefit_worry.raised", "asserted_by", "CIT"),
    ("debt_worry.signalled", "asserted_by", "CIT"),
    ("transport.arranged", "pickup_postcode", "TRN CIT"),
    ("transport.arranged", "pickup_number", "TRN CIT"),
    ("transport.arranged", "mobility", "TRN CIT"),
    ("transport.arranged", "site", "CIT"),
    ("attendance.exception", "site", "CIT"),
    ("case_meeting.invited", "participants", "CIT"),
    ("case_meeting.cancelled", "participants", "CIT"),
    ("consent.withdrawn", "recipients", "CIT"),
    ("subject_right.exercised", "addressees", "CIT"),
    ("official_letter.announced", "supporter", "CIT"),
    ("job_coach.assigned", "coach", "GGZ ADD SHL KEY CIT"),
    ("key_person.assigned", "party", "GGZ ADD SHL DAY REI JOB KEY CIT"),
    ("housing.changed", "postcode4", "WMO KEY GGZ ADD DAY SHL TRN CIT"),
    ("trial_placement.started", "place_number", "INC UWV JOB KEY GGZ ADD SHL CIT"),
]


@pytest.mark.parametrize(("event", "field", "roles"), SEEN_BY, ids=str)
def test_who_sees_a_field(event: str, field: str, roles: str, policy: Policy) -> None:
    """A field that tells more goes to these roles and to no other."""
    seen = {to.value for (name, _, to), cell in policy.cells.items() if name == event and field in cell.row.fields}
    assert seen == set(roles.split())
