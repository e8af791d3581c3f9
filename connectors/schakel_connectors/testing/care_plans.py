"""Small FHIR documents about one person who does not exist, and what the care plan connector makes of them."""

import json
from typing import Any

from schakel_connectors.connector import load
from schakel_connectors.statement import Sender, Translation
from schakel_connectors.trial import Memory, Trial, try_record

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
PERSON = "999910115"
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
    connector = load("fhir_care_plan")
    return list(connector.to_translations(connector.parse(json.dumps(document).encode())))


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
