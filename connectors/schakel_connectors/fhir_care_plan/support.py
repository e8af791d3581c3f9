"""How much support a plan comes to: Schakel's own code, else how often there is contact.

Only whether an order runs and how often is looked at; what is ordered is never read. R4 tasks have no timing, so a
Task says nothing here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from schakel_connectors.fhir.elements import SupportLevelCode
from schakel_connectors.fhir.neighbours import Place
from schakel_connectors.fhir_care_plan.involvement import WISHES
from schakel_connectors.fhir_care_plan.record import CarePlan, ServiceRequest, Timing
from schakel_connectors.rejection import RecordRejected, rejected

PER_WEEK = {
    "s": 604_800,
    "min": 10_080,
    "h": 168,
    "d": 7,
    "wk": 1,
    "mo": 12 / 52.1775,
    "a": 1 / 52.1775,
}
"""How often each unit of time fits in a week."""

BANDS = ((7, 4), (3, 3), (1, 2))
"""Contacts a week from which a level begins: daily is 4, three times or more 3, weekly or more 2, less is 1."""

LEVELS = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4}
DEVICE = "Device"
_AT_DEVICE = re.compile(r"(?:^|/)Device/[^/]+(?:/_history/[^/]+)?$")
RUNNING = frozenset({"in-progress", "scheduled"})
"""The statuses of an activity that takes place."""


def support_level(plan: CarePlan, place: Place, orders: Iterable[ServiceRequest]) -> int | None:
    """Return the level from 0 to 4; None when the plan does not tell.

    ``orders`` are those that say they belong to the plan; those that the plan points to are found here. Raises
    ``RecordRejected`` with the rules ``support_level_unknown`` or ``support_level_ambiguous`` for codes of Schakel's.
    """
    said = {code.get("code") for code in _own_codes(plan)}
    if len(said) > 1:
        raise rejected(f"{place.at}.category", "support_level_ambiguous")
    if said:
        (code,) = said
        if code not in LEVELS:
            raise rejected(f"{place.at}.category", "support_level_unknown")
        return LEVELS[code]
    contacts = [*_in_plan(plan), *_in_orders(plan, place, orders)]
    return level_of(sum(contacts)) if contacts else None


def is_by_people(plan: CarePlan, place: Place) -> bool:
    """Say whether a person stands for the plan: anybody but a device, which is what FHIR calls a system."""
    author = plan.get("author", {})
    pointer = author.get("reference", "")
    if author.get("type") == DEVICE or _AT_DEVICE.search(pointer):
        return False
    try:
        found = place.find(pointer, "author") if pointer else None
    except RecordRejected:
        return True
    return found is None or found["resourceType"] != DEVICE


def level_of(contacts_a_week: float) -> int:
    """Return the level that so many contacts a week come to."""
    return next((level for least, level in BANDS if contacts_a_week >= least), 1)


def _own_codes(plan: CarePlan) -> Iterator[SupportLevelCode]:
    for concept in plan.get("category", ()):
        yield from concept.get("coding", ())
    if "meta" in plan:
        yield from plan["meta"].get("tag", ())


def _in_plan(plan: CarePlan) -> Iterator[float]:
    for activity in plan.get("activity", ()):
        detail = activity.get("detail")
        if detail and detail.get("status") in RUNNING and not detail.get("doNotPerform"):
            yield from _a_week(detail.get("scheduledTiming"))


def _in_orders(plan: CarePlan, place: Place, orders: Iterable[ServiceRequest]) -> Iterator[float]:
    """An order that the plan points to and that points to the plan counts once."""
    counted = {id(order): order for order in orders}
    for activity in plan.get("activity", ()):
        if pointer := activity.get("reference", {}).get("reference"):
            found = place.find(pointer, "activity.reference")
            if found is not None and found["resourceType"] == "ServiceRequest":
                counted[id(found)] = cast("ServiceRequest", found)
    for order in counted.values():
        runs = order["status"] == "active" and order["intent"] not in WISHES
        if runs and not order.get("doNotPerform"):
            yield from _a_week(order.get("occurrenceTiming"))


def _a_week(timing: Timing | None) -> Iterator[float]:
    repeat = timing.get("repeat") if timing else None
    if repeat and "period" in repeat and "periodUnit" in repeat:
        yield repeat.get("frequency", 1) / repeat["period"] * PER_WEEK[repeat["periodUnit"]]
