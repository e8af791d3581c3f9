"""A step to work without a right of return is warned about (F10)."""

from datetime import date
from uuid import uuid4

import pytest

from schakel_contracts.codes import PlacementKind, Role
from schakel_contracts.day_activity import DayActivityResumed
from schakel_contracts.placement import PlacementEnded, PlacementStarted
from schakel_contracts.registry import RelationRecord
from schakel_contracts.return_right import ReturnRightMissing, ReturnRightRegistered
from schakel_contracts.terms import ReturnConditions
from schakel_services.clock.testing.quiet import QuietClock

REF = uuid4()


def placement(start: str, kind: PlacementKind = PlacementKind.SHELTERED) -> PlacementStarted:
    """Return the start of a placement."""
    return PlacementStarted.model_validate({"placement_ref": REF, "kind": kind, "start": start})


def day_activity(**changed: object) -> RelationRecord:
    """Return a relation with a day activity."""
    said = {"id": uuid4(), "party": "day", "role": Role.DAY, "asserted_by": "day"}
    return RelationRecord.model_validate(said | changed)


def kept(until: str) -> ReturnRightRegistered:
    """Return a right of return."""
    conditions = next(iter(ReturnConditions))
    return ReturnRightRegistered(
        return_ref=uuid4(), kept_until=date.fromisoformat(until), conditions=conditions, contact=Role.DAY
    )


def warnings(clock: QuietClock, until: str) -> list[str]:
    """Return the days on which it is warned."""
    return [str(day) for day, event in clock.says_until(until) if isinstance(event, ReturnRightMissing)]


def test_it_is_warned_ten_working_days_before(clock: QuietClock) -> None:
    """Two weeks, where no holiday lies between."""
    clock.register(day_activity())
    clock.hear(placement("2026-03-02"), "coach")
    assert warnings(clock, "2026-04-01") == ["2026-02-16"]


def test_it_is_warned_at_once_when_that_is_past(clock: QuietClock) -> None:
    """The placement still flows: this is a warning beside it."""
    clock.register(day_activity())
    clock.hear(placement("2026-01-06"), "coach")
    assert warnings(clock, "2026-02-20") == ["2026-01-05"]


def test_a_right_on_record_takes_the_warning_away(clock: QuietClock) -> None:
    """Whichever came in first."""
    clock.register(day_activity())
    clock.hear(placement("2026-03-02"), "coach")
    clock.hear(kept("2026-09-01"), "day")
    assert warnings(clock, "2026-04-01") == []


@pytest.mark.parametrize(("accepted", "warned"), [(True, ["2026-02-16"]), (False, [])])
def test_a_right_that_was_used_is_used_up(clock: QuietClock, *, accepted: bool, warned: list[str]) -> None:
    """Who went back and steps to work again needs a place that is kept anew; one that was refused still stands."""
    clock.register(day_activity())
    right = kept("2026-09-01")
    clock.hear(right, "day")
    clock.hear(DayActivityResumed(return_ref=right.return_ref, accepted=accepted), "day")
    clock.hear(placement("2026-03-02"), "coach")
    assert warnings(clock, "2026-04-01") == warned


def test_a_right_that_ends_before_the_start_is_none(clock: QuietClock) -> None:
    """It is warned all the same."""
    clock.register(day_activity())
    clock.hear(kept("2026-03-01"), "day")
    clock.hear(placement("2026-03-02"), "coach")
    assert warnings(clock, "2026-04-01") == ["2026-02-16"]


@pytest.mark.parametrize("ended", [{"ended": True}, {"valid_until": "2025-06-01"}])
def test_who_has_no_day_activity_needs_no_way_back(clock: QuietClock, ended: dict[str, object]) -> None:
    """Nor does who left it long ago."""
    clock.register(day_activity(**ended))
    clock.hear(placement("2026-03-02"), "coach")
    assert warnings(clock, "2026-04-01") == []


def test_who_comes_from_a_day_activity_needs_one(clock: QuietClock) -> None:
    """The day activity itself said that the placement starts."""
    clock.hear(placement("2026-03-02"), "day")
    assert warnings(clock, "2026-04-01") == ["2026-02-16"]


def test_voluntary_work_and_a_placement_that_ended_need_none(clock: QuietClock) -> None:
    """Nobody gives up a place for the first; the second is over."""
    clock.register(day_activity())
    clock.hear(placement("2026-03-02", PlacementKind.VOLUNTEER), "coach")
    assert warnings(clock, "2026-02-15") == []
    clock.hear(placement("2026-03-20"), "coach")
    clock.hear(PlacementEnded(placement_ref=REF, kind=PlacementKind.SHELTERED, end=date(2026, 2, 20)), "coach")
    assert warnings(clock, "2026-05-01") == []
