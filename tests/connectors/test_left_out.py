"""Whom a consent named and no longer names is told to stop, once, and nobody else is (R11, AVG 19)."""

import json
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import a_consent, a_permission

from schakel_connectors.connector import load
from schakel_connectors.trial import Memory, Trial, try_record

COACH, DESK = {"party": "opstap", "role": "JOB"}, {"party": "inkomen", "role": "INC"}
BOTH = ["opstap/JOB", "inkomen/INC"]
GIVEN = {
    "type": "consent.granted",
    "record": "C-1",
    "bsn": "999900006",
    "effect": "permit",
    "purposes": ["job_coaching", "benefit_continuity"],
    "categories": ["support_level", "placement"],
    "recipients": BOTH,
    "grantor": "subject",
    "form": "written",
    "granted_at": "2025-11-01T12:00:00+01:00",
    "text_version": "1.0",
}
ELSEWHERE = "kvk:90000105"


def tried(record: dict[str, Any], memory: Memory, connector: str = "chain_record") -> Trial:
    """Return what a record leads to, after what came before."""
    trial = try_record(load(connector), json.dumps(record).encode(), memory=memory)
    assert trial["outcome"] == "accepted", trial["errors"]
    return trial


def stopped(trial: Trial) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return which consent ended for whom, by each event that says so."""
    withdrawn = [event for event in trial["events"] if event["type"] == "nl.schakel.consent.withdrawn.v1"]
    return [(event["consent_id"], event["recipients"]) for event in withdrawn]


def granted(trial: Trial) -> list[list[str]]:
    """Return whom each event names that says that something is given."""
    events = [event for event in trial["events"] if event["type"] == "nl.schakel.consent.granted.v1"]
    return [[each["party"] for each in event["recipients"]] for event in events]


def test_who_drops_out_of_a_consent_is_told_to_stop() -> None:
    """Once; the others hear what goes on, and a repeat says nothing."""
    memory: Memory = {}
    first = tried(GIVEN, memory)
    fewer = GIVEN | {"recipients": ["opstap/JOB"]}
    second = tried(fewer, memory)
    assert (granted(second), stopped(second)) == ([["opstap"]], [(first["registry"][0]["id"], [DESK])])
    assert [record["withdrawn_at"] for record in second["registry"]] == [None]
    assert tried(fewer, memory)["events"] == []
    assert stopped(tried(fewer | {"form": "digital"}, memory)) == []


def test_who_comes_back_and_drops_out_again_is_told_again() -> None:
    """What was said before is no reason to be silent."""
    memory: Memory = {}
    for _ in range(2):
        assert stopped(tried(GIVEN, memory)) == []
        assert len(stopped(tried(GIVEN | {"recipients": ["opstap/JOB"]}, memory))) == 1


def test_whoever_stays_is_not_told_to_stop() -> None:
    """In another role, or for fewer kinds of data: the consent itself says so."""
    memory: Memory = {}
    tried(GIVEN, memory)
    assert stopped(tried(GIVEN | {"recipients": ["opstap/REI", "inkomen"]}, memory)) == []
    assert stopped(tried(GIVEN | {"categories": ["placement"]}, memory)) == []


def test_a_permission_that_becomes_an_objection_ends_for_all() -> None:
    """The objection itself is told to nobody (R15), nor is its end by another."""
    memory: Memory = {}
    tried(GIVEN, memory)
    ((_, recipients),) = stopped(tried(GIVEN | {"effect": "deny"}, memory))
    assert sorted(recipients, key=str) == sorted([COACH, DESK], key=str)
    assert stopped(tried(GIVEN, memory)) == []


def test_an_organisation_outside_the_chain_is_told_nothing() -> None:
    """It was never told of the consent either."""
    memory: Memory = {}
    tried(GIVEN | {"recipients": ["opstap/JOB", ELSEWHERE]}, memory)
    assert stopped(tried(GIVEN | {"recipients": ["opstap/JOB"]}, memory)) == []


@pytest.mark.parametrize(
    ("successor", "told"),
    [
        ({}, []),
        ({"form": "digital", "granted_at": "2025-12-01T12:00:00+01:00"}, []),
        ({"recipients": ["inkomen/INC"]}, [COACH]),
        ({"recipients": ["school/SCH"]}, [COACH, DESK]),
        ({"categories": ["placement"]}, [COACH, DESK]),
        ({"purposes": ["job_coaching"]}, [COACH, DESK]),
        ({"source": "opstap"}, [COACH, DESK]),
        ({"effect": "deny"}, [COACH, DESK]),
    ],
    ids=str,
)
def test_whom_the_consent_in_its_place_gives_less_is_told_to_stop(
    successor: dict[str, Any], told: list[dict[str, Any]]
) -> None:
    """Of the one that was replaced, once; a renewal alarms nobody."""
    memory: Memory = {}
    first = tried(GIVEN, memory)
    row = GIVEN | {"record": "C-2", "supersedes": "C-1"} | successor
    second = tried(row, memory)
    identity = first["registry"][0]["id"]
    ended = [(consent, sorted(recipients, key=str)) for consent, recipients in stopped(second)]
    assert ended == ([(identity, sorted(told, key=str))] if told else [])
    assert tried(row, memory)["events"] == []
    assert stopped(tried(row | {"text_version": "1.1"}, memory)) == []


def test_an_objection_that_is_replaced_is_told_to_nobody() -> None:
    """Whoever it named must not learn that something was withheld (R15)."""
    memory: Memory = {}
    tried(GIVEN | {"effect": "deny"}, memory)
    assert stopped(tried(GIVEN | {"record": "C-2", "supersedes": "C-1"}, memory)) == []


COACHED, SCHOOLED = a_permission("opstap", "support_level"), a_permission("school", "housing")


def fhir(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a FHIR Consent of some rules."""
    return a_consent(changes.pop("provision", {"type": "deny", "provision": list(rules)}), **changes)


def parties(trial: Trial) -> set[str]:
    """Return who is told to stop."""
    return {each["party"] for _, recipients in stopped(trial) for each in recipients}


@pytest.mark.parametrize(("left", "told"), [(COACHED, "school"), (SCHOOLED, "opstap")])
def test_who_drops_out_of_a_fhir_consent_is_told_to_stop(left: dict[str, Any], told: str) -> None:
    """Whichever of its parts named them."""
    memory: Memory = {}
    tried(fhir(COACHED, SCHOOLED), memory, "fhir_consent")
    assert told in parties(tried(fhir(left), memory, "fhir_consent"))
    assert tried(fhir(left), memory, "fhir_consent")["events"] == []


def test_who_drops_out_of_one_rule_of_a_fhir_consent_is_told_to_stop() -> None:
    """The rule stays, with fewer actors."""
    both = COACHED | {"actor": [*COACHED["actor"], *SCHOOLED["actor"]]}
    memory: Memory = {}
    tried(fhir(both), memory, "fhir_consent")
    fewer = tried(fhir(COACHED), memory, "fhir_consent")
    assert (parties(fewer), granted(fewer)) == ({"school"}, [["opstap"]])


@pytest.mark.parametrize("provision", [None, {"type": "deny", "provision": [SCHOOLED]}])
def test_a_withdrawal_in_fhir_tells_all_who_were_named(provision: dict[str, Any] | None) -> None:
    """Also those whom its own record leaves out, or all when it says no more than that."""
    memory: Memory = {}
    tried(fhir(COACHED, SCHOOLED), memory, "fhir_consent")
    ended = tried(fhir(status="inactive", provision=provision) if provision else bare(), memory, "fhir_consent")
    assert parties(ended) == {"opstap", "school"}


def bare() -> dict[str, Any]:
    """Return a withdrawal that says no more than that."""
    kept = {name: value for name, value in fhir().items() if name in {"resourceType", "id", "patient"}}
    return kept | {"status": "inactive"}
