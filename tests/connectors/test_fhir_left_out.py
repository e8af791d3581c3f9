"""A later care plan: who is left out of it is no longer involved, and on what it can't tell it is silent."""

from typing import Any

import pytest

from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_connectors.testing.care_plans import ME, a_bundle, a_plan, kinds, tried
from schakel_connectors.trial import Memory
from schakel_contracts.codes import Role

URA = "http://fhir.nl/fhir/NamingSystem/ura"
Json = dict[str, Any]


def resolve(ref: OrganisationRef, role: Role | None) -> Party:
    """Know the sender and everybody else."""
    return Party("example", Role.GGZ) if ref.scheme == "self" else Party(f"{ref.scheme}:{ref.value}", role or Role.JOB)


CHAIN = Sender("example", Role.GGZ, resolve)


def named(ura: str) -> Json:
    """Return a reference to an organisation."""
    return {"identifier": {"system": URA, "value": ura}}


def team(*uras: str) -> Json:
    """Return a care team of organisations."""
    members = [{"member": named(ura)} for ura in uras]
    return {"resourceType": "CareTeam", "id": "t", "status": "active", "participant": members}


def parties(memory: Memory, *documents: Json) -> list[list[str]]:
    """Return of each document whose involvement began or ended by it."""
    found = []
    for document in documents:
        events = tried(document, memory, CHAIN)["events"]
        relations = [event for event in events if "case_relation" in event["type"]]
        found.append([f"{event['type'].split('.')[3]} {event['party']}" for event in relations])
    return found


def test_who_left_the_team_is_no_longer_involved() -> None:
    """One of two, then the team as a whole; once."""
    here = [{"reference": "#t"}]
    both, one = team("00000001", "00000002"), team("00000002")
    documents = [a_plan(contained=[both], careTeam=here), a_plan(contained=[one], careTeam=here), a_plan(), a_plan()]
    told = parties({}, *documents)
    assert told == [
        ["started example", "started ura:00000001", "started ura:00000002"],
        ["ended ura:00000001"],
        ["ended ura:00000002"],
        [],
    ]


def test_a_team_that_did_not_come_along_says_nothing() -> None:
    """The plan alone points to it; in a Bundle with it, it tells again."""
    pointing = a_plan(careTeam=[{"reference": "CareTeam/t"}])
    told = parties({}, a_bundle(pointing, team("00000001")), pointing, a_bundle(pointing, team("00000002")))
    assert told[1:] == [[], ["started ura:00000002", "ended ura:00000001"]]


def test_an_episode_that_came_along_takes_nothing_from_the_plan() -> None:
    """It tells of the sender's involvement then; the plan alone did so before, and does so again."""
    episode = {"resourceType": "EpisodeOfCare", "id": "e", "status": "active", "patient": ME}
    told = parties({}, a_plan(), a_bundle(a_plan(), episode), a_plan())
    assert told == [["started example"], ["started example"], []]


@pytest.mark.parametrize("changes", [{"status": "draft"}, {"status": "unknown"}, {"intent": "proposal"}])
def test_a_plan_that_says_nothing_takes_nothing_back(changes: Json) -> None:
    """A draft, a wish."""
    assert parties({}, a_plan(), a_plan(**changes))[1] == []


def test_who_no_longer_performs_an_order_is_no_longer_involved() -> None:
    """Another organisation does, or nobody yet."""
    memory: Memory = {}
    order = {"resourceType": "ServiceRequest", "id": "o1", "status": "active", "intent": "order", "subject": ME}
    told = parties(
        memory,
        order | {"performer": [named("00000001")]},
        order | {"performer": [named("00000002")]},
        order | {"status": "draft", "performer": [named("00000002")]},
    )
    assert told == [["started ura:00000001"], ["started ura:00000002", "ended ura:00000001"], ["ended ura:00000002"]]


def test_what_was_told_of_a_plan_is_not_taken_back() -> None:
    """Its status and its level stay as they were told, whatever a later version leaves out."""
    memory: Memory = {}
    coded = [{"coding": [{"system": "https://schakel.example/CodeSystem/support-level", "code": "2"}]}]
    tried(a_plan(category=coded), memory, CHAIN)
    assert kinds(tried(a_plan(), memory, CHAIN)) == []
