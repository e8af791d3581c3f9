"""Codes about somebody's days: support, home, school, transport, worries."""

from enum import StrEnum


class DayPart(StrEnum):
    """When somebody would rather be called."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


class RiskKind(StrEnum):
    """What somebody who knows the person worries about; never computed (R21)."""

    DROPOUT = "dropout"
    ISOLATION = "isolation"


class WishedAction(StrEnum):
    """What the person, or who signalled, would want to happen."""

    CALL = "call"
    VISIT = "visit"
    NONE = "none"


class Urgency(StrEnum):
    """How soon."""

    CRISIS = "crisis"
    SOON = "soon"
    LATER = "later"


class OutreachOutcome(StrEnum):
    """What an outreach visit came to; never where the person was found."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    RESUMES = "resumes"


class DayActivityStatus(StrEnum):
    """Where a day activity stands."""

    STARTED = "started"
    HOURS_CHANGED = "hours_changed"
    PAUSED = "paused"
    STOPPED = "stopped"


class ReturnConditions(StrEnum):
    """Under which conditions the place is kept."""

    UNCONDITIONAL = "unconditional"
    WHILE_INDICATED = "while_indicated"
    SUBJECT_TO_TALK = "subject_to_talk"


class WorryTopic(StrEnum):
    """What a person fears for their benefit."""

    STOP_WORK = "stop_work"
    INCOME = "income"
    RETURN = "return"
    DEBT = "debt"


class BringAlong(StrEnum):
    """What to bring to a talk."""

    IDENTITY_DOCUMENT = "identity_document"
    CURRENT_PLAN = "current_plan"
    OWN_QUESTIONS = "own_questions"
    SUPPORT_PERSON = "support_person"
    NOTHING = "nothing"


class HousingStatus(StrEnum):
    """What happened to a person's housing; never the kind of shelter."""

    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    NOTICE = "notice"


class EducationStatus(StrEnum):
    """Where a youth's education stands."""

    ENROLLED = "enrolled"
    AT_RISK = "at_risk"
    LEFT = "left"
    FINISHED = "finished"


class YouthMilestone(StrEnum):
    """Which birthday changes who decides, or what a youth is entitled to."""

    SIXTEEN = "sixteen"
    EIGHTEEN = "eighteen"
    TWENTY_SEVEN = "twenty_seven"
    COACHING_INTENSIFIED = "coaching_intensified"


class MobilityNeed(StrEnum):
    """What a driver must know, and no more."""

    NONE = "none"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class FacilityCategory(StrEnum):
    """What is asked; one code on purpose, since a finer one would tell of health."""

    PARTICIPATION_AID = "participation_aid"


class FacilityStatus(StrEnum):
    """Where a request for a facility stands."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REJECTED = "rejected"
