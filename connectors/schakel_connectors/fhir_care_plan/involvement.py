"""Who is involved with the person: the sender, and organisations that a team or an order names."""

from collections.abc import Iterator
from datetime import date

from schakel_connectors.fhir.dates import bounds, first_day, last_day
from schakel_connectors.fhir.elements import Period
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_care_plan.record import EpisodeOfCare, ServiceRequest, Task
from schakel_connectors.rejection import rejected
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef

SENDER = "relation/sender"

IN_CARE = {
    "active": True,
    "onhold": True,
    "finished": False,
    "cancelled": False,
    "entered-in-error": False,
}
"""Episodes: whether the sender is involved; one that is planned or on a waiting list says nothing yet."""

UNDER_WAY = {
    "active": True,
    "on-hold": True,
    "accepted": True,
    "ready": True,
    "in-progress": True,
    "revoked": False,
    "completed": False,
    "entered-in-error": False,
    "rejected": False,
    "cancelled": False,
    "failed": False,
}
"""Orders and tasks: whether who performs it is involved; a draft or an unanswered request says nothing yet."""

WISHES = frozenset({"proposal", "option"})
"""Intents that oblige nobody."""

Span = tuple[date | None, date | None]
"""First and last day, as far as they are known."""


def span(period: Period | None, at: str) -> Span:
    """Return the days of a period; raises ``RecordRejected``: ``date_invalid`` or ``end_before_start``."""
    if not period:
        return None, None
    start, end = bounds(period, at)
    first = first_day(start, f"{at}.start") if start else None
    last = last_day(end, f"{at}.end") if end else None
    if first and last and last < first:
        raise rejected(at, "end_before_start")
    return first, last


def of_episode(episode: EpisodeOfCare, place: Place) -> Iterator[RelationStated]:
    """Yield the sender's own involvement."""
    involved = IN_CARE.get(episode["status"])
    if involved is not None:
        first, last = span(episode.get("period"), f"{place.at}.period")
        yield RelationStated(slot=SENDER, valid_from=first, valid_until=last, ended=not involved)


def of_order(order: ServiceRequest | Task, place: Place) -> Iterator[RelationStated]:
    """Yield the involvement of the organisations that perform an order.

    Not the sender's: orders come and go within one involvement.
    """
    involved = UNDER_WAY.get(order["status"])
    if involved is None or order["intent"] in WISHES:
        return
    if order["resourceType"] == "Task":
        owner = order.get("owner")
        performers, name = ([owner] if owner else []), "owner"
        days = span(order.get("executionPeriod"), f"{place.at}.executionPeriod")
    else:
        if order.get("doNotPerform"):
            return
        performers, name = order.get("performer", []), "performer"
        days = span(order.get("occurrencePeriod"), f"{place.at}.occurrencePeriod")
    found = (organisation_of(performer, place, name) for performer in performers)
    for organisation in dict.fromkeys(filter(None, found)):
        yield relation(organisation, days, ended=not involved)


def relation(organisation: OrganisationRef, days: Span, *, ended: bool) -> RelationStated:
    """Return the involvement of an organisation that is named by an identifier."""
    return RelationStated(
        slot=f"relation/{organisation.scheme}:{organisation.value}",
        party=organisation,
        valid_from=days[0],
        valid_until=days[1],
        ended=ended,
    )
