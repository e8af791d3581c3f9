"""Codes about work, benefit and the way there."""

from enum import StrEnum


class Programme(StrEnum):
    """What a person is referred to."""

    WORK_AS_CARE = "work_as_care"
    STEP_BY_STEP = "step_by_step"
    INDIVIDUAL_PLACEMENT = "individual_placement"
    WORK_ORIENTED_DAY_ACTIVITY = "work_oriented_day_activity"
    PARTICIPATION = "participation"
    YOUTH_TO_WORK = "youth_to_work"
    REINTEGRATION = "reintegration"


class TrajectoryStatus(StrEnum):
    """Where a trajectory to work or taking part stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class TrajectoryGoal(StrEnum):
    """What a trajectory works towards."""

    PARTICIPATION = "participation"
    VOLUNTEER = "volunteer"
    SHELTERED = "sheltered"
    PAID = "paid"


class Method(StrEnum):
    """How a trajectory is supported; tells of care, so it goes to care roles only (R14)."""

    IPS = "ips"
    STRENGTHS_WORK = "strengths_work"
    SUPPORTED_EMPLOYMENT = "supported_employment"
    GROUP_SUPERVISION = "group_supervision"
    OTHER = "other"


class SupportHours(StrEnum):
    """How much job coaching, as a band."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AttendanceKind(StrEnum):
    """That somebody did not come, or comes again; never why."""

    NO_SHOW = "no_show"
    NOTIFIED_ABSENCE = "notified_absence"
    RESUMED = "resumed"


class AdviceOutcome(StrEnum):
    """What UWV advised on sheltered work."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class NextAction(StrEnum):
    """What comes after a trial placement."""

    CONTRACT = "contract"
    EXTEND = "extend"
    STOP = "stop"
    OTHER_PLACE = "other_place"


class StepKind(StrEnum):
    """The step about whose effect on the benefit somebody asks."""

    VOLUNTEER_WORK = "volunteer_work"
    TRIAL_PLACEMENT = "trial_placement"
    SHELTERED_WORK = "sheltered_work"
    PAID_WORK = "paid_work"
    MORE_HOURS = "more_hours"
    RETURN = "return"


class CertaintyBand(StrEnum):
    """What happens to the benefit, in the words that a person can act on."""

    NO_CHANGE = "no_change"
    PARTLY_OFFSET = "partly_offset"
    ENDS = "ends"
    NEEDS_TALK = "needs_talk"


class IncomeChange(StrEnum):
    """How income moves; never an amount."""

    START = "start"
    INCREASE = "increase"
    DECREASE = "decrease"
    STOP = "stop"


class StepDirection(StrEnum):
    """Which way a person moved on the activation ladder."""

    UP = "up"
    DOWN = "down"


class EvaluationOutcome(StrEnum):
    """What an evaluation of the plan came to."""

    CONTINUE = "continue"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    STOP = "stop"


class IndicationKind(StrEnum):
    """What a (re)indication is for."""

    WMO_DAY_ACTIVITY = "wmo_day_activity"
    WMO_SUPPORT = "wmo_support"
    WMO_SHELTERED_LIVING = "wmo_sheltered_living"
    SHELTERED_WORK = "sheltered_work"
    LABOUR_CAPACITY = "labour_capacity"
    JOB_COACHING = "job_coaching"


class Entitlement(StrEnum):
    """What came of a person's entitlement; never why."""

    ENTITLED = "entitled"
    NOT_ENTITLED = "not_entitled"
    PAUSED = "paused"


class AlternativeRoute(StrEnum):
    """How support can go on without an entitlement."""

    NUG_REINTEGRATION = "nug_reintegration"
    MUNICIPAL_FUNDING = "municipal_funding"
    IPS_SUBSIDY = "ips_subsidy"


class FunderType(StrEnum):
    """Who pays for a trajectory; IPS subsidies go under ``subsidy``, since the name tells of care."""

    MUNICIPALITY = "municipality"
    UWV = "uwv"
    SUBSIDY = "subsidy"
    HEALTH_INSURER = "health_insurer"


class WorkplaceQuestion(StrEnum):
    """What an employer needs help with; a guess about health has no code."""

    TASK = "task"
    HOURS = "hours"
    CONTACT = "contact"
    ABSENCE = "absence"
