"""The closed vocabularies: every value that may travel, and no other.

Codes are Schakel's own where no national message exists (support bands, placement kinds); the README of
``contracts/`` says which national code each one maps to. A code is added in a new minor version and never reused.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an organisation is in a person's chain; the policy speaks of roles only."""

    GGZ = "GGZ"
    ADD = "ADD"
    SHL = "SHL"
    DAY = "DAY"
    REI = "REI"
    JOB = "JOB"
    EMP = "EMP"
    INC = "INC"
    WMO = "WMO"
    YTH = "YTH"
    DEB = "DEB"
    UWV = "UWV"
    SCH = "SCH"
    TRN = "TRN"
    KEY = "KEY"
    CIT = "CIT"
    REP = "REP"


class Category(StrEnum):
    """What kind of personal data a field is; consent is given per category."""

    CARE_PLAN_STATUS = "care_plan_status"
    SUPPORT_LEVEL = "support_level"
    BENEFIT_KIND_STATUS = "benefit_kind_status"
    ENTITLEMENT_OUTCOME = "entitlement_outcome"
    PLACEMENT = "placement"
    EMPLOYER_NAME = "employer_name"
    ATTENDANCE = "attendance"
    ACTIVATION_STEP = "activation_step"
    DAY_ACTIVITY = "day_activity"
    RETURN_RIGHT = "return_right"
    HOUSING = "housing"
    DEBTS = "debts"
    SPECIAL_FACILITY = "special_facility"
    EDUCATION = "education"
    TRANSPORT = "transport"
    CONTACT_PERSON = "contact_person"
    CASE_MEETING = "case_meeting"
    REPRESENTATIVE = "representative"
    OFFICIAL_LETTER = "official_letter"
    TRAJECTORY = "trajectory"
    RETENTION = "retention"
    """Effort that drops, outreach: what keeps somebody from sliding off."""
    BENEFIT_QUESTION = "benefit_question"
    INCOME_CHANGE = "income_change"
    INDICATION = "indication"
    PLAN_EVALUATION = "plan_evaluation"
    WORKPLACE_SUPPORT = "workplace_support"
    YOUTH_TRANSITION = "youth_transition"
    ACCOUNTABILITY = "accountability"
    """Records about the exchange itself (consent, relation, delivery), never about the person's situation."""


class Purpose(StrEnum):
    """Why data may be used; ``policy/purposes.toml`` describes each, one event has exactly one."""

    CARE_COORDINATION = "care_coordination"
    BENEFIT_CONTINUITY = "benefit_continuity"
    SUPPORT_PROVISION = "support_provision"
    REINTEGRATION = "reintegration"
    WORKPLACE_SUPPORT = "workplace_support"
    JOB_COACHING = "job_coaching"
    YOUTH_TRANSITION = "youth_transition"
    CHAIN_COORDINATION = "chain_coordination"
    SUPPORT_SCALING = "support_scaling"
    PLACEMENT_ALIGNMENT = "placement_alignment"
    TRIAL_PLACEMENT = "trial_placement"
    TRAJECTORY_COORDINATION = "trajectory_coordination"
    CONSENT_MANAGEMENT = "consent_management"
    CASE_RELATION = "case_relation"
    REPRESENTATION = "representation"
    REACHABILITY = "reachability"
    TRANSPORT = "transport"
    DEBT_SUPPORT = "debt_support"
    TRAJECTORY_INTAKE = "trajectory_intake"
    RETENTION_OUTREACH = "retention_outreach"
    RIGHT_OF_RETURN = "right_of_return"
    SHELTERED_WORK = "sheltered_work"
    BENEFIT_CERTAINTY = "benefit_certainty"
    ACTIVATION = "activation"
    PLAN_CYCLE = "plan_cycle"
    REINDICATION = "reindication"
    EXPLAIN_LETTER = "explain_letter"
    CASE_COORDINATION = "case_coordination"
    HOUSING_ALIGNMENT = "housing_alignment"
    REMOVE_BARRIER = "remove_barrier"
    ALTERNATIVE_ROUTE = "alternative_route"
    TRAJECTORY_CONTINUITY = "trajectory_continuity"
    AFTERCARE = "aftercare"
    SUBJECT_RIGHTS = "subject_rights"
    VITAL_INTEREST = "vital_interest"
    STATUTORY_DUTY = "statutory_duty"


class CarePlanStatus(StrEnum):
    """Whether care runs, stands still or has ended; nothing of what it is about."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class SupportDirection(StrEnum):
    """How support moved. ``set`` is the first level on record, from which there was no move."""

    UP = "up"
    DOWN = "down"
    SET = "set"


class BenefitKind(StrEnum):
    """Which benefit, by the law that grants it."""

    PARTICIPATION_ACT = "participation_act"
    IOAW = "ioaw"
    IOAZ = "ioaz"
    BBZ = "bbz"
    IOW = "iow"
    WW = "ww"
    ZW = "zw"
    WAO = "wao"
    WIA_WGA = "wia_wga"
    WIA_IVA = "wia_iva"
    WAJONG = "wajong"
    SUPPLEMENTARY_BENEFITS_ACT = "supplementary_benefits_act"
    OTHER = "other"


class BenefitStatus(StrEnum):
    """Where a benefit stands."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PlacementKind(StrEnum):
    """What kind of work a placement is."""

    REGULAR = "regular"
    TEMPORARY_AGENCY = "temporary_agency"
    TRIAL = "trial"
    SHELTERED = "sheltered"
    JOB_AGREEMENT = "job_agreement"
    LEARN_WORK = "learn_work"
    VOLUNTEER = "volunteer"


class HoursBand(StrEnum):
    """Hours a week as a band: below 12, 12 to below 24, 24 to below 32, 32 and more."""

    H0_12 = "h0_12"
    H12_24 = "h12_24"
    H24_32 = "h24_32"
    H32_PLUS = "h32_plus"


class EndingKind(StrEnum):
    """Who or what ended a placement; never why."""

    CONTRACT_END = "contract_end"
    MUTUAL = "mutual"
    EMPLOYEE = "employee"
    EMPLOYER = "employer"
    UNKNOWN = "unknown"


class ConsentForm(StrEnum):
    """How consent was given; leaving a benefit administration takes ``written`` (R5)."""

    WRITTEN = "written"
    DIGITAL = "digital"
    VERBAL = "verbal"


class ConsentEffect(StrEnum):
    """Whether the person allows or objects; an objection is a consent with ``deny``."""

    PERMIT = "permit"
    DENY = "deny"


class Grantor(StrEnum):
    """Who consented: the person, or a representative of the named kind."""

    SUBJECT = "subject"
    PARENT = "parent"
    GUARDIAN = "guardian"
    PERSONAL_MENTOR = "personal_mentor"
    FINANCIAL_ADMINISTRATOR = "financial_administrator"
    AUTHORISED_PROXY = "authorised_proxy"


class FreelyGivenCheck(StrEnum):
    """What must be true before consent to a public body counts (R12); all five or none."""

    OWN_INTEREST = "own_interest"
    CONCRETE_HELP_REQUEST = "concrete_help_request"
    REFUSAL_WITHOUT_CONSEQUENCE = "refusal_without_consequence"
    EQUAL_ALTERNATIVE_OFFERED = "equal_alternative_offered"
    NOT_COLLECTED_BY_DECIDING_OFFICER = "not_collected_by_deciding_officer"


class Outcome(StrEnum):
    """What a decision came to: everything, less than everything, or nothing."""

    PERMIT = "permit"
    REDUCED = "reduced"
    DENY = "deny"


class Stage(StrEnum):
    """Where on its way a notification stopped."""

    DECISION = "decision"
    DELIVERY = "delivery"


class Reason(StrEnum):
    """Why a notification did not reach a recipient."""

    NO_POLICY_ROW = "no_policy_row"
    NO_RELATION = "no_relation"
    NO_CONSENT = "no_consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    OBJECTION = "objection"
    NOT_WRITTEN = "not_written"
    NOT_FREELY_GIVEN = "not_freely_given"
    NO_REQUEST = "no_request"
    SENDER_VETO = "sender_veto"
    AGREEMENT_EXPIRED = "agreement_expired"
    TARGET_REFUSED = "target_refused"
    TARGET_UNREACHABLE = "target_unreachable"
    RIGHT_EXERCISED = "right_exercised"
    """The person objected, or asked for restriction, and that is not answered yet (R27)."""
    LEFT_THE_CHAIN = "left_the_chain"
    """All relations with this person have ended (R28)."""
    NOT_ASSERTED = "not_asserted"
    """Nobody stands for it; a system's own guess goes nowhere (R21)."""
    NOT_VALID_FOR_AGE = "not_valid_for_age"
    """The consent lacks the person's own word, or the representative's, that this age takes (R13)."""
    OUT_OF_SCOPE = "out_of_scope"
    """The representative who consented has no say in this (R13)."""
    TOO_LATE = "too_late"
    """It was not there within the time of its class."""
    NOT_IN_CHAIN = "not_in_chain"
    """The chain can't reach it: it left, was never in it, or has no channel."""


class Remedy(StrEnum):
    """What would help, said to the sender."""

    ASK_CONSENT = "ask_consent"
    ASK_WRITTEN_CONSENT = "ask_written_consent"
    COMPLETE_FREELY_GIVEN_CHECK = "complete_freely_given_check"
    REGISTER_RELATION = "register_relation"
    AWAIT_REQUEST = "await_request"
    RENEW_AGREEMENT = "renew_agreement"
    CONTACT_RECIPIENT = "contact_recipient"
    ASK_REPRESENTATIVE = "ask_representative"
    ASK_THE_PERSON = "ask_the_person"
    AWAIT_ANSWER = "await_answer"
    NAME_WHO_ASSERTS = "name_who_asserts"
    NONE = "none"


class ReceiptOutcome(StrEnum):
    """How one delivery ended."""

    DELIVERED = "delivered"
    WITHHELD = "withheld"
    FAILED = "failed"
