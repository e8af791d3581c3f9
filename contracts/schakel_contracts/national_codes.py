"""Which national code each of Schakel's own codes corresponds to, and, said plainly, where there is none.

Nothing on the wire carries these: they are for who connects a register or reports to the statistics office. Sources:
the code lists of iWmo 3.2 (WMO020 product category, WMO588 reason for ending, WJ003 representation), the kinds of
facility of CBS's statistic on re-integration by municipalities (SRG), the kinds of income of SuwiML (CdSrtIkv), the
kinds of agreement of VUM, the labour market matching of UWV and municipalities, and the ladder of participation.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from schakel_contracts.codes import BenefitKind, CarePlanStatus, EndingKind, Grantor, PlacementKind
from schakel_contracts.terms import (
    AgendaItem,
    AttendanceKind,
    DayActivityStatus,
    EvaluationOutcome,
    FacilityCategory,
    HousingStatus,
    IndicationKind,
    Method,
    MobilityNeed,
    NextAction,
    Programme,
    SupportHours,
    TrajectoryGoal,
    TrajectoryStatus,
)

List = Literal["iWmo WMO020", "iWmo WMO588", "iWmo WJ003", "SRG", "SuwiML CdSrtIkv", "VUM", "FHIR CarePlan.status"]


class NationalCode(NamedTuple):
    """One code of one national list, and how near it comes to Schakel's."""

    of: List
    code: str
    fit: Literal["same", "wider", "narrower"]
    """The same, or the national code is wider or narrower than Schakel's."""


def _of(of: List, fit: Literal["same", "wider", "narrower"], *codes: str) -> tuple[NationalCode, ...]:
    return tuple(NationalCode(of, code, fit) for code in codes)


NONE: tuple[NationalCode, ...] = ()
"""There is no national code for it."""
SHELTERED_LIVING, SUPPORT, DAY, RIDES = "15", "02", "07", "08"
TRIAL, OTHER_PLACE, COACH, WORKPLACE, OTHER_FACILITY = "23", "29", "30", "31", "59"

MAPPED: Mapping[type[StrEnum], Mapping[StrEnum, tuple[NationalCode, ...]]] = {
    BenefitKind: {
        BenefitKind.PARTICIPATION_ACT: _of("SuwiML CdSrtIkv", "same", "43"),
        BenefitKind.IOAW: _of("SuwiML CdSrtIkv", "same", "34"),
        BenefitKind.IOAZ: _of("SuwiML CdSrtIkv", "same", "45"),
        BenefitKind.BBZ: _of("SuwiML CdSrtIkv", "same", "42"),
        BenefitKind.IOW: _of("SuwiML CdSrtIkv", "same", "52"),
        BenefitKind.WW: _of("SuwiML CdSrtIkv", "same", "33"),
        BenefitKind.ZW: _of("SuwiML CdSrtIkv", "same", "31"),
        BenefitKind.WAO: _of("SuwiML CdSrtIkv", "same", "32"),
        BenefitKind.WIA_WGA: _of("SuwiML CdSrtIkv", "same", "40"),
        BenefitKind.WIA_IVA: _of("SuwiML CdSrtIkv", "same", "39"),
        BenefitKind.WAJONG: _of("SuwiML CdSrtIkv", "same", "37"),
        BenefitKind.SUPPLEMENTARY_BENEFITS_ACT: _of("SuwiML CdSrtIkv", "same", "46"),
        BenefitKind.OTHER: NONE,
    },
    PlacementKind: {
        PlacementKind.REGULAR: _of("VUM", "same", "01"),
        PlacementKind.TEMPORARY_AGENCY: _of("VUM", "wider", "01"),
        PlacementKind.TRIAL: (*_of("SRG", "narrower", TRIAL), *_of("VUM", "wider", "04")),
        PlacementKind.SHELTERED: NONE,
        PlacementKind.JOB_AGREEMENT: NONE,
        PlacementKind.LEARN_WORK: (*_of("VUM", "same", "02"), *_of("SRG", "wider", OTHER_PLACE)),
        PlacementKind.VOLUNTEER: _of("VUM", "same", "03"),
    },
    CarePlanStatus: {
        CarePlanStatus.ACTIVE: _of("FHIR CarePlan.status", "same", "active"),
        CarePlanStatus.PAUSED: _of("FHIR CarePlan.status", "same", "on-hold"),
        CarePlanStatus.ENDED: _of("FHIR CarePlan.status", "narrower", "completed", "revoked"),
    },
    EndingKind: dict.fromkeys(EndingKind, NONE),
    Grantor: {
        Grantor.SUBJECT: NONE,
        Grantor.PARENT: NONE,
        # WJ003 has two: voogd for a child, curatele for an adult.
        Grantor.GUARDIAN: _of("iWmo WJ003", "narrower", "06", "09"),
        Grantor.PERSONAL_MENTOR: _of("iWmo WJ003", "same", "08"),
        Grantor.FINANCIAL_ADMINISTRATOR: _of("iWmo WJ003", "same", "07"),
        Grantor.AUTHORISED_PROXY: NONE,
    },
    Programme: {
        Programme.WORK_AS_CARE: NONE,
        Programme.STEP_BY_STEP: NONE,
        Programme.INDIVIDUAL_PLACEMENT: NONE,
        # A municipality's own product within the category.
        Programme.WORK_ORIENTED_DAY_ACTIVITY: _of("iWmo WMO020", "wider", DAY),
        Programme.PARTICIPATION: NONE,
        Programme.YOUTH_TO_WORK: NONE,
        Programme.REINTEGRATION: NONE,
    },
    IndicationKind: {
        IndicationKind.WMO_DAY_ACTIVITY: _of("iWmo WMO020", "same", DAY),
        IndicationKind.WMO_SUPPORT: _of("iWmo WMO020", "same", SUPPORT),
        IndicationKind.WMO_SHELTERED_LIVING: _of("iWmo WMO020", "same", SHELTERED_LIVING),
        IndicationKind.SHELTERED_WORK: NONE,
        IndicationKind.LABOUR_CAPACITY: NONE,
        IndicationKind.JOB_COACHING: _of("SRG", "same", COACH),
    },
    DayActivityStatus: {
        # A message of its own: WMO305 starts, WMO307 stops; an allocation (WMO301) changes the hours.
        DayActivityStatus.STARTED: NONE,
        DayActivityStatus.HOURS_CHANGED: NONE,
        DayActivityStatus.PAUSED: _of("iWmo WMO588", "same", "20"),
        DayActivityStatus.STOPPED: _of(
            "iWmo WMO588", "narrower", "02", "19", "21", "22", "23", "31", "36", "37", "38", "39"
        ),
    },
    HousingStatus: {
        HousingStatus.MOVED_IN: NONE,
        HousingStatus.MOVED_OUT: _of("iWmo WMO588", "narrower", "31"),
        HousingStatus.NOTICE: NONE,
    },
    NextAction: {
        NextAction.CONTRACT: NONE,
        NextAction.EXTEND: _of("SRG", "wider", TRIAL),
        NextAction.STOP: NONE,
        NextAction.OTHER_PLACE: _of("SRG", "wider", OTHER_PLACE),
    },
    FacilityCategory: {FacilityCategory.PARTICIPATION_AID: _of("SRG", "wider", OTHER_FACILITY)},
    SupportHours: dict.fromkeys(SupportHours, _of("SRG", "wider", COACH)),
    MobilityNeed: dict.fromkeys(MobilityNeed, _of("iWmo WMO020", "wider", RIDES)),
    TrajectoryGoal: {
        TrajectoryGoal.PARTICIPATION: NONE,
        TrajectoryGoal.VOLUNTEER: _of("VUM", "same", "03"),
        TrajectoryGoal.SHELTERED: NONE,
        TrajectoryGoal.PAID: _of("VUM", "wider", "01"),
    },
    EvaluationOutcome: dict.fromkeys(EvaluationOutcome, NONE),
    TrajectoryStatus: dict.fromkeys(TrajectoryStatus, NONE),
    AttendanceKind: dict.fromkeys(AttendanceKind, NONE),
    Method: dict.fromkeys(Method, NONE),
    AgendaItem: dict.fromkeys(AgendaItem, NONE),
}
"""Code by code, for what a national list touches at all."""

NO_NATIONAL_LIST: Mapping[str, str] = {
    "ActionCode": "casusoverleg has no national message",
    "AdviceOutcome": "UWV's advice on sheltered work is a letter",
    "AlternativeRoute": "what is done without an entitlement is a municipality's own",
    "BringAlong": "what to bring to a talk stands in letters",
    "CertaintyBand": "an answer in words that no administration has",
    "DayPart": "when somebody would rather be called",
    "EducationStatus": "the register of education (ROD) is for schools and DUO alone",
    "EmergencyReason": "NEN 7513 logs that there was an emergency, not a coded reason",
    "Entitlement": "SuwiML has the decision in its own code list, which is not public",
    "FacilityStatus": "SRG counts facilities that are in use, not what was asked",
    "FunderType": "SRG is about a municipality's own money alone",
    "IncomeChange": "the wage return has amounts, and those stay there",
    "LetterTopic": "letters carry no national code",
    "MeetingPlace": "casusoverleg has no national message",
    "OutreachOutcome": "outreach has no national message",
    "RequestAnswer": "what became of a question under the law is not coded",
    "ReturnConditions": "a right of return is an agreement between parties",
    "RightStatus": "the AVG has no code list",
    "RiskKind": "a worry is a person's word",
    "StatutoryQuestion": "the articles are cited; the question is Schakel's own",
    "StepDirection": "follows from two steps of the ladder",
    "StepKind": "a question before a step; SRG counts afterwards",
    "SubjectRight": "named after the articles of the AVG",
    "Urgency": "each body has its own",
    "Weekday": "a day of the week",
    "WishedAction": "what a person would want to happen",
    "WorkplaceQuestion": "an employer's question has no national message",
    "WorryTopic": "a worry is a person's word",
    "YouthMilestone": "birthdays; the law has ages, not codes",
}
"""Vocabularies of single flows to which no national list corresponds, and why."""

LADDER: Mapping[int, str] = {
    1: "geïsoleerd",
    2: "sociale contacten buiten de deur",
    3: "deelname aan georganiseerde activiteiten",
    4: "onbetaald werk",
    5: "betaald werk met ondersteuning",
    6: "betaald werk",
}
"""The steps of ``activation_step.changed`` are those of the ladder of participation, by number.

The kinds of facility of SRG say what is done for somebody, not on which step they stand."""


def national(code: StrEnum) -> tuple[NationalCode, ...]:
    """Return the national codes of one of Schakel's; empty: there is none. ``KeyError``: nobody decided about it."""
    if type(code).__name__ in NO_NATIONAL_LIST:
        return NONE
    return MAPPED[type(code)][code]
