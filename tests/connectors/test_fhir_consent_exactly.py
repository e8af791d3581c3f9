"""What a rule is about, said in ways that are easily passed over: never read as more than it says."""

import json
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import HL7, OWN, Json, a_consent, a_permission, an_actor

from schakel_connectors.connector import load
from schakel_connectors.trial import Trial, try_record

PARTNER = "https://schakel.example/partner"
URA = "http://fhir.nl/fhir/NamingSystem/ura"
OIN = "http://fhir.nl/fhir/NamingSystem/oin"
AGB = "http://fhir.nl/fhir/NamingSystem/agb-z"
FHIR_CONSENT = load("fhir_consent")
CUSTODIAN = {
    "role": {"coding": [{"system": f"{HL7}/v3-ParticipationType", "code": "CST"}]},
    "reference": {"identifier": {"system": PARTNER, "value": "ggz"}},
}
"""Whose data a rule is about."""


def tried(document: Json | str) -> Trial:
    """What the document leads to."""
    raw = document if isinstance(document, str) else json.dumps(document)
    return try_record(FHIR_CONSENT, raw.encode())


def refusal(document: Json | str) -> list[tuple[str, str]]:
    """The fields and rules, of a document that is refused."""
    return [(error["field"], error["rule"]) for error in tried(document)["errors"]]


def recipients(document: Json) -> list[str]:
    """Whom the one record of an accepted document names."""
    trial = tried(document)
    assert trial["errors"] == []
    (record,) = trial["registry"]
    return [recipient["party"] for recipient in record["recipients"]]


def a_rule(**changes: Any) -> Json:
    """A rule by which one partner may know one category, but for the changes."""
    return a_permission("coach", "support_level") | changes


def known_as(**reference: Any) -> Json:
    """A recipient by what its reference says."""
    return an_actor("coach") | {"reference": reference}


def numbered(system: str, value: str) -> Json:
    """A number of an organisation."""
    return {"system": system, "value": value}


def a_bundle(consent: Json, *numbers: Json) -> Json:
    """A consent with an organisation that has these numbers."""
    organisation = {"resourceType": "Organization", "id": "o", "identifier": list(numbers)}
    return {"resourceType": "Bundle", "entry": [{"resource": organisation}, {"resource": consent}]}


@pytest.mark.parametrize("concept", [{"text": "alleen het plan van januari"}, {"coding": []}, {}])
def test_kind_of_data_in_words_is_a_limit(concept: Json) -> None:
    """In a permission and in an objection; an exception might be about anything."""
    expected = [("Consent.provision.class", "not_representable")]
    assert refusal(a_consent(a_rule(code=[concept]))) == expected
    assert refusal(a_consent({"type": "deny", "code": [concept]})) == expected
    exception = {"type": "deny", "code": [concept]}
    assert refusal(a_consent(a_rule(provision=[exception]))) == [("Consent.provision.provision", "nothing_left")]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (known_as(identifier=numbered(URA, "00001234")), []),
        (known_as(identifier=numbered(PARTNER, "coach")), ["school"]),
        (known_as(identifier=numbered(PARTNER, "uwv")), ["coach", "school"]),
        (known_as(reference="Organization/o"), ["school"]),
    ],
    ids=["another_register", "the_same", "another", "all_its_numbers"],
)
def test_exception_is_for_whoever_it_may_be(named: Json, expected: list[str]) -> None:
    """Two registers don't tell two organisations apart; of one that has several numbers, any will do."""
    permitted = [an_actor("coach"), an_actor("school")]
    rule = a_rule(actor=permitted, provision=[{"type": "deny", "actor": [named]}])
    document = a_bundle(a_consent(rule), numbered(URA, "00009999"), numbered(PARTNER, "coach"))
    if expected:
        assert recipients(document) == expected
    else:
        assert refusal(document) == [("Bundle.entry.1.resource.Consent.provision.provision", "nothing_left")]


@pytest.mark.parametrize("value", ["00001234", "1234"])
def test_exception_names_a_number_in_any_spelling(value: str) -> None:
    """The noughts before it, and a second number of the same register."""
    permitted = known_as(identifier=numbered(URA, "00001234"))
    rule = a_rule(actor=[permitted], provision=[{"type": "deny", "actor": [known_as(reference="Organization/o")]}])
    document = a_bundle(a_consent(rule), numbered(URA, "00005678"), numbered(URA, value))
    assert refusal(document) == [("Bundle.entry.1.resource.Consent.provision.provision", "nothing_left")]


def test_objection_is_to_an_organisation_by_any_of_its_numbers() -> None:
    """The chain may know it by another one than the first."""
    objection = {"type": "deny", "actor": [known_as(reference="Organization/o")]}
    document = a_bundle(a_consent(objection), numbered(URA, "00001234"), numbered(PARTNER, "coach"))
    assert recipients(document) == ["coach", "ura:00001234"]


def test_actor_is_in_one_role() -> None:
    """Of an exception for two roles one would be left out."""
    twice = an_actor("coach") | {
        "role": {"coding": [{"system": f"{OWN}/role", "code": code} for code in ("JOB", "KEY")]}
    }
    rule = a_rule(provision=[{"type": "deny", "actor": [twice]}])
    assert refusal(a_consent(rule)) == [("Consent.provision.provision.0.actor.role", "repeated")]


@pytest.mark.parametrize(
    "reference",
    [
        {"type": "Practitioner", "identifier": numbered(AGB, "01000123")},
        {"type": "http://hl7.org/fhir/StructureDefinition/RelatedPerson", "identifier": numbered(PARTNER, "coach")},
        {"reference": "Practitioner/7", "identifier": numbered(PARTNER, "coach")},
        {
            "reference": "https://epd.example/fhir/PractitionerRole/7/_history/2",
            "identifier": numbered(URA, "00001234"),
        },
    ],
    ids=["type", "address_as_type", "pointer", "address"],
)
def test_person_is_no_organisation_whatever_the_number(reference: Json) -> None:
    """Whoever permits it to one professional does not permit it to where they work."""
    rule = a_rule(actor=[known_as(**reference)])
    assert refusal(a_consent(rule)) == [("Consent.provision.actor", "recipient_unidentified")]
    assert recipients(a_consent(a_rule(actor=[known_as(**reference), an_actor("school")]))) == ["school"]


def test_somebody_who_came_along_is_no_organisation() -> None:
    """A URN does not tell what it points to."""
    person = {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Practitioner", "id": "7"}}
    named = known_as(reference="urn:uuid:1", identifier=numbered(PARTNER, "coach"))
    document = {"resourceType": "Bundle", "entry": [person, {"resource": a_consent(a_rule(actor=[named]))}]}
    assert refusal(document) == [("Bundle.entry.1.resource.Consent.provision.actor", "recipient_unidentified")]


def test_reference_to_two_organisations_is_ambiguous() -> None:
    """Its number is not that of the organisation that it points to; of another register it can be."""
    named = known_as(reference="Organization/o", identifier=numbered(PARTNER, "coach"))
    consent = a_consent(a_rule(actor=[named]))
    expected = [("Bundle.entry.1.resource.Consent.provision.actor.reference", "reference_ambiguous")]
    assert refusal(a_bundle(consent, numbered(PARTNER, "school"))) == expected
    assert recipients(a_bundle(consent, numbered(OIN, "00000001123456789000"))) == ["coach"]


ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}


@pytest.mark.parametrize("limit", ["start", "end"])
@pytest.mark.parametrize("kind", ["permit", "deny"])
def test_limit_without_a_value_is_not_open(limit: str, kind: str) -> None:
    """It would hold for ever; with a value beside it, an extension changes nothing."""
    rule = a_rule(type=kind)
    expected = [(f"Consent.provision.period.{limit}", "missing")]
    assert refusal(a_consent(rule | {"period": {f"_{limit}": ABSENT}})) == expected
    assert refusal(a_consent(rule | {"period": {limit: ""}})) == expected
    assert refusal(a_consent(rule | {"period": {f"_{limit}": ABSENT, limit: "2026-03-04"}})) == []


@pytest.mark.parametrize(
    "end", ["<end>2025-12-31</end>", '<end><extension url="https://epd.example/x"/></end>', "<end/>"]
)
def test_limit_without_a_value_is_not_open_in_xml_either(end: str) -> None:
    """A value stands in an attribute; a text between the marks is none."""
    scope = f'<scope><coding><system value="{HL7}/consentscope"/><code value="patient-privacy"/></coding></scope>'
    patient = '<patient><reference value="Patient/1"/></patient>'
    rule = f'<provision><type value="deny"/><period>{end}</period></provision>'
    consent = f'<id value="c1"/><status value="active"/>{scope}{patient}{rule}'
    document = f'<Consent xmlns="http://hl7.org/fhir">{consent}</Consent>'
    assert refusal(document) == [("Consent.provision.period.end", "missing")]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({"actor": [an_actor("jobcoach")]}, [("Consent.provision.type", "not_representable")]),
        (
            {"class": [{"system": f"{OWN}/category", "code": "support_level"}]},
            [("Consent.provision.type", "not_representable")],
        ),
        ({"period": {"start": "2025-11-03"}}, []),
        ({"actor": [CUSTODIAN]}, []),
        ({}, []),
    ],
    ids=["whom", "what", "when", "whose", "all"],
)
def test_an_objection_with_an_exception_is_not_read_as_the_exception_alone(base: Json, expected: list[Any]) -> None:
    """What the person refuses by name would be lost; a base that denies all only says that the rest is no consent."""
    trial = tried(a_consent({"type": "deny", "provision": [a_rule()]} | base))
    assert [(error["field"], error["rule"]) for error in trial["errors"]] == expected
