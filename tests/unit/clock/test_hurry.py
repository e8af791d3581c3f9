"""What can't wait as long as others of its kind: a crisis, and a second day within a fortnight."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from schakel_contracts.codes import Outcome, Role
from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.retention import AttendanceException
from schakel_contracts.terms import AttendanceKind, Urgency
from schakel_services.clock.deliveries import Case, Deliveries, read_deliveries
from schakel_services.clock.testing.quiet import PERSON, QuietClock

NO_SHOW, ABSENT, RESUMED = AttendanceKind.NO_SHOW, AttendanceKind.NOTIFIED_ABSENCE, AttendanceKind.RESUMED


def missed(clock: QuietClock, day: int, kind: AttendanceKind = NO_SHOW, source: str = "day") -> UUID:
    """Let the clock hear of a day of January; return the event's id."""
    return UUID(clock.hear(AttendanceException(on=date(2026, 1, day), kind=kind), source))


def sent(clock: QuietClock, event_id: UUID, row: str) -> None:
    """Let the clock hear that an event was sent to the coach."""
    verdict = Verdict(recipient="coach", role=Role.JOB, outcome=Outcome.PERMIT, rules=(), row=row)
    decision = Decision(
        event_id=event_id,
        event_type=AttendanceException.type,
        subject=PERSON,
        source="day",
        source_role=Role.DAY,
        decided_at=clock.now,
        policy_version="1.0.0",
        verdicts=(verdict.model_copy(update={"notification_id": uuid4()}),),
    )
    clock.decide(decision)


def late_after(clock: QuietClock) -> timedelta:
    """Let time pass until something is told to be late, and return how long that took."""
    began = clock.now
    while not clock.says():
        clock.move(minutes=5)
    return clock.now - began


QUARTER, FOUR_HOURS = timedelta(minutes=15), timedelta(hours=4)


@pytest.mark.parametrize("first", ["event", "decision"])
def test_a_second_day_can_not_wait(clock: QuietClock, first: str) -> None:
    """Whichever is read first, the event or the decision: they stand on two topics."""
    sent(clock, missed(clock, 2), "r4")
    assert late_after(clock) == FOUR_HOURS
    if first == "event":
        sent(clock, missed(clock, 5), "r4")
    else:
        identity = clock.next_id()
        sent(clock, identity, "r4")
        assert missed(clock, 5) == identity
    assert late_after(clock) == QUARTER


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(5, 19, QUARTER), (5, 20, FOUR_HOURS), (19, 5, QUARTER), (20, 5, FOUR_HOURS), (5, 6, QUARTER)],
)
def test_a_fortnight_lies_between_at_most(clock: QuietClock, first: int, second: int, expected: timedelta) -> None:
    """Counted in days, before and after: days are said in any order."""
    missed(clock, first)
    sent(clock, missed(clock, second), "r4")
    assert late_after(clock) == expected


def test_one_day_is_one_whoever_says_it(clock: QuietClock) -> None:
    """A day activity and a coach that miss somebody on one day tell of one no-show."""
    missed(clock, 5)
    sent(clock, missed(clock, 5, source="coach"), "r4")
    assert late_after(clock) == FOUR_HOURS


@pytest.mark.parametrize("kind", [ABSENT, RESUMED])
def test_only_days_without_a_word_count(clock: QuietClock, kind: AttendanceKind) -> None:
    """Neither as the first, nor as the second."""
    missed(clock, 2, kind)
    sent(clock, missed(clock, 5), "r4")
    assert late_after(clock) == FOUR_HOURS
    sent(clock, missed(clock, 6, kind), "r4")
    assert late_after(clock) == FOUR_HOURS


def test_what_was_taken_back_does_not_count(clock: QuietClock) -> None:
    """The day activity found the note: it was no no-show after all."""
    missed(clock, 2)
    missed(clock, 2, ABSENT)
    sent(clock, missed(clock, 5), "r4")
    assert late_after(clock) == FOUR_HOURS


def test_days_are_forgotten(clock: QuietClock) -> None:
    """After a fortnight nothing of them stands on the log."""
    missed(clock, 2)
    missed(clock, 4)
    assert clock.keys() == ["deliveries", "no_shows"]
    clock.on("2026-01-17")
    assert clock.says() == []
    assert clock.keys() == ["no_shows"]
    clock.on("2026-01-19")
    assert clock.says() == []
    assert clock.keys() == []


def test_a_crisis_can_not_wait(clock: QuietClock) -> None:
    """Debts that are one must be told within four working hours, others the next working day."""
    for urgency, expected in ((Urgency.SOON, timedelta(days=1, hours=9)), (Urgency.CRISIS, FOUR_HOURS)):
        clock.on("2026-01-05", hour=9)
        said = DebtWorrySignalled(help_wanted=True, urgency=urgency, asserted_by=Role.JOB)
        sent(clock, UUID(clock.hear(said, "coach")), "r1")
        assert late_after(clock) == expected


def test_a_case_is_remembered_for_a_week(clock: QuietClock) -> None:
    """A gate that was away decides about it later; then it is of no use any more."""
    missed(clock, 2)
    second = missed(clock, 5)
    clock.move(days=6)
    assert clock.says() == []
    sent(clock, second, "r4")
    assert late_after(clock) == QUARTER
    clock.move(days=30)
    assert clock.says() == []
    assert clock.keys() == []


def test_what_stands_on_the_log_is_read_again() -> None:
    """Also what a version wrote that knew no cases."""
    before = b'[7,[[7,"n","e","t","coach","JOB","day"]],[[9,"m"]]]'
    old = read_deliveries(before)
    assert [one.due for one in old.awaited] == [7]
    assert old.cases == ()
    new = old.with_case("other", "crisis", 1)
    assert read_deliveries(new.value()) == new
    assert new.cases == (Case(1 + 7 * 24 * 3600, "other", "crisis"),)
    assert Deliveries().value() is None
