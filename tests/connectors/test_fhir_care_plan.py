"""Care plans: what is told of them, to whom they belong, and what is never read."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from schakel_connectors.connector import load
from schakel_connectors.fhir_care_plan.mapping import parse, to_translations
from schakel_connectors.fhir_care_plan.support import level_of
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.stated.support_level import SupportLevelStated
from schakel_connectors.statement import OrganisationRef, Party, Sender, Translation
from schakel_connectors.trial import Memory, Trial, try_record
from schakel_contracts.codes import CarePlanStatus, Role

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
URA = "http://fhir.nl/fhir/NamingSystem/ura"
LEVEL = "https://schakel.example/CodeSystem/support-level"
PERSON = "999910115"
OTHER = "999910462"
ME = {"identifier": {"system": BSN, "value": PERSON}}

Json = dict[str, Any]


def a_plan(**changes: Any) -> Json:
    """An active plan; a field that is None is left out."""
    plan = {"resourceType": "CarePlan", "id": "p1", "status": "active", "intent": "plan", "subject": ME} | changes
    return {name: value for name, value in plan.items() if value is not None}


def a_bundle(*resources: Json) -> Json:
    """A Bundle as a server gives it."""
    host = "https://epd.example/fhir"
    entries = [{"fullUrl": f"{host}/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def an_order(**changes: Any) -> Json:
    """A running order, twice a week."""
    timing = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk"}}
    return {
        "resourceType": "ServiceRequest",
        "id": "o1",
        "status": "active",
        "intent": "order",
        "subject": ME,
        "occurrenceTiming": timing,
    } | changes


def translations(document: Json) -> list[Translation]:
    """What a document means."""
    return list(to_translations(parse(json.dumps(document).encode())))


def stated(document: Json, kind: type[Any]) -> list[Any]:
    """The statements of one kind, in everything that the document means."""
    return [s for t in translations(document) for s in t.statements if isinstance(s, kind)]


def tried(document: Json, memory: Memory | None = None, sender: Sender | None = None) -> Trial:
    """What the document leads to."""
    return try_record(load("fhir_care_plan"), json.dumps(document).encode(), sender, memory=memory)


def kinds(trial: Trial) -> list[str]:
    """The events, by what they are and what they say of status or direction."""
    return [
        event["type"].split(".")[2]
        + "."
        + (event.get("status") or event.get("direction") or event["type"].split(".")[3])
        for event in trial["events"]
    ]


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


@pytest.mark.parametrize(
    ("contacts", "level"), [(0.1, 1), (0.99, 1), (1, 2), (2.9, 2), (3, 3), (6.9, 3), (7, 4), (50, 4)]
)
def test_bands_of_support(contacts: float, level: int) -> None:
    """Less than weekly, weekly, three times a week, daily."""
    assert level_of(contacts) == level


@pytest.mark.parametrize(
    ("repeat", "level"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, 2),
        ({"period": 2, "periodUnit": "wk"}, 1),
        ({"frequency": 4, "period": 1, "periodUnit": "mo"}, 1),
        ({"frequency": 1, "period": 8, "periodUnit": "h"}, 4),
        ({"frequency": 1, "period": 1, "periodUnit": "a"}, 1),
    ],
)
def test_support_follows_from_how_often_there_is_contact(repeat: Json, level: int) -> None:
    """Once is meant where the frequency is left out."""
    activity = [{"detail": {"status": "in-progress", "scheduledTiming": {"repeat": repeat}}}]
    (support,) = stated(a_plan(activity=activity), SupportLevelStated)
    assert support.level == level


@pytest.mark.parametrize(
    "detail",
    [
        {"status": "completed"},
        {"status": "in-progress", "doNotPerform": True},
        {"status": "in-progress", "scheduledTiming": {"repeat": {"frequency": 3}}},
        {"status": "in-progress", "scheduledTiming": {}},
    ],
)
def test_nothing_is_said_of_support_that_is_not_known(detail: Json) -> None:
    """No contact in sight is not the same as no support."""
    timing = {"scheduledTiming": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
    assert stated(a_plan(activity=[{"detail": timing | detail}]), SupportLevelStated) == []


def test_own_code_wins_from_contacts() -> None:
    """Who knows the level says it; other codes in the same place are not kept."""
    document = a_plan(
        category=[{"coding": [{"system": "http://snomed.info/sct", "code": "1"}, {"system": LEVEL, "code": "4"}]}],
        activity=[{"detail": {"status": "in-progress", "scheduledTiming": an_order()["occurrenceTiming"]}}],
    )
    (support,) = stated(document, SupportLevelStated)

    assert support.level == 4
    assert "snomed" not in repr(parse(json.dumps(document).encode()))


def test_two_own_codes_that_differ_are_refused() -> None:
    """The hub does not choose."""
    document = a_plan(meta={"tag": [{"system": LEVEL, "code": "1"}, {"system": LEVEL, "code": "2"}]})
    assert tried(document)["errors"] == [{"field": "CarePlan.category", "rule": "support_level_ambiguous"}]


def test_order_counts_once_however_often_it_is_pointed_at() -> None:
    """The plan points at it and it points at the plan: still twice a week."""
    plan = a_plan(activity=[{"reference": {"reference": "ServiceRequest/o1"}}])
    order = an_order(basedOn=[{"reference": "CarePlan/p1"}, {"reference": "https://epd.example/fhir/CarePlan/p1"}])
    (support,) = stated(a_bundle(plan, order), SupportLevelStated)
    assert support.level == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"basedOn": [{"reference": "CarePlan/p2"}]},
        {"status": "completed"},
        {"intent": "option"},
        {"doNotPerform": True},
    ],
)
def test_order_of_another_plan_or_not_in_force_does_not_count(changes: Json) -> None:
    """Only what this plan comes to."""
    order = an_order(basedOn=[{"reference": "CarePlan/p1"}]) | changes
    assert stated(a_bundle(a_plan(), order), SupportLevelStated) == []


def test_only_the_direction_of_support_travels() -> None:
    """Set, up, down, and at the end none; the level itself stands in no event."""
    memory: Memory = {}
    levels = [tried(a_plan(meta={"tag": [{"system": LEVEL, "code": code}]}), memory) for code in "1331"]
    levels.append(tried(a_plan(status="completed"), memory))

    said = [[e["direction"] for e in trial["events"] if "direction" in e] for trial in levels]
    assert said == [["set"], ["up"], [], ["down"], ["down"]]
    assert all("level" not in event for trial in levels for event in trial["events"])


def test_first_level_that_is_none_is_not_told() -> None:
    """There was nothing and there is nothing."""
    trial = tried(a_plan(meta={"tag": [{"system": LEVEL, "code": "0"}]}))
    assert kinds(trial) == ["case_relation.started", "care_plan.active"]


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


PATIENT = {
    "resourceType": "Patient",
    "id": "7",
    "identifier": [
        {"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": PERSON},
        {"system": "https://epd.example/nr", "value": "A7"},
        {"use": "old", "system": "https://epd.example/nr", "value": "A1"},
    ],
}


@pytest.mark.parametrize(
    ("reference", "bsn", "numbers"),
    [
        ({"reference": "Patient/7"}, PERSON, {"Patient|7", "https://epd.example/nr|A7"}),
        (
            {"reference": "https://epd.example/fhir/Patient/7"},
            PERSON,
            {"Patient|7", "https://epd.example/nr|A7", "https://epd.example/fhir/Patient|7"},
        ),
        ({"reference": "Patient/8"}, None, {"Patient|8"}),
        ({"reference": "Patient/8/_history/3"}, None, {"Patient|8"}),
        ({"reference": "https://elders.example/Patient/7"}, None, {"https://elders.example/Patient|7"}),
        ({"identifier": {"system": BSN, "value": OTHER}}, OTHER, set()),
        ({"identifier": {"system": "https://epd.example/nr", "value": "A7"}}, None, {"https://epd.example/nr|A7"}),
        ({"reference": f"Patient?identifier={BSN}%7C{OTHER}"}, OTHER, set()),
        ({"reference": "Patient/8", "identifier": {"system": BSN, "value": OTHER}}, OTHER, {"Patient|8"}),
        ({"reference": "Patient/8", "identifier": {"system": BSN}}, None, {"Patient|8"}),
    ],
)
def test_person_is_found_however_the_plan_points(reference: Json, bsn: str | None, numbers: set[str]) -> None:
    """By address, by name, by number; a masked BSN and a number that lapsed are passed over."""
    subject = translations(a_bundle(a_plan(subject=reference), PATIENT))[-1].subject
    assert (subject.bsn, set(subject.own_numbers)) == (bsn, numbers)


def test_person_is_found_by_urn_and_inside_the_plan() -> None:
    """As transactions and small messages point."""
    urn = "urn:uuid:5f0c2d9e-0000-4000-8000-000000000001"
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": a_plan(subject={"reference": urn})}, {"fullUrl": urn, "resource": PATIENT}],
    }
    assert translations(bundle)[-1].subject.bsn == PERSON
    inside = a_plan(subject={"reference": "#7"}, contained=[PATIENT])
    assert translations(inside)[0].subject.bsn == PERSON


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ({}, "missing"),
        ({"reference": "Group/1"}, "not_a_patient"),
        ({"reference": "#nobody"}, "reference_unresolved"),
        ({"reference": "#o"}, "not_a_patient"),
        ({"reference": "urn:uuid:5f0c2d9e-0000-4000-8000-000000000009"}, "reference_unresolved"),
        ({"identifier": {"system": BSN, "value": "999910116"}}, "bsn_invalid"),
        ({"identifier": {"system": BSN, "value": OTHER}, "reference": "Patient/7"}, "bsn_ambiguous"),
    ],
)
def test_plan_of_nobody_is_refused(reference: Json, rule: str) -> None:
    """Each in its own words."""
    inside = [{"resourceType": "Observation", "id": "o"}]
    trial = tried(a_bundle(a_plan(subject=reference, contained=inside), PATIENT))
    assert [error["rule"] for error in trial["errors"]] == [rule]


def test_same_name_on_two_servers_is_refused_unless_the_address_tells() -> None:
    """A relative reference is read against the address of who refers."""
    two = [
        {"fullUrl": f"https://{host}.example/Patient/7", "resource": PATIENT | {"identifier": [number]}}
        for host, number in (("a", ME["identifier"]), ("b", {"system": BSN, "value": OTHER}))
    ]
    plan = a_plan(subject={"reference": "Patient/7"})
    beside = {"resourceType": "Bundle", "entry": [*two, {"fullUrl": "https://b.example/CarePlan/p1", "resource": plan}]}
    loose = {"resourceType": "Bundle", "entry": [*two, {"resource": plan}]}

    assert translations(beside)[-1].subject.bsn == OTHER
    assert [error["rule"] for error in tried(loose)["errors"]] == ["reference_ambiguous"]


def test_patient_links_its_numbers_and_says_nothing_else() -> None:
    """A later plan that names only one of them is then linked."""
    (translation,) = translations(PATIENT)
    assert (translation.subject.bsn, translation.statements) == (PERSON, ())

    plan = json.dumps(a_plan(subject={"reference": "Patient/7"})).encode()
    connector = load("fhir_care_plan")
    assert try_record(connector, plan)["outcome"] == "unlinked"
    assert try_record(connector, plan, linked=translation.subject.own_numbers)["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, "CarePlan/p1"),
        ({"id": None, "identifier": [ME["identifier"], {"system": "s", "value": "v"}]}, "CarePlan/s|v"),
    ],
)
def test_record_is_known_by_its_id_or_its_number(changes: Json, key: str) -> None:
    """Never by a BSN, which could be guessed from what travels."""
    assert translations(a_plan(**changes))[0].record_key == key


def test_record_without_any_name_is_known_by_person_and_beginning() -> None:
    """A new version has another end; another plan has another beginning."""

    def key(start: str, end: str) -> str:
        plan = a_plan(id=None, subject={"reference": "Patient/8"}, period={"start": start, "end": end})
        return translations(plan)[0].record_key

    assert key("2026-01-01", "2026-06-01") == key("2026-01-01", "2026-07-01")
    assert key("2026-01-01", "2026-06-01") != key("2026-02-01", "2026-06-01")


def test_older_version_that_comes_later_changes_nothing() -> None:
    """The time of the last change decides, not that of arrival."""
    memory: Memory = {}
    tried(a_plan(status="on-hold", meta={"lastUpdated": "2026-03-02T00:00:00Z"}), memory)
    late = tried(a_plan(meta={"lastUpdated": "2026-03-01T23:59:59+00:00"}), memory)

    assert late["events"] == []
    (translation,) = translations(a_plan(meta={"lastUpdated": "2026-03-01T12:00:00+02:00"}))
    assert translation.as_of == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_bundle_of_other_things_is_of_another_kind() -> None:
    """Even if the Patient whom they are about came along."""
    consent = {"resourceType": "Consent", "id": "c"}
    assert tried(a_bundle(PATIENT, consent))["outcome"] == "rejected"
    assert tried(a_bundle(PATIENT))["outcome"] == "accepted"
    assert tried(a_bundle(PATIENT, consent, a_plan()))["outcome"] == "accepted"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda mark: a_plan(**mark), id="plan"),
        pytest.param(lambda mark: a_plan(activity=[mark]), id="activity"),
        pytest.param(lambda mark: a_plan(activity=[{"detail": {"scheduledTiming": mark}}]), id="timing"),
        pytest.param(lambda mark: a_plan(contained=[{"resourceType": "Goal", "id": "g", "target": [mark]}]), id="goal"),
        pytest.param(lambda mark: a_plan(contained=[team(participant=[mark])]), id="member"),
        pytest.param(lambda mark: a_bundle(a_plan(), PATIENT | mark), id="patient"),
        pytest.param(lambda mark: {"resourceType": "Bundle", "entry": [{"resource": a_plan(), **mark}]}, id="entry"),
    ],
)
def test_modifier_that_is_not_known_makes_the_record_unreadable(place: Callable[[Json], Json]) -> None:
    """FHIR forbids to read on: it may say the opposite of everything else."""
    mark = {"modifierExtension": [{"url": "https://epd.example/omgekeerd", "valueBoolean": True}]}
    (error,) = tried(place(mark))["errors"]
    assert error["rule"] == "modifier_extension_unknown"
    assert "omgekeerd" not in error["field"]


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
