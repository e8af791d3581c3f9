"""Who has left is not told of, and a mistaken exit undoes nothing (R28)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.plan_evaluation import PlanEvaluationDue, PlanEvaluationPlanned
from schakel_contracts.registry import AgeRecord, ConsentRecord, ExitRecord, RelationRecord
from schakel_services.clock.leaving import KEPT_S, LEFT
from schakel_services.clock.testing.quiet import QuietClock

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
EXIT = ExitRecord(id=uuid4(), since=NOW)
EVALUATION = PlanEvaluationPlanned(evaluation_ref=uuid4(), owner=Role.KEY, on=date(2026, 6, 1))


def consent() -> ConsentRecord:
    """Return a consent of today, for half a year."""
    return ConsentRecord(
        id=uuid4(),
        form=ConsentForm.WRITTEN,
        purposes=(Purpose.JOB_COACHING,),
        categories=(Category.CARE_PLAN_STATUS,),
        recipients=(Recipient(party="coach"),),
        granted_at=NOW,
        valid_until=datetime(2026, 7, 1, tzinfo=UTC),
        collected_by="ggz",
    )


def days(clock: QuietClock, until: str) -> list[str]:
    """Return on which days anything is said."""
    return [str(day) for day, _ in clock.says_until(until)]


def test_nothing_is_said_of_who_has_left(clock: QuietClock) -> None:
    """Neither of what was set before, nor of what is set afterwards."""
    clock.register(consent(), AgeRecord(id=uuid4(), adult_on=date(2026, 3, 1)))
    clock.register(RelationRecord(id=uuid4(), party="key", role=Role.KEY, asserted_by="key"))
    clock.register(EXIT)
    clock.hear(EVALUATION, "key")
    clock.register(consent())
    assert days(clock, "2026-12-31") == []


def test_who_leaves_later_is_still_told_until_then(clock: QuietClock) -> None:
    """And no longer."""
    clock.register(consent())
    clock.register(ExitRecord(id=uuid4(), since=datetime(2026, 6, 10, tzinfo=UTC), planned=True))
    assert days(clock, "2026-08-01") == ["2026-05-02", "2026-06-01"]


@pytest.mark.parametrize("restarts", [False, True])
def test_an_exit_by_mistake_undoes_nothing(clock: QuietClock, *, restarts: bool) -> None:
    """Erased, or moved far ahead: what was planned before is said in its time, for nobody sends it again."""
    clock.hear(EVALUATION, "key")
    clock.register(consent(), EXIT)
    if restarts:
        clock.restart()
    clock.erase(EXIT)
    clock.register(ExitRecord(id=EXIT.id, since=datetime(2999, 1, 1, tzinfo=UTC), planned=True))
    if restarts:
        clock.restart()
    said = clock.says_until("2026-06-01")
    assert [str(day) for day, _ in said] == ["2026-05-02", "2026-05-04", "2026-05-25", "2026-06-01"]
    assert sum(isinstance(event, PlanEvaluationDue) for _, event in said) == 2


def test_what_fell_due_meanwhile_is_said_once_it_is_known_to_be_a_mistake(clock: QuietClock) -> None:
    """Of all that passed, only the latest that still helps; as after a time without a clock."""
    clock.hear(EVALUATION, "key")
    clock.register(EXIT)
    assert days(clock, "2026-05-26") == []
    clock.erase(EXIT)
    (event,) = clock.says()
    assert isinstance(event, PlanEvaluationDue)
    assert clock.says() == []


def test_consents_that_changed_meanwhile_count_as_they_stand(clock: QuietClock) -> None:
    """One that was withdrawn while the exit stood does not expire afterwards."""
    given = consent()
    clock.register(given, EXIT)
    clock.register(given.model_copy(update={"withdrawn_at": NOW}))
    clock.erase(EXIT)
    assert clock.keys() == []


def test_after_a_year_nothing_is_kept(clock: QuietClock) -> None:
    """Counted from when the exit was read: one that is dated years back may be a mistake as well."""
    clock.hear(EVALUATION, "key")
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2040, 3, 1)))
    clock.register(ExitRecord(id=uuid4(), since=NOW - timedelta(days=4_000)))
    kept = clock.keys()
    assert LEFT in kept
    assert len(kept) == 3
    clock.move(seconds=KEPT_S - 1)
    assert (clock.says(), clock.keys()) == ([], kept)
    clock.move(seconds=1)
    assert (clock.says(), clock.keys()) == ([], [])


def test_one_of_whom_nothing_is_set_costs_nothing(clock: QuietClock) -> None:
    """An exit alone is no timer."""
    clock.register(EXIT)
    assert clock.keys() == []
