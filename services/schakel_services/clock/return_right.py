"""A step to work without a right of return is warned about, ten working days before it or at once (F10)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

from schakel_contracts.codes import PlacementKind, Role
from schakel_contracts.event import Event
from schakel_contracts.placement import PlacementStarted
from schakel_contracts.return_right import ReturnRightMissing, ReturnRightRegistered
from schakel_services.clock import days
from schakel_services.clock.days import DAY, morning
from schakel_services.clock.facts import Facts
from schakel_services.clock.heard import Heard
from schakel_services.clock.series import Change, Fired, Series
from schakel_services.clock.timer import Moment, Timer
from schakel_services.clock.working_time import working_days_before

KEPT, MISSING = "kept", "return"
STEPS = frozenset({PlacementKind.SHELTERED, PlacementKind.JOB_AGREEMENT, PlacementKind.REGULAR, PlacementKind.TRIAL})
"""Placements from which somebody may want back to a day activity."""

WARNED_WORKING_DAYS = 10
LATE_DAYS = 30
"""A place can still be agreed on for so long after the start."""


def placement_started(event: PlacementStarted, heard: Heard) -> Iterator[Change]:
    """Set the warning; whether it is needed is looked at when it is due."""
    if event.kind in STEPS:
        about = {"start": (event.start or heard.day).isoformat()}
        if heard.roles.get(heard.source) is Role.DAY:
            about["from"] = Role.DAY.value
        yield Change(f"{MISSING}/{event.placement_ref}", about)


def return_right_registered(event: ReturnRightRegistered, _: Heard) -> Iterator[Change]:
    """Remember that a place is kept, until its last day."""
    yield Change(f"{KEPT}/{event.return_ref}", {"kept_until": event.kept_until.isoformat()})


def kept_until(kept: Iterable[Timer]) -> date | None:
    """Return the last day on which any place is kept; one of which the day can't be read is none."""
    days_kept = []
    for timer in kept:
        with suppress(LookupError, TypeError, ValueError):
            days_kept.append(timer.day("kept_until"))
    return max(days_kept, default=None)


def _kept_moments(timer: Timer) -> Iterator[Moment]:
    """One moment, at its end, at which nothing is said."""
    end = days.end(timer.day("kept_until"))
    yield Moment(end, end)


def _nothing(_: Fired, __: Facts) -> Iterator[Event]:
    return iter(())


def _missing_moments(timer: Timer) -> Iterator[Moment]:
    start = timer.day("start")
    yield Moment(morning(working_days_before(start, WARNED_WORKING_DAYS)), days.end(start + LATE_DAYS * DAY))


def _missing(fired: Fired, facts: Facts) -> Iterator[Event]:
    """Warn, unless the person has no day activity to return to, or a place is kept until the start or later."""
    start = fired.timer.day("start")
    comes_from_one = "from" in fired.timer.about or facts.has_day_activity()
    if comes_from_one and (facts.kept_until is None or facts.kept_until < start):
        yield ReturnRightMissing.model_validate({"placement_ref": fired.ref, "start": start})


RETURN_SERIES = {KEPT: Series(_kept_moments, _nothing), MISSING: Series(_missing_moments, _missing)}
"""By kind of timer."""
