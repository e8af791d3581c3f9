"""The organisations of a plan's care teams."""

from collections.abc import Iterable, Iterator

from schakel_connectors.fhir.elements import Reference
from schakel_connectors.fhir.neighbours import Found, Place
from schakel_connectors.fhir.organisation import organisation_of
from schakel_connectors.fhir_care_plan.involvement import Span, relation, span
from schakel_connectors.fhir_care_plan.record import CarePlan
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef

OVER = frozenset({"suspended", "inactive", "entered-in-error"})
"""A team of such a status is at work no more; a proposed one is not yet."""


Member = tuple[OrganisationRef, Span | None]
"""An organisation in a team, and its own days."""


def of_team(plan: CarePlan, place: Place, days: Span, *, ended: bool) -> list[RelationStated]:
    """Return the involvement of each organisation in the teams of a plan; people in them are not looked at.

    An organisation that is named twice is involved as long as one of the two says so.
    """
    found: dict[str, RelationStated] = {}
    for stated in _of_all(plan.get("careTeam", ()), place, days, ended=ended):
        if stated.slot not in found or found[stated.slot].ended:
            found[stated.slot] = stated
    return list(found.values())


def is_elsewhere(plan: CarePlan, place: Place) -> bool:
    """Say whether a team of the plan did not come along: who is in it can't be told then."""
    teams = plan.get("careTeam", ())
    pointers = [each["reference"] for each in teams if "reference" in each and "identifier" not in each]
    return any(place.find(pointer, "careTeam") is None for pointer in pointers)


def _of_all(teams: Iterable[Reference], place: Place, days: Span, *, ended: bool) -> Iterator[RelationStated]:
    """A team that is pointed to twice is one team."""
    seen: set[int] = set()
    for reference in teams:
        pointer = reference.get("reference")
        team = place.find(pointer, "careTeam") if pointer else None
        if pointer and team is not None and team["resourceType"] == "CareTeam":
            if id(team) not in seen:
                seen.add(id(team))
                inside = place if pointer.startswith("#") else _place_of(team, place)
                yield from _of_members(team, inside, days, ended=ended)
        elif team is not None or "identifier" in reference:
            organisation = organisation_of(reference, place, "careTeam")
            if organisation:
                yield relation(organisation, days, ended=ended)


def _of_members(team: Found, place: Place, days: Span, *, ended: bool) -> Iterator[RelationStated]:
    if team.get("status") == "proposed":
        return
    days = span(team["period"], f"{place.at}.careTeam.period") if "period" in team else days
    over = ended or team.get("status") in OVER
    for organisation, own in place.once("members", team, lambda: _members(team, place)):
        yield relation(organisation, own or days, ended=over)


def _members(team: Found, place: Place) -> list[Member]:
    at = f"{place.at}.careTeam.participant"
    found: list[Member] = []
    for member in team.get("participant", ()):
        organisation = organisation_of(member.get("member", {}), place, "careTeam.participant.member")
        if organisation:
            own = member.get("period")
            found.append((organisation, span(own, f"{at}.period") if own else None))
    return found


def _place_of(team: Found, place: Place) -> Place:
    inside = team.get("contained", ())
    return Place(place.at, place.server_of(team), inside, place.neighbours, told=place.told)
