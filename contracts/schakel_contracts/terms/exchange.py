"""Codes about talking together: meetings, letters, rights and duties."""

from enum import StrEnum


class LetterTopic(StrEnum):
    """What an official letter is about; never what it decides."""

    REINDICATION = "reindication"
    BENEFIT = "benefit"
    SHELTERED_WORK = "sheltered_work"
    WORK_DUTIES = "work_duties"
    HOUSING = "housing"
    OTHER = "other"


class MeetingPlace(StrEnum):
    """Where a case meeting is."""

    AT_CHAIR = "at_chair"
    AT_CITIZEN = "at_citizen"
    ONLINE = "online"
    BY_PHONE = "by_phone"


class AgendaItem(StrEnum):
    """What a case meeting is about, in outline."""

    PROGRESS = "progress"
    PLACEMENT = "placement"
    BENEFIT = "benefit"
    HOUSING = "housing"
    SUPPORT = "support"
    TRANSITION = "transition"


class ActionCode(StrEnum):
    """What somebody agreed to do."""

    CALL_CITIZEN = "call_citizen"
    ARRANGE_TRANSPORT = "arrange_transport"
    CONTACT_EMPLOYER = "contact_employer"
    ANSWER_BENEFIT_QUESTION = "answer_benefit_question"
    ADJUST_SUPPORT = "adjust_support"
    PREPARE_REINDICATION = "prepare_reindication"
    FIND_PLACE = "find_place"


class SubjectRight(StrEnum):
    """Which right a person uses (AVG 15 to 21)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


class RightStatus(StrEnum):
    """How far the answer is, for one party."""

    RECEIVED = "received"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"


class EmergencyReason(StrEnum):
    """Why the emergency procedure was used (R17)."""

    DANGER_TO_SELF = "danger_to_self"
    DANGER_TO_OTHERS = "danger_to_others"
    MISSING = "missing"
    ACUTE_NEED = "acute_need"


class StatutoryQuestion(StrEnum):
    """What a body asks under its statutory duty; the answer may hold nothing beyond it."""

    PLACEMENT = "placement"
    ATTENDANCE = "attendance"
    ACTIVATION_STEP = "activation_step"
    TRAJECTORY = "trajectory"
    HOUSING = "housing"
    DELIVERED_HOURS = "delivered_hours"
    JOB_COACH = "job_coach"


class RequestAnswer(StrEnum):
    """What came of a statutory request."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    REFUSED = "refused"
