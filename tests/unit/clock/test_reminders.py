"""Series that count back from a day: when each is said, and what moves and cancels it."""

from datetime import date
from uuid import UUID, uuid4

from schakel_contracts.codes import PlacementKind, Role
from schakel_contracts.indication import IndicationRegistered, ReindicationDue
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.plan_evaluation import PlanEvaluationCompleted, PlanEvaluationDue, PlanEvaluationPlanned
from schakel_contracts.registry import RelationRecord
from schakel_contracts.terms import EvaluationOutcome, FunderType, IndicationKind, NextAction, TrajectoryStatus
from schakel_contracts.trajectory import TrajectoryFundingDecided, TrajectoryFundingEnding, TrajectoryStatusChanged
from schakel_contracts.trial_placement import (
    TrialPlacementEndDue,
    TrialPlacementEnded,
    TrialPlacementExtended,
    TrialPlacementStarted,
)
from schakel_contracts.workplace_support import AftercareCheckpointDone
from schakel_services.clock.testing.quiet import QuietClock

REF = uuid4()


def indication(expires: str, ref: UUID = REF, **changed: object) -> IndicationRegistered:
    """Return an indication for a day activity."""
    said = {"indication_ref": ref, "kind": IndicationKind.WMO_DAY_ACTIVITY, "expires": expires, "contact": Role.WMO}
    return IndicationRegistered.model_validate(said | changed)


def trial_started(planned_end: str, start: str = "2026-01-05") -> TrialPlacementStarted:
    """Return the start of a trial placement at an employer."""
    return TrialPlacementStarted.model_validate(
        {"placement_ref": REF, "employer": "boss", "planned_end": planned_end, "start": start, "permission_ref": REF}
    )


def extended(planned_end: str, **changed: object) -> TrialPlacementExtended:
    """Return its extension."""
    said = {"placement_ref": REF, "planned_end": planned_end, "permission_ref": REF}
    return TrialPlacementExtended.model_validate(said | changed)


def test_reindication_is_due_16_12_and_8_weeks_before(clock: QuietClock) -> None:
    """With all that the indication said (F26)."""
    clock.hear(indication("2027-01-04", provider="day"), "desk")
    found = clock.says_until("2027-02-01")
    assert [(str(day), event.weeks_left) for day, event in found if isinstance(event, ReindicationDue)] == [
        ("2026-09-14", 16),
        ("2026-10-12", 12),
        ("2026-11-09", 8),
    ]
    last = found[-1][1]
    assert isinstance(last, ReindicationDue)
    assert (last.provider, last.expires, last.indication_ref) == ("day", date(2027, 1, 4), REF)
    assert clock.keys() == []


def test_an_indication_that_comes_late_is_said_once_at_once(clock: QuietClock) -> None:
    """Ten weeks before, two letters should have gone: one goes."""
    clock.hear(indication("2026-03-16"), "desk")
    found = clock.says_until("2026-03-16")
    assert [(str(day), getattr(event, "weeks_left", None)) for day, event in found] == [
        ("2026-01-05", 10),
        ("2026-01-19", 8),
    ]


def test_a_new_indication_of_the_same_kind_takes_the_place_of_the_old(clock: QuietClock) -> None:
    """Also when the old one is said again afterwards; another kind stays."""
    other = indication("2027-01-04", uuid4(), kind=IndicationKind.SHELTERED_WORK)
    clock.hear(indication("2026-06-01"), "desk")
    clock.hear(other, "uwv")
    newer = indication("2028-06-01", uuid4())
    clock.hear(newer, "desk")
    clock.hear(indication("2026-06-01"), "desk")
    assert clock.keys() == sorted(f"reindication/{one.indication_ref}" for one in (other, newer))


def test_evaluation_is_due_28_and_7_days_before_and_again_for_the_next(clock: QuietClock) -> None:
    """Completed in between, it goes on with the next day (F25)."""
    clock.hear(PlanEvaluationPlanned(evaluation_ref=REF, owner=Role.GGZ, on=date(2026, 3, 2)), "ggz")
    found = clock.says_until("2026-02-20")
    assert [str(day) for day, _ in found] == ["2026-02-02"]
    done = PlanEvaluationCompleted(
        evaluation_ref=REF,
        owner=Role.GGZ,
        on=date(2026, 2, 20),
        outcome=EvaluationOutcome.CONTINUE,
        next_date=date(2026, 6, 1),
    )
    clock.hear(done, "ggz")
    found = clock.says_until("2026-07-01")
    assert [(str(day), event.days_left) for day, event in found if isinstance(event, PlanEvaluationDue)] == [
        ("2026-05-04", 28),
        ("2026-05-25", 7),
    ]
    clock.hear(done.model_copy(update={"next_date": None}), "ggz")
    assert clock.keys() == []


def test_trial_placement_is_due_21_and_7_days_before_its_end(clock: QuietClock) -> None:
    """With its employer (F17)."""
    clock.hear(trial_started("2026-03-02"), "coach")
    found = clock.says_until("2026-03-10")
    assert [(str(day), event.days_left) for day, event in found if isinstance(event, TrialPlacementEndDue)] == [
        ("2026-02-09", 21),
        ("2026-02-23", 7),
    ]
    assert {getattr(event, "employer", None) for _, event in found} == {"boss"}


def test_a_trial_of_two_weeks_has_no_moment_before_it_began(clock: QuietClock) -> None:
    """Three weeks before its end it was not there."""
    clock.hear(trial_started("2026-01-19"), "coach")
    assert [str(day) for day, _ in clock.says_until("2026-02-01")] == ["2026-01-12"]


def test_an_extension_moves_the_end_and_an_end_cancels(clock: QuietClock) -> None:
    """Extended here it keeps the employer; elsewhere the old one is not named."""
    clock.hear(trial_started("2026-03-02"), "coach")
    assert len(clock.says_until("2026-02-10")) == 1
    clock.hear(extended("2026-04-06"), "coach")
    found = clock.says_until("2026-03-20")
    assert [(str(day), getattr(event, "employer", None)) for day, event in found] == [("2026-03-16", "boss")]
    clock.hear(extended("2026-06-01", next_action=NextAction.OTHER_PLACE), "coach")
    found = clock.says_until("2026-05-12")
    assert [(str(day), getattr(event, "employer", None)) for day, event in found] == [("2026-05-11", None)]
    ended = {"placement_ref": REF, "planned_end": "2026-06-01", "end": "2026-05-12", "next_action": "contract"}
    clock.hear(TrialPlacementEnded.model_validate(ended), "coach")
    assert clock.keys() == []


def test_a_trial_that_ended_as_a_placement_is_not_due(clock: QuietClock) -> None:
    """It stopped early, and its employer said so of the placement."""
    started = trial_started("2026-03-02")
    clock.hear(started, "coach")
    ended = {"placement_ref": started.placement_ref, "kind": PlacementKind.TRIAL, "end": "2026-01-20"}
    clock.hear(PlacementEnded.model_validate(ended), "coach")
    assert clock.keys() == []


def test_funding_is_ending_60_days_before(clock: QuietClock) -> None:
    """Unless the trajectory has ended (F36)."""
    decided = TrajectoryFundingDecided(
        trajectory_ref=REF, funded_until=date(2026, 7, 1), funder=FunderType.MUNICIPALITY
    )
    clock.hear(decided, "desk")
    other = decided.model_copy(update={"trajectory_ref": uuid4()})
    clock.hear(other, "desk")
    over = {"trajectory_ref": other.trajectory_ref, "status": TrajectoryStatus.ENDED, "goal": "paid"}
    clock.hear(TrajectoryStatusChanged.model_validate(over), "coach")
    found = clock.says_until("2026-08-01")
    assert [(str(day), getattr(event, "trajectory_ref", None)) for day, event in found] == [("2026-05-02", REF)]
    assert isinstance(found[0][1], TrajectoryFundingEnding)


def placement(**changed: object) -> PlacementStarted:
    """Return the start of voluntary work, from which nobody need return."""
    said = {"placement_ref": REF, "kind": PlacementKind.VOLUNTEER, "start": "2026-01-31"}
    return PlacementStarted.model_validate(said | changed)


def test_aftercare_a_week_before_1_3_6_and_12_months(clock: QuietClock) -> None:
    """The last day of a short month counts as the month (F38)."""
    clock.hear(placement(), "coach")
    found = clock.says_until("2027-06-01")
    assert [(str(day), getattr(e, "months", 0), str(getattr(e, "on", ""))) for day, e in found] == [
        ("2026-02-21", 1, "2026-02-28"),
        ("2026-04-23", 3, "2026-04-30"),
        ("2026-07-24", 6, "2026-07-31"),
        ("2027-01-24", 12, "2027-01-31"),
    ]


def test_a_checkpoint_that_was_held_is_not_due(clock: QuietClock) -> None:
    """Nor is any after the end; one that moved is due on its new day."""
    clock.hear(placement(), "coach")
    done = {"placement_ref": REF, "months": 1, "on": "2026-02-10", "done": True, "follow_up_wanted": False}
    clock.hear(AftercareCheckpointDone.model_validate(done), "coach")
    changed = {"placement_ref": REF, "kind": PlacementKind.VOLUNTEER, "start": "2026-02-28"}
    clock.hear(PlacementChanged.model_validate(changed), "coach")
    found = clock.says_until("2026-06-01")
    assert [(str(day), getattr(e, "months", 0)) for day, e in found] == [("2026-05-21", 3)]
    ended = {"placement_ref": REF, "kind": PlacementKind.VOLUNTEER, "end": "2026-06-01"}
    clock.hear(PlacementEnded.model_validate(ended), "coach")
    assert clock.keys() == []


def test_of_a_partner_that_left_the_chain_nothing_is_said_in_the_name_of_another(clock: QuietClock) -> None:
    """The consent that covers the other's word does not cover its; who says the same anew stands for it."""
    for party in ("key", "coach"):
        clock.register(RelationRecord(id=uuid4(), party=party, role=clock.chain.roles[party], asserted_by=party))
    clock.hear(placement(), "gone")
    assert clock.says_until("2026-03-01") == []
    clock.hear(placement(), "coach")
    clock.on("2026-04-23")
    assert [spoken.envelope.partner for spoken in clock.spoken()] == ["coach"]


def test_a_placement_of_long_ago_says_nothing(clock: QuietClock) -> None:
    """It came in with a first export; its checkpoints are over."""
    clock.hear(placement(start="2024-01-31"), "coach")
    assert clock.keys() == []


def test_a_day_beyond_the_calendar_sets_nothing(clock: QuietClock) -> None:
    """It harms nobody else."""
    clock.hear(placement(start="9999-12-31"), "coach")
    clock.hear(placement(start="0001-01-01", placement_ref=uuid4()), "coach")
    clock.hear(indication("9999-12-31"), "desk")
    assert clock.says() == []
