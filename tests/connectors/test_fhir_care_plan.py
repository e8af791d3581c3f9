"""Care plans: what is told of them, and who is involved."""

import json
from datetime import date
from typing import Any

import pytest

from schakel_connectors.fhir_care_plan.mapping import parse
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_connectors.testing.care_plans import (
    ME,
    Json,
    a_bundle,
    a_plan,
    an_order,
    kinds,
    stated,
    translations,
    tried,
)
from schakel_connectors.trial import Memory
from schakel_contracts.codes import CarePlanStatus, Role

URA = "http://fhir.nl/fhir/NamingSystem/ura"


@pytest.fixture
def chain() -> Sender:
    """A sender in a chain that knows one organisation by its URA."""

    def resolve(ref: OrganisationRef, role: Role | None) -> Party:
        if ref.scheme == "self":
            return Party("ggz", Role.GGZ)
        if ref == OrganisationRef("ura", "90000121"):
            return Party("dagbesteding", Role.DAY)
        return Party(f"{ref.scheme}:{ref.value}", role)

    return Sender("ggz", Role.GGZ, resolve)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", CarePlanStatus.ACTIVE),
        ("on-hold", CarePlanStatus.PAUSED),
        ("completed", CarePlanStatus.ENDED),
        ("revoked", CarePlanStatus.ENDED),
    ],
)
def test_status_is_told_in_three_words(status: str, expected: CarePlanStatus) -> None:
    """Whether it was completed or broken off is nobody's business."""
    (plan,) = stated(a_plan(status=status), CarePlanStated)
    assert plan.status is expected


@pytest.mark.parametrize("changes", [{"status": "draft"}, {"status": "unknown"}, {"intent": "proposal"}])
def test_plan_that_is_not_yet_one_says_nothing(changes: Json) -> None:
    """Nobody needs to know of a proposal."""
    (translation,) = translations(a_plan(**changes))
    assert translation.statements == ()


def test_plan_entered_in_error_ends_only_for_those_who_were_told() -> None:
    """A mistake that nobody saw is not announced."""
    mistake = a_plan(status="entered-in-error")
    memory: Memory = {}
    tried(a_plan(), memory)

    assert kinds(tried(mistake)) == []
    assert kinds(tried(mistake, memory)) == ["case_relation.ended", "care_plan.ended"]


@pytest.mark.parametrize(
    ("end", "told"), [("2024-12-31", []), ("2025-01-01", ["care_plan.ended"]), (None, ["care_plan.ended"])]
)
def test_plan_that_ended_long_before_it_is_first_seen_is_not_told(end: str | None, told: list[str]) -> None:
    """A first export holds years of history, and consent of today is not consent to that."""
    period = {"start": "2011-03-01"} | ({"end": end} if end else {})
    assert kinds(tried(a_plan(status="completed", period=period))) == told


def test_long_ended_plan_that_was_known_is_told() -> None:
    """Whoever knew that it ran hears that it ended, however late."""
    memory: Memory = {}
    tried(a_plan(), memory)
    late = tried(a_plan(status="completed", period={"end": "2020"}), memory)
    assert kinds(late) == ["case_relation.ended", "care_plan.ended"]


def test_review_month_is_that_of_the_first_goal_that_is_worked_on() -> None:
    """A month and no day; a goal that was reached or dropped does not count."""
    goals = [
        {"resourceType": "Goal", "id": "a", "lifecycleStatus": "active", "target": [{"dueDate": "2026-11-30"}]},
        {"resourceType": "Goal", "id": "b", "lifecycleStatus": "accepted", "target": [{"dueDate": "2026-09"}, {}]},
        {"resourceType": "Goal", "id": "c", "lifecycleStatus": "completed", "target": [{"dueDate": "2026-02-01"}]},
    ]
    pointers = [{"reference": f"#{goal['id']}"} for goal in goals]
    (plan,) = stated(a_plan(contained=goals, goal=pointers), CarePlanStated)
    assert plan.review_month == "2026-09"


def test_without_goals_the_end_of_the_plan_is_the_review() -> None:
    """Partial dates: a start is its first day, an end its last."""
    document = a_plan(period={"start": "2026", "end": "2026-02"})
    (plan,) = stated(document, CarePlanStated)
    (relation,) = stated(document, RelationStated)

    assert (plan.effective, plan.review_month) == (date(2026, 1, 1), "2026-02")
    assert (relation.valid_from, relation.valid_until) == (date(2026, 1, 1), date(2026, 2, 28))


def test_episode_tells_of_the_involvement_instead_of_the_plan() -> None:
    """One involvement, told once."""
    episode = {
        "resourceType": "EpisodeOfCare",
        "id": "e1",
        "status": "active",
        "patient": ME,
        "period": {"start": "2026-01-07"},
    }
    (relation,) = stated(a_bundle(a_plan(), episode), RelationStated)
    assert relation == RelationStated("relation/sender", valid_from=date(2026, 1, 7))


def test_plan_that_ends_closes_the_involvement_that_it_once_told_of() -> None:
    """Also when later records tell of it by an episode."""
    episode = {"resourceType": "EpisodeOfCare", "id": "e1", "status": "finished", "patient": ME}
    memory: Memory = {}
    tried(a_plan(), memory)
    assert kinds(tried(a_bundle(a_plan(status="completed"), episode), memory)) == [
        "case_relation.ended",
        "care_plan.ended",
    ]


@pytest.mark.parametrize("status", ["planned", "waitlist"])
def test_waiting_is_no_involvement(status: str) -> None:
    """Somebody on a waiting list is nobody's client yet."""
    episode = {"resourceType": "EpisodeOfCare", "id": "e1", "status": status, "patient": ME}
    assert stated(episode, RelationStated) == []


def team(**changes: Any) -> Json:
    """A care team of one organisation and one person."""
    organisation = {"identifier": {"system": URA, "value": "90000121"}}
    members = [{"member": organisation}, {"member": {"reference": "Practitioner/1"}}]
    return {"resourceType": "CareTeam", "id": "t", "status": "active", "participant": members} | changes


def test_organisation_in_the_team_is_involved(chain: Sender) -> None:
    """In the role that it has in the chain; people in the team are not looked at."""
    trial = tried(a_plan(contained=[team()], careTeam=[{"reference": "#t"}]), sender=chain)
    assert [(r["party"], r["role"]) for r in trial["registry"]] == [("ggz", "GGZ"), ("dagbesteding", "DAY")]


@pytest.mark.parametrize("who", [{"type": "Practitioner"}, {"reference": "PractitionerRole/1"}])
def test_person_in_the_team_is_no_organisation(who: Json) -> None:
    """Whatever number stands beside it: professionals have an AGB code too."""
    member = {"member": who | {"identifier": {"system": URA, "value": "90000121"}}}
    document = a_plan(contained=[team(participant=[member])], careTeam=[{"reference": "#t"}])
    assert [relation.party.scheme for relation in stated(document, RelationStated)] == ["self"]


def test_end_that_is_there_and_has_no_value_is_not_open() -> None:
    """The involvement would last for ever."""
    masked = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
    }
    errors = tried(a_plan(period={"start": "2026-01-01", "_end": masked}))["errors"]
    assert errors == [{"field": "CarePlan.period.end", "rule": "missing"}]


def test_organisation_outside_the_chain_does_not_get_the_senders_role(chain: Sender) -> None:
    """It can receive nothing, so nothing is said of it."""
    stranger = [{"member": {"identifier": {"system": URA, "value": "90000999"}}}]
    trial = tried(a_plan(contained=[team(participant=stranger)], careTeam=[{"reference": "#t"}]), sender=chain)
    assert [record["party"] for record in trial["registry"]] == ["ggz"]


@pytest.mark.parametrize(
    ("changes", "ended"),
    [
        ({"status": "inactive"}, [True]),
        ({"status": "proposed"}, []),
        ({"status": None}, [False]),
        ({"period": {"start": "2026-02", "end": "2026-03"}}, [False]),
    ],
)
def test_team_that_is_over_or_not_yet_there(changes: Json, ended: list[bool]) -> None:
    """As its status says."""
    members = {name: value for name, value in team(**changes).items() if value is not None}
    found = stated(a_bundle(a_plan(careTeam=[{"reference": "CareTeam/t"}]), members), RelationStated)
    assert [relation.ended for relation in found if relation.party.scheme == "ura"] == ended


def test_organisation_comes_from_the_bundle_or_from_the_team_itself() -> None:
    """By an identifier, wherever the Organization stands; a known partner name goes first."""
    here = {"resourceType": "Organization", "id": "h", "identifier": [{"system": URA, "value": "90000121"}]}
    there = {
        "resourceType": "Organization",
        "id": "d",
        "identifier": [
            {"system": URA, "value": "90000122"},
            {"system": "https://schakel.example/partner", "value": "jobcoach-oost"},
        ],
    }
    members = [{"member": {"reference": "#h"}}, {"member": {"reference": "Organization/d"}}]
    document = a_bundle(
        a_plan(careTeam=[{"reference": "CareTeam/t"}]), team(participant=members, contained=[here]), there
    )
    parties = [relation.party for relation in stated(document, RelationStated)]
    assert parties[1:] == [OrganisationRef("ura", "90000121"), OrganisationRef("partner", "jobcoach-oost")]


def test_ambiguous_organisation_refuses_the_record(chain: Sender) -> None:
    """The partner can name it more precisely; the hub does not guess."""

    def resolve(ref: OrganisationRef, role: Role | None) -> Party:
        if ref.scheme == "ura":
            raise rejected("organisation", "ambiguous")
        return chain.resolve(ref, role)

    sender = Sender("ggz", Role.GGZ, resolve)
    trial = tried(a_plan(contained=[team()], careTeam=[{"reference": "#t"}]), sender=sender)
    assert trial["outcome"] == "rejected"


def test_order_alone_involves_its_performer_and_nobody_else() -> None:
    """The sender's own involvement is longer than one order."""
    performer = [{"identifier": {"system": URA, "value": "90000121"}}, {"display": "een mens"}]
    (relation,) = stated(an_order(performer=performer, occurrencePeriod={"start": "2026-05"}), RelationStated)
    assert (relation.party.value, relation.valid_from, relation.ended) == ("90000121", date(2026, 5, 1), False)


@pytest.mark.parametrize(
    ("status", "ended"), [("requested", []), ("accepted", [False]), ("in-progress", [False]), ("completed", [True])]
)
def test_task_involves_its_owner_once_it_is_accepted(status: str, ended: list[bool]) -> None:
    """Koppeltaal's tasks; one that belongs to the patient says nothing."""
    owner = {"identifier": {"system": URA, "value": "90000121"}}
    task = {"resourceType": "Task", "id": "t", "status": status, "intent": "order", "for": ME, "owner": owner}
    assert [relation.ended for relation in stated(task, RelationStated)] == ended
    assert stated(task | {"owner": ME}, RelationStated) == []


def test_what_is_not_declared_never_becomes_an_object() -> None:
    """Diagnosis, note, narrative, title and what is done: passed over before Python sees them."""
    secret = "geheim-8812"
    document = a_plan(
        title=secret,
        description=secret,
        note=[{"text": secret}],
        text={"status": "generated", "div": secret},
        addresses=[{"display": secret}],
        contained=[{"resourceType": "Condition", "id": "c", "code": {"text": secret}}],
        activity=[{"detail": {"code": {"text": secret}, "description": secret, "status": "in-progress"}}],
        category=[{"coding": [{"system": "http://snomed.info/sct", "code": secret}], "text": secret}],
    )
    assert secret not in repr(parse(json.dumps(document).encode()))
