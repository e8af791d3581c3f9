"""However large a record is and whatever points to whatever in it, it is read or refused by name, in about a second."""

import json
from time import process_time
from typing import Any

import pytest

from schakel_connectors.connector import SIZE_MAX, load
from schakel_connectors.rejection import RecordRejected
from schakel_connectors.testing.care_plans import Json, a_plan

CPU_S_MAX = 4.0
"""Of a busy machine; what grows with the square of the record took ten times as long."""

ME = {"reference": "Patient/1"}
OIN = "urn:nld:oin"


def numbers(count: int) -> list[Json]:
    """Identifiers."""
    return [{"system": OIN, "value": str(10_000_000 + n)} for n in range(count)]


def a_team(members: int) -> Json:
    """A team of organisations."""
    return {
        "resourceType": "CareTeam",
        "id": "t",
        "participant": [{"member": {"identifier": n}} for n in numbers(members)],
    }


def a_crowd(members: int) -> Json:
    """A team of people."""
    return a_team(0) | {"participant": [{"member": {"reference": "Practitioner/1"}}] * members}


def a_goal(dates: int) -> Json:
    """A goal that is worked on."""
    return {
        "resourceType": "Goal",
        "id": "g",
        "lifecycleStatus": "active",
        "target": [{"dueDate": "2026-05-01"}] * dates,
    }


def plans(count: int, **changes: Any) -> list[Json]:
    """Plans of one person."""
    return [a_plan(id=str(n), subject=ME, **changes) for n in range(count)]


def orders(count: int) -> list[Json]:
    """Orders that one organisation performs."""
    order = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": ME}
    return [order | {"id": str(n), "performer": [{"reference": "Organization/o"}]} for n in range(count)]


def a_bundle(*resources: Any) -> Json:
    """Resources without addresses."""
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


def somebody(kind: str, id_: str, identifiers: int) -> Json:
    """A Patient or an Organization of many numbers."""
    return {"resourceType": kind, "id": id_, "identifier": numbers(identifiers)}


TEAM, GOAL = [{"reference": "CareTeam/t"}], [{"reference": "Goal/g"}]
CASES = {
    "organisation_of_many_numbers": (a_bundle(somebody("Organization", "o", 8000), *orders(3000)), "too_long"),
    "orders_of_one_organisation": (a_bundle(somebody("Organization", "o", 100), *orders(4000)), None),
    "patient_of_many_numbers": (a_bundle(somebody("Patient", "1", 5000), *plans(2000)), "too_long"),
    "plans_of_one_patient": (a_bundle(somebody("Patient", "1", 100), *plans(5000, status="draft")), None),
    "one_team_often": (a_plan(contained=[a_team(5000)], careTeam=[{"reference": "#t"}] * 10_000), None),
    "one_goal_often": (a_plan(contained=[a_goal(10_000)], goal=[{"reference": "#g"}] * 10_000), None),
    "plans_of_one_team": (a_bundle(a_team(1000), *plans(1000, careTeam=TEAM)), "too_many"),
    "plans_of_one_crowd": (a_bundle(a_crowd(7000), *plans(3000, careTeam=TEAM)), None),
    "plans_of_one_goal": (a_bundle(a_goal(10_000), *plans(3000, goal=GOAL)), None),
    "empty_entries": ({"resourceType": "Bundle", "entry": [{"resource": {}}] * 50_000}, "too_long"),
    "wrong_values": (a_plan(category=[1] * 400_000), "too_many_errors"),
}


@pytest.mark.parametrize(("document", "rule"), CASES.values(), ids=CASES)
def test_large_record_is_read_or_refused_soon(document: Json, rule: str | None) -> None:
    """Translation holds up every partner's records."""
    raw = json.dumps(document, separators=(",", ":")).encode()
    assert len(raw) <= SIZE_MAX
    connector = load("fhir_care_plan")
    rules: set[str] = set()
    began = process_time()
    try:
        assert connector.translate(raw)
    except RecordRejected as refused:
        rules = {error.rule for error in refused.errors}
    assert process_time() - began < CPU_S_MAX
    assert rules == ({rule} if rule else set())
