"""What a care plan says: whether it runs, how much support there is, and who is involved."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache, partial

from schakel_connectors.fhir.dates import first_instant, last_day
from schakel_connectors.fhir.key import record_key
from schakel_connectors.fhir.neighbours import Found, Place
from schakel_connectors.fhir_care_plan.involvement import SENDER, WISHES, span
from schakel_connectors.fhir_care_plan.record import CarePlan, ServiceRequest
from schakel_connectors.fhir_care_plan.support import is_by_people, support_level
from schakel_connectors.fhir_care_plan.team import is_elsewhere, of_team
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.stated.support_level import SupportLevelStated
from schakel_connectors.statement import Statement, Subject, Translation
from schakel_contracts.codes import CarePlanStatus

STATUS = {
    "active": CarePlanStatus.ACTIVE,
    "on-hold": CarePlanStatus.PAUSED,
    "completed": CarePlanStatus.ENDED,
    "revoked": CarePlanStatus.ENDED,
    "entered-in-error": CarePlanStatus.ENDED,
}
"""A draft and an unknown status say nothing."""

EVERYTHING = ("",)
"""What a draft, a wish or help from others is silent on: it neither gives nor takes back."""

PURSUED = frozenset({"accepted", "active"})
"""The statuses of a goal that is worked on."""


def translation_of_plan(
    plan: CarePlan,
    place: Place,
    subject: Subject,
    orders: Iterable[ServiceRequest] = (),
    *,
    in_episode: bool = False,
) -> Translation:
    """Return what a plan means for its person; ``orders`` are those that came along and say they belong to it.

    Where an episode came along, that tells of the sender's involvement and the plan does not.
    """
    meta = plan.get("meta", {})
    changed = meta.get("lastUpdated")
    period = plan.get("period", {})
    statements = tuple(_statements(plan, place, orders, in_episode=in_episode))
    return Translation(
        record_key=record_key(plan, place, subject, period.get("start", "")),
        subject=subject,
        statements=statements,
        as_of=first_instant(changed, f"{place.at}.meta.lastUpdated") if changed else None,
        silent_on=_silent_on(plan, place, in_episode=in_episode) if statements else EVERYTHING,
    )


def _silent_on(plan: CarePlan, place: Place, *, in_episode: bool) -> tuple[str, ...]:
    """The sender's involvement where an episode tells of it; everybody's where a team is only pointed to."""
    if "careTeam" in plan and is_elsewhere(plan, place):
        return ("relation/",)
    return (SENDER,) if in_episode else ()


def _statements(plan: CarePlan, place: Place, orders: Iterable[ServiceRequest], *, in_episode: bool) -> list[Statement]:
    status = STATUS.get(plan["status"])
    if status is None or plan["intent"] in WISHES or _is_help_from_others(plan):
        return []
    ended = status == "ended"
    days = span(plan.get("period"), f"{place.at}.period")
    found: list[Statement] = []
    if ended or not in_episode:
        found.append(_involved(days[0], days[1], ended))
    if "careTeam" in plan:
        found.extend(of_team(plan, place, days, ended=ended))
    if ended:
        mistaken = plan["status"] == "entered-in-error"
        effective = None if mistaken else days[1]
        found.append(CarePlanStated(status, effective, mistaken=mistaken))
        found.append(SupportLevelStated(0, effective, asserted=is_by_people(plan, place)))
        return found
    review = (_review(plan, place) if "goal" in plan else None) or days[1]
    month = review.isoformat()[:7] if review else None
    found.append(_runs(status, days[0] if status == "active" else None, month))
    level = support_level(plan, place, orders)
    if level is not None:
        found.append(_supported(level, review, is_by_people(plan, place)))
    return found


# Statements are immutable, and those of many plans are the same: what was made once is used again.


@lru_cache(maxsize=2_048)
def _involved(first: date | None, last: date | None, ended: bool) -> RelationStated:  # noqa: FBT001 - one call site
    return RelationStated(SENDER, valid_from=first, valid_until=last, ended=ended)


@lru_cache(maxsize=2_048)
def _runs(status: CarePlanStatus, effective: date | None, month: str | None) -> CarePlanStated:
    return CarePlanStated(status, effective, month)


@lru_cache(maxsize=2_048)
def _supported(level: int, review: date | None, asserted: bool) -> SupportLevelStated:  # noqa: FBT001 - one call site
    return SupportLevelStated(level, review_date=review, asserted=asserted)


def _review(plan: CarePlan, place: Place) -> date | None:
    """The first day on which a goal that is worked on is due."""
    due: list[date] = []
    for reference in plan.get("goal", ()):
        pointer = reference.get("reference")
        goal = place.find(pointer, "goal") if pointer else None
        if goal is None or goal.get("lifecycleStatus") not in PURSUED:
            continue
        day = place.once("due", goal, partial(_due, goal, f"{place.at}.goal.target.dueDate"))
        if day:
            due.append(day)
    return min(due, default=None)


def _due(goal: Found, at: str) -> date | None:
    days = (last_day(target["dueDate"], at) for target in goal.get("target", ()) if "dueDate" in target)
    return min(days, default=None)


def _is_help_from_others(plan: CarePlan) -> bool:
    """The nl-core profile of that name tells who helps at home, not what the sender plans."""
    return bool(plan.get("meta", {}).get("profile"))
