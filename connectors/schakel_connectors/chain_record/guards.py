"""What can't be true of a fact, whatever its contract allows: each with the field and the rule."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date
from types import MappingProxyType
from typing import Any

from schakel_connectors.chain_record.row import Row
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_contracts.codes import ConsentEffect, Grantor
from schakel_contracts.terms import StepDirection, TrajectoryStatus, YouthMilestone

Broken = Iterator[FieldError]

TRIAL_MONTHS, TRIAL_MONTHS_IN_ALL = 2, 6
"""How long a trial placement lasts at most: one, and all extensions together (UWV)."""

NOT_BEFORE = (
    ("start", "end"),
    ("start", "planned_end"),
    ("start", "expected_end"),
    ("valid_from", "valid_until"),
    ("valid_from", "until"),
    ("period_start", "period_end"),
    ("on", "next_date"),
    ("invoked", "wanted_restart"),
    ("pickup_from", "arrival_by"),
)
"""Pairs of fields of which the second can't lie before the first, in whatever row they stand together."""


def check(row: Row) -> None:
    """Raise ``RecordRejected`` with all that can't be true of a row."""
    values = dict(row.values())
    broken = [*_order(values), *GUARDS.get(row.type, _nothing)(values)]
    if broken:
        raise RecordRejected(*broken)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _order(values: dict[str, Any]) -> Broken:
    for first, second in NOT_BEFORE:
        before, after = values.get(first), values.get(second)
        if before is not None and after is not None and after < before:
            yield FieldError(second, "end_before_start")


def _nothing(values: dict[str, Any]) -> Broken:
    del values
    return iter(())


def _trial_started(values: dict[str, Any]) -> Broken:
    if values["start"] < values["permitted_on"]:
        yield FieldError("start", "before_permission")
    if values["planned_end"] > months_after(values["start"], TRIAL_MONTHS):
        yield FieldError("planned_end", "longer_than_two_months")


def _trial_extended(values: dict[str, Any]) -> Broken:
    if values["planned_end"] > months_after(values["start"], TRIAL_MONTHS_IN_ALL):
        yield FieldError("planned_end", "longer_than_six_months")


def _step(values: dict[str, Any]) -> Broken:
    before, after = values["from_step"], values["to_step"]
    if before == after:
        yield FieldError("to_step", "same_step")
    elif (after > before) != (values["direction"] is StepDirection.UP):
        yield FieldError("direction", "direction_contradicts_steps")


def _trajectory(values: dict[str, Any]) -> Broken:
    if values["status"] is TrajectoryStatus.ENDED and "end" not in values:
        yield FieldError("end", "missing")


def _consent(values: dict[str, Any]) -> Broken:
    if values["effect"] is not ConsentEffect.PERMIT:
        return
    for name in ("purposes", "categories", "recipients", "granted_at"):
        if not values.get(name):
            yield FieldError(name, "missing")


def _withdrawn(values: dict[str, Any]) -> Broken:
    """Whom a consent names that another partner keeps, the registry knows."""
    if values.get("consent_id") and values.get("recipients"):
        yield FieldError("recipients", "not_with_consent_id")


def _representation(values: dict[str, Any]) -> Broken:
    if values["kind"] is Grantor.SUBJECT:
        yield FieldError("kind", "code_unknown")


def _request(values: dict[str, Any]) -> Broken:
    if values["standing"] and "valid_until" not in values:
        yield FieldError("valid_until", "missing")
    if not values["standing"] and "valid_until" in values:
        yield FieldError("valid_until", "only_of_a_standing_request")


def _youth(values: dict[str, Any]) -> Broken:
    """Birthdays are the clock's; that coaching is intensified is for whoever does so."""
    if values["milestone"] is not YouthMilestone.COACHING_INTENSIFIED:
        yield FieldError("milestone", "not_for_connectors")


def _resumed(values: dict[str, Any]) -> Broken:
    if values["accepted"] and "restart" not in values:
        yield FieldError("restart", "missing")


GUARDS: MappingProxyType[str, Callable[[dict[str, Any]], Broken]] = MappingProxyType(
    {
        "trial_placement.started": _trial_started,
        "trial_placement.extended": _trial_extended,
        "activation_step.changed": _step,
        "trajectory.status_changed": _trajectory,
        "consent.granted": _consent,
        "consent.withdrawn": _withdrawn,
        "representation.changed": _representation,
        "statutory_request.received": _request,
        "youth_transition.due": _youth,
        "day_activity.resumed": _resumed,
    }
)
