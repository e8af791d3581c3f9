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


SERVER = "https://epd.example/fhir/"


@pytest.mark.parametrize(
    ("reference", "bsn", "numbers"),
    [
        ({"reference": "Patient/7"}, PERSON, {f"{SERVER}Patient|7", "https://epd.example/nr|A7"}),
        ({"reference": f"{SERVER}Patient/7"}, PERSON, {f"{SERVER}Patient|7", "https://epd.example/nr|A7"}),
        ({"reference": "Patient/8"}, None, {f"{SERVER}Patient|8"}),
        ({"reference": "Patient/8/_history/3"}, None, {f"{SERVER}Patient|8"}),
        ({"reference": "https://elders.example/Patient/7"}, None, {"https://elders.example/Patient|7"}),
        ({"identifier": {"system": BSN, "value": OTHER}}, OTHER, set()),
        ({"identifier": {"system": "https://epd.example/nr", "value": "A7"}}, None, {"https://epd.example/nr|A7"}),
        ({"reference": f"Patient?identifier={BSN}%7C{OTHER}"}, OTHER, set()),
        ({"reference": f"Patient?identifier={BSN}|{OTHER}&active=true"}, OTHER, set()),
        ({"reference": f"Patient?active=true&identifier={BSN}|{OTHER}"}, OTHER, set()),
        ({"reference": "Patient/8", "identifier": {"system": BSN, "value": OTHER}}, OTHER, {f"{SERVER}Patient|8"}),
        ({"reference": "Patient/8", "identifier": {"system": BSN}}, None, {f"{SERVER}Patient|8"}),
        ({"reference": "Patient/8", "type": "Patient"}, None, {f"{SERVER}Patient|8"}),
        (
            {"reference": "Patient/8", "type": "http://hl7.org/fhir/StructureDefinition/Patient"},
            None,
            {f"{SERVER}Patient|8"},
        ),
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
        ({"reference": "Patient?family=Jansen&active=true"}, "reference_unresolved"),
        ({"reference": "Patient?identifier=a|1,b|2"}, "reference_ambiguous"),
        ({"identifier": {"system": BSN, "value": OTHER}, "type": "Group"}, "not_a_patient"),
        ({"identifier": {"system": BSN, "value": OTHER}, "type": "RelatedPerson"}, "not_a_patient"),
        ({"reference": "Patient/7", "type": "Practitioner"}, "not_a_patient"),
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


@pytest.mark.parametrize("kind", ["Practitioner", "RelatedPerson", "Group"])
def test_task_for_somebody_else_is_about_nobody_here(kind: str) -> None:
    """Whose number is given is said by the type of the reference, and it may be the carer's."""
    task = {
        "resourceType": "Task",
        "id": "t1",
        "status": "in-progress",
        "intent": "order",
        "for": {"type": kind, "identifier": {"system": BSN, "value": PERSON}},
    }
    assert [error["rule"] for error in tried(task)["errors"]] == ["not_a_patient"]
    assert tried(task | {"for": {"identifier": {"system": BSN, "value": PERSON}}})["errors"] == []


SPELLINGS = [
    "http://fhir.nl/fhir/NamingSystem/bsn",
    "https://fhir.nl/fhir/NamingSystem/bsn",
    "http://fhir.nl/fhir/NamingSystem/bsn/",
    "HTTP://FHIR.NL/fhir/namingsystem/BSN",
    "http://www.fhir.nl/fhir/NamingSystem/bsn",
    "urn:oid:2.16.840.1.113883.2.4.6.3",
    "URN:OID:2.16.840.1.113883.2.4.6.3",
    " urn:oid:2.16.840.1.113883.2.4.6.3 ",
    "2.16.840.1.113883.2.4.6.3",
]


@pytest.mark.parametrize("system", SPELLINGS)
def test_bsn_is_a_bsn_however_its_system_is_spelt(system: str) -> None:
    """Never a number of the partner's own, and never part of a key."""
    number = {"system": system, "value": PERSON}
    (translation,) = translations(a_plan(subject={"identifier": number}))
    assert (translation.subject.bsn, translation.subject.own_numbers) == (PERSON, ())
    keyless = a_plan(id=None, identifier=[number])
    assert [error["rule"] for error in tried(keyless)["errors"]] == ["id_missing"]


@pytest.mark.parametrize("system", ["https://epd.example/bsn", "urn:x:BSN", "burgerservicenummer"])
def test_number_that_passes_for_a_bsn_is_not_kept_under_another_name(system: str) -> None:
    """It would stand in keys and be linked; one that is no BSN is a number as any other."""
    number = {"system": system, "value": PERSON}
    assert [error["rule"] for error in tried(a_plan(subject={"identifier": number}))["errors"]] == ["system_unknown"]
    assert [error["rule"] for error in tried(a_plan(id=None, identifier=[number]))["errors"]] == ["id_missing"]
    other = a_plan(subject={"identifier": number | {"value": "A7"}})
    assert translations(other)[0].subject.own_numbers == (f"{system}|A7",)
