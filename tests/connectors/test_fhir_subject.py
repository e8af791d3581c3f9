"""Whom a FHIR record is about, by which name it is known, and when it may not be read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schakel_connectors.connector import load
from schakel_connectors.testing.care_plans import BSN, ME, PERSON, Json, a_bundle, a_plan, translations, tried
from schakel_connectors.trial import Memory, try_record

OTHER = "999910462"


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
        pytest.param(
            lambda mark: a_plan(contained=[{"resourceType": "CareTeam", "id": "t", "participant": [mark]}]), id="member"
        ),
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
