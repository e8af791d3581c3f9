"""Consents: what they permit here, what they object to, and why one is refused."""

import json
from typing import Any

import pytest

from schakel_connectors.connector import load
from schakel_connectors.trial import Trial, try_record

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
OWN = "https://schakel.example/CodeSystem"
HL7 = "http://terminology.hl7.org/CodeSystem"
EXTENSION = "https://schakel.example/StructureDefinition"

Json = dict[str, Any]


def codes(system: str, *found: str) -> list[Json]:
    """Codings of one system."""
    return [{"system": system, "code": code} for code in found]


def an_actor(partner: str, role: str = "JOB") -> Json:
    """A recipient in a role of the hub."""
    who = {"identifier": {"system": "https://schakel.example/partner", "value": partner}}
    return {"role": {"coding": codes(f"{OWN}/role", role)}, "reference": who}


def a_rule(**changes: Any) -> Json:
    """A rule that permits the job coach to know the level of support; a field that is None is left out."""
    rule = {
        "type": "permit",
        "actor": [an_actor("jobcoach")],
        "purpose": codes(f"{OWN}/purpose", "job_coaching"),
        "class": codes(f"{OWN}/category", "support_level"),
    } | changes
    return {name: value for name, value in rule.items() if value is not None}


def a_consent(provision: Json | None = None, **changes: Any) -> Json:
    """An active consent; a field that is None is left out."""
    consent = {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": {"coding": codes(f"{HL7}/consentscope", "patient-privacy")},
        "patient": {"identifier": {"system": BSN, "value": "999910115"}},
        "dateTime": "2025-11-03",
        "provision": a_rule() if provision is None else provision,
    } | changes
    return {name: value for name, value in consent.items() if value is not None}


def an_extension(name: str, code: Any) -> Json:
    """An extension of the hub's."""
    return {"url": f"{EXTENSION}/{name}", "valueCode": code}


def tried(document: Json) -> Trial:
    """What the document leads to."""
    return try_record(load("fhir_consent"), json.dumps(document).encode())


def records(document: Json) -> list[Json]:
    """The registry records, of a document that is accepted."""
    trial = tried(document)
    assert trial["errors"] == []
    return trial["registry"]


def refusal(document: Json) -> list[tuple[str, str]]:
    """The fields and rules, of a document that is refused."""
    return [(error["field"], error["rule"]) for error in tried(document)["errors"]]


def test_permission_names_who_what_and_why() -> None:
    """And is told to those it names."""
    trial = tried(a_consent())
    (record,), (event,) = trial["registry"], trial["events"]

    assert event["type"] == "nl.schakel.consent.granted.v1"
    assert record["effect"] == "permit"
    assert record["recipients"] == [{"party": "jobcoach", "role": "JOB"}]
    assert (record["categories"], record["purposes"]) == (["support_level"], ["job_coaching"])
    assert record["collected_by"] == "example"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"class": None}, [("Consent.provision.class", "class_missing")]),
        ({"purpose": None}, [("Consent.provision.purpose", "purpose_missing")]),
        (
            {"purpose": None, "actor": []},
            [("Consent.provision.actor", "actor_missing"), ("Consent.provision.purpose", "purpose_missing")],
        ),
        ({"type": None}, [("Consent.provision.type", "missing")]),
        (
            {"securityLabel": codes(f"{HL7}/v3-Confidentiality", "N")},
            [("Consent.provision.securityLabel", "not_representable")],
        ),
        ({"data": [{"meaning": "related"}]}, [("Consent.provision.data", "not_representable")]),
        ({"dataPeriod": {"start": "2025"}}, [("Consent.provision.dataPeriod", "not_representable")]),
        (
            {"action": [{"coding": codes(f"{HL7}/consentaction", "correct")}]},
            [("Consent.provision.action", "not_representable")],
        ),
        (
            {"code": [{"coding": codes("http://loinc.org", "34133-9")}]},
            [("Consent.provision.class", "not_representable")],
        ),
        (
            {"actor": [an_actor("jobcoach"), {"role": {"coding": codes(f"{HL7}/v3-ParticipationType", "AUT")}}]},
            [("Consent.provision.actor", "not_representable")],
        ),
        ({"class": codes(f"{OWN}/category", "diagnosis")}, [("Consent.provision.class", "category_unknown")]),
        ({"purpose": codes(f"{OWN}/purpose", "enforcement")}, [("Consent.provision.purpose", "purpose_unknown")]),
        ({"actor": [an_actor("jobcoach", "BAAS")]}, [("Consent.provision.actor.role", "role_unknown")]),
        ({"actor": [an_actor("Job Coach")]}, [("Consent.provision.actor.reference", "identifier_invalid")]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value[0][1],
)
def test_permission_that_the_hub_cannot_keep_exactly_is_refused(changes: Json, expected: list[tuple[str, str]]) -> None:
    """Never read as more than it says, never dropped without a word."""
    assert refusal(a_consent(a_rule(**changes))) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": codes(f"{HL7}/v3-ActReason", "HRESCH")},
        {"purpose": codes(f"{HL7}/v3-ActReason", "TREAT"), "class": None},
        {"purpose": None, "class": codes("http://hl7.org/fhir/resource-types", "MedicationRequest")},
    ],
    ids=["research", "no_category", "another_kind_of_data"],
)
def test_consent_that_is_not_about_this_hub_has_no_effect(changes: Json) -> None:
    """It is accepted: a partner sends all its consents, and those for research are none of ours."""
    assert records(a_consent(a_rule(**changes))) == []


@pytest.mark.parametrize("scope", ["adr", "treatment", "research"])
def test_consent_of_another_scope_has_no_effect(scope: str) -> None:
    """A living will is not about sharing, and what it says is not looked at."""
    assert records(a_consent(scope={"coding": codes(f"{HL7}/consentscope", scope)})) == []


@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_consent_that_is_not_yet_given_says_nothing(status: str) -> None:
    """Not even that it was asked."""
    assert records(a_consent(status=status)) == []


def test_treatment_means_care_coordination() -> None:
    """HL7's purposes, as far as the hub has them; payment has no meaning here."""
    purpose = codes(f"{HL7}/v3-ActReason", "TREAT", "CAREMGT", "HPAYMT")
    (record,) = records(a_consent(a_rule(purpose=purpose)))
    assert record["purposes"] == ["care_coordination"]


def test_recipient_that_is_a_person_is_left_out() -> None:
    """Consent is to organisations here; the one that is named remains."""
    person = {
        "role": {"coding": codes(f"{HL7}/v3-ParticipationType", "IRCP")},
        "reference": {"reference": "Practitioner/1"},
    }
    (record,) = records(a_consent(a_rule(actor=[an_actor("jobcoach"), person])))
    assert [recipient["party"] for recipient in record["recipients"]] == ["jobcoach"]
    assert refusal(a_consent(a_rule(actor=[person]))) == [("Consent.provision.actor", "recipient_unidentified")]


def test_period_holds_to_the_end_of_its_last_day() -> None:
    """In Dutch time, also where the clock changes in between."""
    (record,) = records(a_consent(a_rule(period={"start": "2025-11", "end": "2026-06-30"})))
    assert (record["valid_from"], record["valid_until"]) == ("2025-10-31T23:00:00Z", "2026-06-30T22:00:00Z")


def test_inner_permission_keeps_the_limits_of_the_outer() -> None:
    """Of two limits both hold."""
    outer = a_rule(**{"class": None, "actor": [an_actor("jobcoach"), an_actor("school")]})
    inner = a_rule(actor=[an_actor("jobcoach"), an_actor("gemeente")], purpose=None)
    (record,) = records(a_consent(outer | {"provision": [inner]}))
    assert [recipient["party"] for recipient in record["recipients"]] == ["jobcoach"]


def test_source_is_who_keeps_the_consent() -> None:
    """Each organisation apart; one that can't be looked up would make it a permission for every source."""
    named = [
        {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": number}}
        for number in ("00000001", "00000002")
    ]
    assert [record["source"] for record in records(a_consent(organization=named))] == [
        "ura:00000001",
        "ura:00000002",
    ]
    assert records(a_consent())[0]["source"] is None
    expected = [("Consent.organization", "organisation_unidentified")]
    assert refusal(a_consent(organization=[*named, {"reference": "Organization/9"}])) == expected


def test_custodian_in_a_rule_is_its_source() -> None:
    """The rule is then about the data that this organisation keeps."""
    custodian = an_actor("ggz") | {"role": {"coding": codes(f"{HL7}/v3-ParticipationType", "CST")}}
    (record,) = records(a_consent(a_rule(actor=[an_actor("jobcoach"), custodian])))
    assert record["source"] == "ggz"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ([], [], [])),
        ({"actor": [an_actor("uwv", "UWV")]}, (["uwv"], [], [])),
        ({"class": codes(f"{OWN}/category", "housing")}, ([], ["housing"], [])),
        ({"purpose": codes(f"{OWN}/purpose", "reintegration")}, ([], [], ["reintegration"])),
    ],
    ids=["all", "recipient", "category", "purpose"],
)
def test_objection_covers_all_that_it_does_not_limit(changes: Json, expected: tuple[Any, Any, Any]) -> None:
    """No limit is no mercy: what is not named is covered."""
    (record,) = records(a_consent({"type": "deny"} | changes))
    found = [recipient["party"] for recipient in record["recipients"]], record["categories"], record["purposes"]
    assert (record["effect"], found) == ("deny", expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": [{}]},
        {"securityLabel": [{}]},
        {"class": codes("http://loinc.org", "1")},
        {
            "actor": [
                {
                    "role": {"coding": codes(f"{HL7}/v3-ParticipationType", "PRCP")},
                    "reference": {"reference": "Practitioner/1"},
                }
            ]
        },
    ],
    ids=["data", "label", "class", "person"],
)
def test_objection_that_cannot_be_kept_is_refused_and_never_dropped(changes: Json) -> None:
    """Somebody at the partner must look at it."""
    assert tried(a_consent({"type": "deny"} | changes))["outcome"] == "rejected"


def test_opting_out_is_an_objection_unless_something_is_permitted_inside() -> None:
    """What is permitted inside is then an exception to a hub that shares nothing anyway."""
    policy = {"coding": codes(f"{HL7}/v3-ActCode", "OPTOUT")}
    (out,) = records(a_consent({"actor": [an_actor("uwv", "UWV")]}, policyRule=policy))
    (permitted,) = records(a_consent({"provision": [a_rule()]}, policyRule=policy))
    assert (out["effect"], out["recipients"], permitted["effect"]) == ("deny", [], "permit")


def test_what_an_untyped_base_denies_inside_is_an_objection() -> None:
    """Whatever the base means, the person was clear there."""
    (record,) = records(a_consent({"provision": [{"type": "deny", "actor": [an_actor("uwv", "UWV")]}]}))
    assert record["effect"] == "deny"


@pytest.mark.parametrize(
    ("changes", "form"),
    [
        ({}, "verbal"),
        ({"sourceAttachment": {"title": "formulier"}}, "digital"),
        ({"sourceReference": {"reference": "DocumentReference/1"}}, "digital"),
        ({"extension": [an_extension("consent-form", "written")]}, "written"),
    ],
    ids=["nothing", "attachment", "reference", "said"],
)
def test_form_is_the_weakest_that_the_record_supports(changes: Json, form: str) -> None:
    """Written is only what says that it is."""
    assert records(a_consent(**changes))[0]["form"] == form


def test_representative_says_in_which_capacity() -> None:
    """The person named twice is the person; somebody else without a capacity is nobody."""
    other = [{"reference": "RelatedPerson/1"}]
    mentor = a_consent(performer=other, extension=[an_extension("grantor", "personal_mentor")])
    themself = a_consent(performer=[{"reference": "Patient/1", "identifier": a_consent()["patient"]["identifier"]}])

    assert records(mentor)[0]["grantor"] == "personal_mentor"
    assert records(themself)[0]["grantor"] == "subject"
    assert refusal(a_consent(performer=other)) == [("Consent.performer", "grantor_missing")]


@pytest.mark.parametrize(
    ("extension", "rule"),
    [
        (an_extension("consent-form", "postduif"), "code_unknown"),
        (an_extension("grantor", 7), "code_unknown"),
        (an_extension("freely-given", {"a": 1}), "code_unknown"),
        (an_extension("consent-text-version", "twee"), "text_version_invalid"),
    ],
    ids=["form", "grantor", "checks", "version"],
)
def test_own_extension_that_makes_no_sense_is_refused(extension: Json, rule: str) -> None:
    """A grantor that is dropped would become the person."""
    assert refusal(a_consent(extension=[extension])) == [("Consent.extension", rule)]


def test_text_version_stands_in_the_extension_or_behind_the_address_of_the_text() -> None:
    """As FHIR writes the version of what it points at."""
    own = {"url": f"{EXTENSION}/consent-text-version", "valueString": "2.1"}
    assert records(a_consent(extension=[own]))[0]["text_version"] == "2.1"
    assert records(a_consent(policy=[{"uri": "https://ggz.example/tekst|3.0"}]))[0]["text_version"] == "3.0"
    assert records(a_consent(policy=[{"uri": "https://ggz.example/tekst/4"}]))[0]["text_version"] is None


def test_permission_without_a_date_is_refused_and_an_objection_is_not() -> None:
    """A permission ends after twelve months, so it must have begun (R10)."""
    assert refusal(a_consent(dateTime=None)) == [("Consent.dateTime", "missing")]
    assert len(records(a_consent({"type": "deny"}, dateTime=None))) == 1


def test_consent_that_nobody_could_oversee_is_refused() -> None:
    """Too many parties, too many rules, too many parts."""
    crowd = a_rule(actor=[an_actor(f"p{n}") for n in range(21)])
    maze = a_rule(provision=[{"type": "deny", "actor": [an_actor("uwv")]}] * 20)
    names = ("support_level", "housing", "placement", "attendance", "transport")
    parts = [a_rule(**{"actor": [an_actor(n.replace("_", "-"))], "class": codes(f"{OWN}/category", n)}) for n in names]

    assert refusal(a_consent(crowd)) == [("Consent.provision.actor", "too_long")]
    assert refusal(a_consent(maze)) == [("Consent.provision", "too_many_rules")]
    assert refusal(a_consent({"type": "deny", "provision": parts})) == [("Consent.provision", "too_many_parts")]


@pytest.mark.parametrize(
    "document",
    [
        a_consent(modifierExtension=[{"url": "x"}]),
        a_consent(a_rule(modifierExtension=[{"url": "x"}])),
        a_consent(a_rule(actor=[an_actor("jobcoach") | {"modifierExtension": [{"url": "x"}]}])),
        a_consent(a_rule(provision=[{"type": "deny", "modifierExtension": [{"url": "x"}]}])),
        a_consent(policy=[{"modifierExtension": [{"url": "x"}]}]),
        {"resourceType": "Bundle", "entry": [{"modifierExtension": [{"url": "x"}], "resource": a_consent()}]},
    ],
    ids=["consent", "rule", "actor", "exception", "policy", "entry"],
)
def test_modifier_that_is_not_known_makes_the_consent_unreadable(document: Json) -> None:
    """It may turn yes into no."""
    ((field, rule),) = refusal(document)
    assert (field.rpartition(".")[2], rule) == ("modifierExtension", "modifier_extension_unknown")
