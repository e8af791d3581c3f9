"""The catalogue: every contract there is, by the name it has on the wire."""

from schakel_contracts.activation_step import ActivationStepChanged
from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.benefit_certainty import BenefitEffectAnswered, BenefitEffectRequested, BenefitWorryRaised
from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.break_glass import BreakGlassUsed
from schakel_contracts.candidate import CandidateReferred, IntroductionProposed
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.case_meeting import CaseMeetingActionsAgreed, CaseMeetingCancelled, CaseMeetingInvited
from schakel_contracts.case_relation import CaseRelationEnded, CaseRelationStarted
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn
from schakel_contracts.consent_existence import ConsentRegistered
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.day_activity import DayActivityResumed, DayActivityStatusChanged
from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.education import EducationStatusChanged, YouthTransitionDue
from schakel_contracts.entitlement import EntitlementOutcome
from schakel_contracts.event import Event
from schakel_contracts.housing import HousingChanged
from schakel_contracts.income_change import IncomeChangeSignalled
from schakel_contracts.indication import IndicationRegistered, ReindicationDue, ShelteredWorkAdviceIssued
from schakel_contracts.official_letter import OfficialLetterAnnounced
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.plan_evaluation import PlanEvaluationCompleted, PlanEvaluationDue, PlanEvaluationPlanned
from schakel_contracts.reachability import JobCoachAssigned, KeyPersonAssigned, KeyPersonChanged
from schakel_contracts.representation import RepresentationChanged
from schakel_contracts.retention import AttendanceException, DropoutRiskSignalled, OutreachCompleted, OutreachRequested
from schakel_contracts.return_right import ReturnRightInvoked, ReturnRightMissing, ReturnRightRegistered
from schakel_contracts.special_facility import SpecialFacilityDecided, SpecialFacilityRequested
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.subject_right import DisclosureFirstMade, SubjectRightExercised
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged
from schakel_contracts.trajectory import TrajectoryFundingDecided, TrajectoryFundingEnding, TrajectoryStatusChanged
from schakel_contracts.transport import TransportArranged, TransportCancelled
from schakel_contracts.trial_placement import (
    TrialPlacementEndDue,
    TrialPlacementEnded,
    TrialPlacementExtended,
    TrialPlacementStarted,
)
from schakel_contracts.workplace_support import (
    AftercareCheckpointDone,
    AftercareCheckpointDue,
    WorkplaceSupportRequested,
)

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        ActivationStepChanged,
        AftercareCheckpointDone,
        AftercareCheckpointDue,
        AnswerDue,
        AttendanceException,
        BenefitEffectAnswered,
        BenefitEffectRequested,
        BenefitStatusChanged,
        BenefitWorryRaised,
        BreakGlassUsed,
        CandidateReferred,
        CarePlanStatusChanged,
        CaseMeetingActionsAgreed,
        CaseMeetingCancelled,
        CaseMeetingInvited,
        CaseRelationEnded,
        CaseRelationStarted,
        ConsentExpired,
        ConsentExpiring,
        ConsentGranted,
        ConsentRegistered,
        ConsentWithdrawn,
        DayActivityResumed,
        DayActivityStatusChanged,
        DebtWorrySignalled,
        DeliveryNotCompleted,
        DisclosureFirstMade,
        DropoutRiskSignalled,
        EducationStatusChanged,
        EntitlementOutcome,
        HousingChanged,
        IncomeChangeSignalled,
        IndicationRegistered,
        IntroductionProposed,
        JobCoachAssigned,
        KeyPersonAssigned,
        KeyPersonChanged,
        OfficialLetterAnnounced,
        OutreachCompleted,
        OutreachRequested,
        PlacementChanged,
        PlacementEnded,
        PlacementStarted,
        PlanEvaluationCompleted,
        PlanEvaluationDue,
        PlanEvaluationPlanned,
        ReindicationDue,
        RepresentationChanged,
        ReturnRightInvoked,
        ReturnRightMissing,
        ReturnRightRegistered,
        ShelteredWorkAdviceIssued,
        SpecialFacilityDecided,
        SpecialFacilityRequested,
        StatutoryRequestAnswered,
        StatutoryRequestReceived,
        SubjectRightExercised,
        SupportLevelChanged,
        SupportTrajectoryChanged,
        TrajectoryFundingDecided,
        TrajectoryFundingEnding,
        TrajectoryStatusChanged,
        TransportArranged,
        TransportCancelled,
        TrialPlacementEndDue,
        TrialPlacementEnded,
        TrialPlacementExtended,
        TrialPlacementStarted,
        WorkplaceSupportRequested,
        YouthTransitionDue,
    )
}
"""Every event type, keyed by its full name."""

BY_SHORT_TYPE: dict[str, type[Event]] = {event.short_type(): event for event in EVENTS.values()}
"""The same, keyed as the policy names them."""
