"""A FHIR Consent in which all is well, for tests that change one thing."""

from typing import Any

OWN = "https://schakel.example/CodeSystem"
HL7 = "http://terminology.hl7.org/CodeSystem"
Json = dict[str, Any]


def an_actor(partner: str, system: str = f"{OWN}/role", code: str = "JOB") -> Json:
    """Return a recipient in a role of the hub."""
    who = {"identifier": {"system": "https://schakel.example/partner", "value": partner}}
    return {"role": {"coding": [{"system": system, "code": code}]}, "reference": who}


def a_permission(partner: str, category: str) -> Json:
    """Return a rule by which one partner may know one category."""
    return {
        "type": "permit",
        "actor": [an_actor(partner)],
        "purpose": [{"system": f"{OWN}/purpose", "code": "job_coaching"}],
        "class": [{"system": f"{OWN}/category", "code": category}],
    }


def a_consent(provision: Json, **changes: Any) -> Json:
    """Return a consent of one rule, with others in it or not; a field that is None is left out."""
    consent = {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": {"coding": [{"system": f"{HL7}/consentscope", "code": "patient-privacy"}]},
        "patient": {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999910115"}},
        "dateTime": "2025-11-03",
        "provision": provision,
    } | changes
    return {name: value for name, value in consent.items() if value is not None}
