"""The organisations of a plan's care teams."""

from collections.abc import Iterator

from schakel_connectors.fhir.elements import Reference
from schakel_connectors.fhir.neighbours import Found, Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_care_plan.involvement import Span, relation, span
from schakel_connectors.fhir_care_plan.record import CarePlan
from schakel_connectors.stated.relation import RelationStated

OVER = frozenset({"suspended", "inactive", "entered-in-error"})
"""A team of such a status is at work no more; a proposed one is not yet."""


def of_team(plan: CarePlan, place: Place, days: Span, *, ended: bool) -> list[RelationStated]:
    """Return the involvement of each organisation in the teams of a plan; people in them are not looked at.

    An organisation that is named twice is involved as long as one of the two says so.
    """
    found: dict[str, RelationStated] = {}
    for reference in plan.get("careTeam", ()):
        for stated in _of_one(reference, place, days, ended=ended):
            if stated.slot not in found or found[stated.slot].ended:
                found[stated.slot] = stated
    return list(found.values())


def is_elsewhere(plan: CarePlan, place: Place) -> bool:
    """Say whether a team of the plan did not come along: who is in it can't be told then."""
    teams = plan.get("careTeam", ())
    pointers = [each["reference"] for each in teams if "reference" in each and "identifier" not in each]
    return any(place.find(pointer, "careTeam") is None for pointer in pointers)


def _of_one(reference: Reference, place: Place, days: Span, *, ended: bool) -> Iterator[RelationStated]:
    pointer = reference.get("reference")
    team = place.find(pointer, "careTeam") if pointer else None
    if pointer and team is not None and team["resourceType"] == "CareTeam":
        inside = place if pointer.startswith("#") else _place_of(team, place)
        yield from _of_members(team, inside, days, ended=ended)
    elif team is not None or "identifier" in reference:
        organisation = organisation_of(reference, place, "careTeam")
        if organisation:
            yield relation(organisation, days, ended=ended)


def _of_members(team: Found, place: Place, days: Span, *, ended: bool) -> Iterator[RelationStated]:
    if team.get("status") == "proposed":
        return
    at = f"{place.at}.careTeam"
    days = span(team["period"], f"{at}.period") if "period" in team else days
    for member in team.get("participant", ()):
        organisation = organisation_of(member.get("member", {}), place, "careTeam.participant.member")
        if organisation:
            own = member.get("period")
            theirs = span(own, f"{at}.participant.period") if own else days
            yield relation(organisation, theirs, ended=ended or team.get("status") in OVER)


def _place_of(team: Found, place: Place) -> Place:
    return Place(place.at, place.url, team.get("contained", ()), place.neighbours)
