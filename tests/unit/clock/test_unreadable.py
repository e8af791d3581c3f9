"""A value on ``state.clock`` that can't be read keeps nobody waiting, and is taken off the log."""

from datetime import date
from uuid import uuid4

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.plan_evaluation import PlanEvaluationDue, PlanEvaluationPlanned
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import RightStatus, SubjectRight
from schakel_services.clock.deliveries import DELIVERIES
from schakel_services.clock.hurry import NO_SHOWS
from schakel_services.clock.leaving import LEFT
from schakel_services.clock.testing.quiet import PERSON, QuietClock
from schakel_services.clock.timers import FIRED, Timers

PLANNED = PlanEvaluationPlanned(evaluation_ref=uuid4(), owner=Role.KEY, on=date(2026, 3, 2))
UNREADABLE = [
    *(b"", b"x", b"{}", b"[]", b"null", b"[1", b"[1,2", b"[1,2]", b'["a",2]', b'[1,2,3,"ggz","text"]'),
    *(b'[1,0,0,"ggz",{}]', b'[1,0,0,"ggz",{"on":"never"}]', b'[1,0,0,"ggz",{"on":7}]', b"[1,2,3,4,5,6,7,8,9]"),
]
KINDS = ("evaluation", "reindication", "trial", "aftercare", "kept", "return", "answer/right", "asked", "later_kind")
KEYS = [*(f"{kind}/{uuid4()}" for kind in KINDS), DELIVERIES, NO_SHOWS, LEFT]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.partition("/")[0])
@pytest.mark.parametrize("value", UNREADABLE)
def test_others_are_said_all_the_same(clock: QuietClock, key: str, value: bytes) -> None:
    """What stands beside it of the same person, and what is set afterwards; the value itself goes."""
    clock.timers.apply(f"{PERSON}/{key}", value)
    clock.timers.restored()
    clock.hear(PLANNED, "key")
    assert [type(event) for _, event in clock.says_until("2026-02-10")] == [PlanEvaluationDue]
    assert clock.keys() == [f"evaluation/{PLANNED.evaluation_ref}"]


def test_it_is_replaced_by_what_is_said_anew(clock: QuietClock) -> None:
    """Under its own key."""
    clock.timers.apply(f"{PERSON}/evaluation/{PLANNED.evaluation_ref}", b"[1,2]")
    clock.timers.restored()
    clock.hear(PLANNED, "key")
    assert [type(event) for _, event in clock.says_until("2026-02-10")] == [PlanEvaluationDue]


def test_a_right_of_which_the_timer_can_not_be_read_stops_nothing(clock: QuietClock) -> None:
    """Neither the answer to it nor what comes after."""
    right = SubjectRightExercised(request_id=uuid4(), right=SubjectRight.ACCESS, status=RightStatus.REFUSED)
    clock.timers.apply(f"{PERSON}/answer/right/{right.request_id}", b'[1,0,0,"ggz",{}]')
    clock.timers.restored()
    clock.hear(right, "key")
    clock.hear(PLANNED, "key")
    assert [type(event) for _, event in clock.says_until("2026-02-10")] == [PlanEvaluationDue]


def test_it_is_taken_off_the_log() -> None:
    """Unless a later value on the log took its place."""
    timers = Timers()
    for key, value in (("a/x/1", b"garbage"), ("a/x/2", b"garbage"), ("a/x/2", b"[5,0,0,0,{}]"), (FIRED, b"-")):
        timers.apply(key, value)
    timers.restored()
    assert timers.fired is None
    assert dict(timers.written()) == {"a/x/1": None}
    assert timers.first_due(9) == "a"


def test_a_count_that_can_not_be_read_begins_at_the_clock(clock: QuietClock) -> None:
    """As one that was lost: it does not count back."""
    clock.timers.apply(FIRED, b"many")
    clock.hear(PLANNED, "key")
    clock.on("2026-02-02")
    (spoken,) = clock.spoken()
    assert spoken.number > clock.now.timestamp() * 999_999
