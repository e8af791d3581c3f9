"""A withdrawal holds whatever else is wrong with the record, and whatever stands beside it (AVG 7(3))."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import Json, a_permission
from tests.connectors.a_fhir_consent import a_consent as consent_of

from schakel_connectors.connector import load
from schakel_connectors.trial import Memory, Trial, try_record

RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)
FHIR_CONSENT = load("fhir_consent")


def a_consent(**changes: Any) -> Json:
    """A permission; a field that is None is left out."""
    permission = changes.pop("provision", a_permission("jobcoach", "support_level"))
    return consent_of(permission, **changes)


def a_bundle(*consents: Json) -> Json:
    """Several consents, with somebody whom they do not need."""
    patient = {"resourceType": "Patient", "id": "x", "identifier": [{"system": "https://epd.example", "value": "1"}]}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, *consents)]}


def tried(document: Json | bytes, memory: Memory) -> Trial:
    """What the document leads to, after what came before."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return try_record(FHIR_CONSENT, raw, None, (), RECEIVED, memory)


def said(trial: Trial) -> list[str]:
    """The events, in one word each."""
    return [event["type"].split(".")[3] for event in trial["events"]]


PROVISION = a_consent()["provision"]
WRONG = [
    {"meta": {"lastUpdated": "gisteren"}},
    {"meta": {"lastUpdated": 7}},
    {"meta": []},
    {"provision": PROVISION | {"actor": PROVISION["actor"] * 21}},
    {"provision": PROVISION | {"type": "misschien"}},
    {"provision": "alles"},
    {"provision": PROVISION | {"period": {"start": 1}}},
    {"scope": None},
    {"scope": "privacy"},
    {"performer": "moeder"},
    {"policy": 1},
    {"dateTime": 2025},
    {"extension": [{"url": "https://schakel.example/StructureDefinition/grantr"}]},
    {"organization": [1]},
    {"identifier": [{"system": "https://epd.example/c", "value": "a\n"}]},
    {"contained": [{"resourceType": "Consent", "id": "old"}]},
    {"contained": [{"resourceType": "Toestemming"}, {"resourceType": "Organization", "identifier": 1}]},
]


@pytest.mark.parametrize("in_bundle", [False, True])
@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_withdrawal_holds_whatever_is_wrong(wrong: Json, in_bundle: bool) -> None:  # noqa: FBT001 - a case
    """Alone and in a Bundle; what an active consent is refused for does not keep it alive."""
    memory: Memory = {}
    tried(a_consent(), memory)
    ended = a_consent(status="inactive", **wrong)
    assert said(tried(a_bundle(ended) if in_bundle else ended, memory)) == ["withdrawn"]
    assert tried(a_consent(), memory)["errors"] == [{"field": "Consent.status", "rule": "withdrawn_before"}]


def test_withdrawal_holds_for_what_came_before_it_had_an_id() -> None:
    """A server gives one to what was sent without; the number stays. Of what never came nothing is told."""
    number = {"identifier": [{"system": "https://epd.example/c", "value": "7"}]}
    memory: Memory = {}
    tried(a_consent(id=None, **number), memory)
    ended = tried(a_consent(status="inactive", **number), memory)
    assert "jobcoach" in [to["party"] for event in ended["events"] for to in event["recipients"]]
    assert len([record for record in ended["registry"] if record["withdrawn_at"]]) == 2
    assert tried(a_consent(id=None, **number), memory)["errors"] == [
        {"field": "Consent.status", "rule": "withdrawn_before"}
    ]
    assert len(tried(a_consent(status="inactive", **number), {})["registry"]) == 1


def test_two_withdrawals_of_one_number_are_no_contradiction() -> None:
    """A consent that holds under it is: it is refused, and they are not."""
    number = {"identifier": [{"system": "https://epd.example/c", "value": "7"}]}
    ended = [a_consent(id=name, status="inactive", **number) for name in ("c1", "c2")]
    assert tried(a_bundle(*ended, a_consent(id=None, status="inactive", **number)), {})["outcome"] == "accepted"
    assert outcomes(a_bundle(a_consent(id=None, **number), *ended)) == [
        (3, "accepted", ["withdrawn"]),
        (4, "accepted", ["withdrawn"]),
        (2, "rejected", ["Consent.status"]),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"patient": None},
        {"patient": {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999910116"}}},
        {"modifierExtension": [{"url": "https://epd.example/niet"}]},
        {"implicitRules": "https://epd.example/regels"},
        {"status": "ingetrokken"},
    ],
)
def test_withdrawal_of_nobodys_or_with_an_unknown_meaning_is_refused(wrong: Json) -> None:
    """It must be known whose consent ends, and that it ends; the refusal is that of the whole record."""
    memory: Memory = {}
    tried(a_consent(), memory)
    trial = tried(a_consent(**({"status": "inactive"} | wrong)), memory)
    assert (trial["outcome"], said(trial)) == ("rejected", [])


def outcomes(document: Json) -> list[tuple[int, str, list[str]]]:
    """What becomes of each part of a Bundle, after the first consent was given."""
    memory: Memory = {}
    tried(a_consent(), memory)
    batch = FHIR_CONSENT.split(json.dumps(document).encode())
    assert batch is not None
    trials = [(part.number, tried(part.raw, memory)) for part in batch.parts]
    return [(n, trial["outcome"], said(trial) + [error["field"] for error in trial["errors"]]) for n, trial in trials]


def test_another_consent_does_not_stand_in_the_way_of_a_withdrawal() -> None:
    """Each withdrawal is answered by itself, the rest together; an error names the entry that was sent."""
    bad = a_consent(id="c2", provision=PROVISION | {"type": "misschien"})
    assert outcomes(a_bundle(bad, a_consent(status="inactive"))) == [
        (3, "accepted", ["withdrawn"]),
        (2, "rejected", ["Bundle.entry.1.resource.Consent.provision.type"]),
    ]
    nobody = a_consent(id="c3", status="inactive", patient={"display": "iemand"})
    assert outcomes(a_bundle(nobody, a_consent(status="inactive"))) == [
        (2, "rejected", ["Bundle.entry.1.resource.Consent.patient"]),
        (3, "accepted", ["withdrawn"]),
    ]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"request": {"method": "DELETE", "url": "CarePlan/1"}}, "Bundle.entry.2.request.method"),
        ({"resource": {"resourceType": "Toestemming"}}, "Bundle.entry.2.resource.resourceType"),
        ({"resource": {"resourceType": "Bundle"}}, "Bundle.entry.2.resource"),
        ("iets", "Bundle.entry.2"),
    ],
    ids=["delete", "unknown", "bundle", "no_entry"],
)
def test_nothing_else_stands_in_the_way_of_a_withdrawal(entry: Any, field: str) -> None:
    """It is refused by itself."""
    document = a_bundle(a_consent(status="inactive"))
    document["entry"].append(entry)
    assert outcomes(document) == [(2, "accepted", ["withdrawn"]), (3, "rejected", [field])]


@pytest.mark.parametrize(
    "beside",
    [
        {"resourceType": "Organization", "identifier": [{"value": 7}]},
        {"resourceType": "Organization", "modifierExtension": [{"url": "https://epd.example/niet"}]},
        {"resourceType": "Condition", "id": 7},
    ],
    ids=["number", "modifier", "unread"],
)
def test_what_a_withdrawal_does_not_need_may_be_wrong(beside: Json) -> None:
    """It says nothing of whose consent ends, and there is nothing else to answer."""
    memory: Memory = {}
    tried(a_consent(), memory)
    assert said(tried(a_bundle(beside, a_consent(status="inactive")), memory)) == ["withdrawn"]


def test_consents_without_an_id_are_not_the_same_consent() -> None:
    """A server gives them theirs; one by one they are known by their numbers."""
    new = [{"id": None, "identifier": [{"system": "https://epd.example/c", "value": n}]} for n in "12"]
    bad = [a_consent(**each, provision={"type": "misschien"}) for each in new]
    answers = outcomes(a_bundle(*bad, a_consent(status="inactive")))
    assert [(n, outcome) for n, outcome, _ in answers] == [(4, "accepted"), (2, "rejected")]


def test_what_is_refused_of_a_bundle_can_be_written_anew() -> None:
    """With whom it is about, and without what was taken."""
    bad = a_consent(id="c2", provision=PROVISION | {"type": "misschien"})
    batch = FHIR_CONSENT.split(json.dumps(a_bundle(bad, a_consent(status="inactive"))).encode())
    assert batch is not None
    again = json.loads(batch.only({2}))["entry"]
    assert [entry.get("resource", {}).get("id") for entry in again] == ["x", "c2", None]


@pytest.mark.parametrize(
    "document",
    [
        a_consent(status="inactive"),
        a_bundle(a_consent(status="inactive")),
        a_bundle(a_consent(status="inactive"), a_consent(id="c2")),
        a_bundle(a_consent(), a_consent(id="c2", provision={"type": "misschien"})),
        a_bundle(a_consent(status="inactive"), a_consent()),
        {"resourceType": "Bundle", "entry": "inactive"},
        {"resourceType": "Bundle", "entry": [1, {"resource": 2}, {"resource": {"id": "inactive"}}]},
    ],
    ids=range(7),
)
def test_what_need_not_or_can_not_be_taken_apart_is_one_record(document: Json) -> None:
    """One consent, all is well, no withdrawal, or the same consent twice, of which it is unknown which holds."""
    assert FHIR_CONSENT.split(json.dumps(document).encode()) is None
