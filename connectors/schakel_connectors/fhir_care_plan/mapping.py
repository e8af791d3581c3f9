"""FHIR R4 care plans and what comes along with them, as status, level of support and who is involved."""

from collections.abc import Iterator
from typing import Any, cast

from schakel_connectors.fhir.bundle import resources_of
from schakel_connectors.fhir.dates import first_instant
from schakel_connectors.fhir.key import record_key
from schakel_connectors.fhir.neighbours import Found, Place
from schakel_connectors.fhir.reading import read
from schakel_connectors.fhir.subject import numbers_of, subject_of, subject_of_patient
from schakel_connectors.fhir_care_plan.involvement import of_episode, of_order
from schakel_connectors.fhir_care_plan.plan import translation_of_plan
from schakel_connectors.fhir_care_plan.record import Record, ServiceRequest
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import Subject, Translation

SUBJECT = {
    "CarePlan": "subject",
    "EpisodeOfCare": "patient",
    "ServiceRequest": "subject",
    "Task": "for",
}
"""What is read for its own sake, and where each says whom it is about."""

ALONGSIDE = frozenset({"Patient", "Organization", "CareTeam", "Goal", "OperationOutcome"})
"""What may come without any of those: then only the numbers of the patients are taken."""

ORDERS = ("ServiceRequest", "Task")
PERIODS = ("period", "occurrencePeriod", "executionPeriod")

STATEMENTS_MAX = 20_000
"""One record says no more than this: a thousand plans of a team of twenty, and not a thousand of a thousand."""

Standing = tuple[Place, Any, Subject]
"""A resource, where it stands and whom it is about."""

__all__ = ["Record", "parse", "to_translations"]


def parse(raw: bytes) -> Record:
    """Read a resource or a Bundle, in JSON or XML."""
    return read(raw, Record)


def to_translations(record: Record) -> Iterator[Translation]:
    """Yield what each patient, episode, plan and order in the record means for its person."""
    resource = record.root
    if resource["resourceType"] == "CarePlan":
        place = Place("CarePlan", contained=resource.get("contained", ()))
        yield translation_of_plan(resource, place, subject_of(resource["subject"], place, "subject"))
    elif resource["resourceType"] == "Bundle":
        yield from _of_all(_worth_reading(resources_of(resource)))
    else:
        place = Place(resource["resourceType"], contained=cast("Any", resource).get("contained", ()))
        yield from _of_all([(place, cast("Found", resource))])


def _worth_reading(resources: list[tuple[Place, Found]]) -> list[tuple[Place, Found]]:
    """A Bundle of other things is of another kind, even if it holds the Patient that they are about."""
    kinds = {resource["resourceType"] for _, resource in resources}
    if kinds.isdisjoint(SUBJECT) and not ("Patient" in kinds and kinds <= ALONGSIDE):
        raise rejected("Bundle.entry", "unsupported_type")
    return resources


def _of_all(resources: list[tuple[Place, Found]]) -> Iterator[Translation]:
    """Patients come first, so that the numbers which they link are known to what follows."""
    for place, resource in resources:
        if resource["resourceType"] == "Patient":
            subject = subject_of_patient(resource, place.at, place.server)
            yield Translation(record_key(resource, place, subject), subject)
    standing: dict[str, list[Standing]] = {kind: [] for kind in SUBJECT}
    for place, resource in resources:
        kind = resource["resourceType"]
        if kind in SUBJECT:
            subject = subject_of(resource[SUBJECT[kind]], place, SUBJECT[kind])
            standing[kind].append((place, resource, subject))
    seen: set[str] = set()
    said = 0
    for place, translation in _translations(standing):
        said += len(translation.statements)
        if said > STATEMENTS_MAX:
            raise rejected(place.at, "too_many")
        if translation.record_key in seen:
            raise rejected(place.at, "duplicate_record")
        seen.add(translation.record_key)
        yield translation


def _translations(standing: dict[str, list[Standing]]) -> Iterator[tuple[Place, Translation]]:
    in_care: set[str] = set()
    for place, episode, subject in standing["EpisodeOfCare"]:
        in_care.update(numbers_of(subject))
        yield place, _translation(episode, place, subject, of_episode(episode, place))
    belonging = _belonging(standing["ServiceRequest"])
    for place, plan, subject in standing["CarePlan"]:
        in_episode = not in_care.isdisjoint(numbers_of(subject))
        orders = belonging.get(id(plan), ())
        yield place, translation_of_plan(plan, place, subject, orders, in_episode=in_episode)
    for kind in ORDERS:
        for place, order, subject in standing[kind]:
            yield place, _translation(order, place, subject, of_order(order, place))


def _belonging(orders: list[Standing]) -> dict[int, list[ServiceRequest]]:
    """The orders that say they are based on a plan that came along, by the identity of that plan."""
    found: dict[int, list[ServiceRequest]] = {}
    for place, order, _ in orders:
        for reference in order.get("basedOn", ()):
            pointer = reference.get("reference")
            plan = place.find(pointer, "basedOn") if pointer else None
            if plan is not None:
                found.setdefault(id(plan), []).append(order)
    return found


def _translation(resource: Any, place: Place, subject: Subject, statements: Iterator[RelationStated]) -> Translation:
    changed = resource.get("meta", {}).get("lastUpdated")
    period: Any = next((resource[name] for name in PERIODS if name in resource), {})
    return Translation(
        record_key=record_key(resource, place, subject, period.get("start", "")),
        subject=subject,
        statements=tuple(statements),
        as_of=first_instant(changed, f"{place.at}.meta.lastUpdated") if changed else None,
    )
