"""Every kind of timer that is a series, by the first part of its key; and every event that the clock publishes."""

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.education import YouthTransitionDue
from schakel_contracts.event import Event
from schakel_contracts.indication import ReindicationDue
from schakel_contracts.plan_evaluation import PlanEvaluationDue
from schakel_contracts.return_right import ReturnRightMissing
from schakel_contracts.trajectory import TrajectoryFundingEnding
from schakel_contracts.trial_placement import TrialPlacementEndDue
from schakel_contracts.workplace_support import AftercareCheckpointDue
from schakel_services.clock.answers import ANSWER_SERIES
from schakel_services.clock.registry_terms import REGISTRY_SERIES
from schakel_services.clock.reminders import REMINDERS
from schakel_services.clock.return_right import RETURN_SERIES
from schakel_services.clock.series import Series

SERIES: dict[str, Series] = {**REGISTRY_SERIES, **REMINDERS, **RETURN_SERIES, **ANSWER_SERIES}

SAYS: tuple[type[Event], ...] = (
    AftercareCheckpointDue,
    AnswerDue,
    ConsentExpired,
    ConsentExpiring,
    DeliveryNotCompleted,
    PlanEvaluationDue,
    ReindicationDue,
    ReturnRightMissing,
    TrajectoryFundingEnding,
    TrialPlacementEndDue,
    YouthTransitionDue,
)
