"""The engine beside the model: the same question to both, and what is wrong when they differ."""

from datetime import date, datetime
from typing import NamedTuple

from pydantic_core import to_json
from tests.properties.model.records import Json, Pile
from tests.properties.model.verdict import Answer, answer

from schakel_contracts.codes import Role
from schakel_contracts.policy import Addressee, EventFacts, PersonRegistry, Policy, Ruling, decide
from schakel_contracts.registry import REGISTRY_RECORD, Record
from schakel_services.runtime.people import People

_PARSED: dict[bytes, Record] = {}


class Asked(NamedTuple):
    """One question and both answers, so that it can be asked again."""

    event: Json
    to: Json
    now: datetime
    ruling: Ruling
    answer: Answer
    consent_source: str | None = None
    """Whose data the consent was about under which it went, if it said so then."""


def party(told: Json) -> Addressee:
    """Return a party as the engine knows it."""
    until = told["agreement_until"]
    return Addressee(
        told["id"],
        Role(told["role"]),
        None if until is None else date.fromisoformat(until),
        host=None if told["host"] is None else Role(told["host"]),
    )


def facts(event: Json) -> EventFacts:
    """Return an event as the engine knows it."""
    about = event["about_role"]
    return EventFacts(
        event["type"],
        party(event["source"]),
        withhold=frozenset(Role(role) for role in event["withhold"]),
        addressed=tuple(event["addressed"]),
        own_party=event["own_party"],
        about_role=None if about is None else Role(about),
        asserted=event["asserted"],
    )


def registry(pile: Pile) -> PersonRegistry:
    """Return the registry that a gate keeps after all these papers: the last of each key, read by its contract."""
    newest: dict[str, Json] = {f"{paper['kind']}/{paper['id']}": paper for paper in pile}
    return PersonRegistry.from_records([parsed(paper) for paper in newest.values() if not paper.get("gone")])


def replayed(pile: Pile) -> PersonRegistry:
    """Return the registry of a gate that starts anew and reads its whole log, as bytes, twice."""
    people = People()
    for paper in pile + pile:
        people.apply(f"person/{paper['kind']}/{paper['id']}", None if paper.get("gone") else to_json(paper))
    return people.of("person")


def parsed(paper: Json) -> Record:
    """Read one record, once."""
    text = to_json(paper)
    found = _PARSED.get(text)
    if found is None:
        if len(_PARSED) > 50_000:
            _PARSED.clear()
        found = _PARSED[text] = REGISTRY_RECORD.validate_json(text)
    return found


def compare(
    event: Json, to: Json, pile: Pile, person: PersonRegistry, policy: Policy, now: datetime
) -> tuple[Asked, str]:
    """Ask both, and say in words what differs; an empty text when nothing does."""
    ruling = decide(facts(event), party(to), person, policy, now)
    told = answer(event, to, pile, now)
    consent = None if ruling.consent_id is None else person.consent(ruling.consent_id)
    asked = Asked(event, to, now, ruling, told, None if consent is None else consent.source)
    if ruling.allowed and not told.allowed:
        return asked, f"leak: the engine permits on {ruling.basis}, the model denies for {sorted(told.reasons)}"
    if told.allowed and not ruling.allowed:
        return asked, f"wrong denial: the model permits on {told.bases}, the engine denies for {ruling.reason}"
    if not ruling.allowed:
        wrong = str(ruling.reason) not in told.reasons or ruling.fields
        return asked, f"reason {ruling.reason} is not among {sorted(told.reasons)}" if wrong else ""
    return asked, "; ".join(differences(ruling, told))


def differences(ruling: Ruling, told: Answer) -> list[str]:
    """Name what the engine gives and the model does not."""
    assert told.row is not None
    carried = dict(told.consents)
    checks = {
        "row": ruling.row == told.row["id"],
        "fields": ruling.fields == told.fields,
        "view": ruling.view == told.view,
        "mask": set(ruling.masked) == told.mask,
        "basis": ruling.basis[: len(told.bases)] == told.bases,
        "consent": (str(ruling.consent_id) in carried) if carried else ruling.consent_id is None,
        "purpose": str(ruling.purpose) == carried.get(str(ruling.consent_id), told.row["purpose"]),
        "relation": ruling.relation_id is None or str(ruling.relation_id) in told.relations,
        "prohibited use": ruling.prohibited_use == told.row.get("prohibited_use"),
        "relation required": ruling.relation_required == told.row.get("relation_required", True),
    }
    return [f"{name}: {ruling} against {told}" for name, same in checks.items() if not same]
