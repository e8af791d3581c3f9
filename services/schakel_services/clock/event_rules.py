"""The table: what each event sets, moves and cancels."""

from collections.abc import Iterator
from typing import Any

from schakel_contracts.benefit_certainty import BenefitEffectAnswered, BenefitEffectRequested, BenefitWorryRaised
from schakel_contracts.day_activity import DayActivityResumed
from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.event import Event
from schakel_contracts.indication import IndicationRegistered
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.plan_evaluation import PlanEvaluationCompleted, PlanEvaluationPlanned
from schakel_contracts.retention import AttendanceException, OutreachCompleted, OutreachRequested
from schakel_contracts.return_right import ReturnRightInvoked, ReturnRightRegistered
from schakel_contracts.special_facility import SpecialFacilityDecided, SpecialFacilityRequested
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import NextAction, TrajectoryStatus
from schakel_contracts.trajectory import TrajectoryFundingDecided, TrajectoryStatusChanged
from schakel_contracts.trial_placement import TrialPlacementEnded, TrialPlacementExtended, TrialPlacementStarted
from schakel_contracts.workplace_support import AftercareCheckpointDone
from schakel_services.clock import questions
from schakel_services.clock.heard import Heard, Says
from schakel_services.clock.return_right import MISSING, placement_started, return_right_registered
from schakel_services.clock.series import Change
from schakel_services.clock.timer import About


def _said(event: Event, *left_out: str) -> About:
    """Return the fields of an event, as JSON, without those that the key says or the clock's event lacks."""
    return event.model_dump(mode="json", exclude_none=True, exclude=set(left_out))


def _indication(event: IndicationRegistered, heard: Heard) -> Iterator[Change]:
    """The newest indication of a kind counts: one that it replaces is not told of again."""
    for key, timer in heard.known.of_kind("reindication"):
        same = all(timer.about.get(name) == said for name, said in (("kind", event.kind), ("provider", event.provider)))
        if same and key != f"reindication/{event.indication_ref}":
            if timer.day("expires") > event.expires:
                return
            yield Change(key, None)
    yield Change(f"reindication/{event.indication_ref}", _said(event, "indication_ref"))


def _evaluation_planned(event: PlanEvaluationPlanned, _: Heard) -> Iterator[Change]:
    yield Change(f"evaluation/{event.evaluation_ref}", _said(event, "evaluation_ref"))


def _evaluation_completed(event: PlanEvaluationCompleted, _: Heard) -> Iterator[Change]:
    """The next one, if there is a day for it."""
    about = None if event.next_date is None else {"owner": event.owner, "on": event.next_date.isoformat()}
    yield Change(f"evaluation/{event.evaluation_ref}", about)


def _trial_started(event: TrialPlacementStarted, _: Heard) -> Iterator[Change]:
    yield Change(f"trial/{event.placement_ref}", _said(event, "placement_ref", "permission_ref", "place_number"))


def _trial_extended(event: TrialPlacementExtended, heard: Heard) -> Iterator[Change]:
    """The new end; the place stays the same where nothing else is said, unless it goes on elsewhere."""
    key = f"trial/{event.placement_ref}"
    before = heard.known.get(key)
    about = _said(event, "placement_ref", "permission_ref", "place_number", "next_action")
    if before is not None and event.next_action is not NextAction.OTHER_PLACE:
        about = {**before.about, **about}
    yield Change(key, about)


def _trial_ended(event: TrialPlacementEnded, _: Heard) -> Iterator[Change]:
    yield Change(f"trial/{event.placement_ref}", None)


def _funding_decided(event: TrajectoryFundingDecided, _: Heard) -> Iterator[Change]:
    yield Change(f"funding/{event.trajectory_ref}", _said(event, "trajectory_ref"))


def _trajectory(event: TrajectoryStatusChanged, _: Heard) -> Iterator[Change]:
    if event.status is TrajectoryStatus.ENDED:
        yield Change(f"funding/{event.trajectory_ref}", None)


def _placement_started(event: PlacementStarted, heard: Heard) -> Iterator[Change]:
    """Aftercare counts from the first working day, or from the day on which it was said if that is not known."""
    before = heard.known.get(f"aftercare/{event.placement_ref}")
    done = {} if before is None or "done" not in before.about else {"done": before.about["done"]}
    start = (event.start or heard.day).isoformat()
    yield Change(f"aftercare/{event.placement_ref}", {"start": start, **done})
    yield from placement_started(event, heard)


def _placement_changed(event: PlacementChanged, heard: Heard) -> Iterator[Change]:
    for key in (f"aftercare/{event.placement_ref}", f"{MISSING}/{event.placement_ref}"):
        before = heard.known.get(key)
        if before is not None and event.start is not None:
            yield Change(key, {**before.about, "start": event.start.isoformat()})


def _placement_ended(event: PlacementEnded, _: Heard) -> Iterator[Change]:
    """All that was still to be said of it, as a trial too: a trial is a placement, and this may be its only end."""
    for kind in ("aftercare", MISSING, "trial"):
        yield Change(f"{kind}/{event.placement_ref}", None)


def _aftercare_done(event: AftercareCheckpointDone, heard: Heard) -> Iterator[Change]:
    before = heard.known.get(f"aftercare/{event.placement_ref}")
    if before is not None and event.done:
        done = sorted({*before.about.get("done", ()), event.months})
        yield Change(f"aftercare/{event.placement_ref}", {**before.about, "done": done}, answers=True)


def _sets_nothing(_: Event, __: Heard) -> Iterator[Change]:
    yield from ()


EVENT_RULES: dict[type[Event], Says | Any] = {
    # F25, plan evaluation
    PlanEvaluationPlanned: _evaluation_planned,
    PlanEvaluationCompleted: _evaluation_completed,
    # F26, re-indication
    IndicationRegistered: _indication,
    # F17, trial placement
    TrialPlacementStarted: _trial_started,
    TrialPlacementExtended: _trial_extended,
    TrialPlacementEnded: _trial_ended,
    # F36, funding
    TrajectoryFundingDecided: _funding_decided,
    TrajectoryStatusChanged: _trajectory,
    # F38, aftercare; F10, right of return
    PlacementStarted: _placement_started,
    PlacementChanged: _placement_changed,
    PlacementEnded: _placement_ended,
    AftercareCheckpointDone: _aftercare_done,
    ReturnRightRegistered: return_right_registered,
    # F6, F11, F18, F21, F34, F43, F47: answers
    OutreachRequested: questions.outreach_requested,
    OutreachCompleted: questions.outreach_completed,
    ReturnRightInvoked: questions.return_invoked,
    DayActivityResumed: questions.day_activity_resumed,
    BenefitEffectRequested: questions.effect_requested,
    BenefitEffectAnswered: questions.effect_answered,
    BenefitWorryRaised: questions.worry_raised,
    SpecialFacilityRequested: questions.facility_requested,
    SpecialFacilityDecided: questions.facility_decided,
    StatutoryRequestReceived: questions.statutory_received,
    StatutoryRequestAnswered: questions.statutory_answered,
    SubjectRightExercised: questions.right_exercised,
    # F7, F22: they set nothing, but what they sent may have to be there sooner
    AttendanceException: _sets_nothing,
    DebtWorrySignalled: _sets_nothing,
}
"""By type of event. An event that is not here sets nothing; what the registry sets stands in ``registry_terms``."""
