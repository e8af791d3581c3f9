"""What a decision needs to know of an event and of a party; nothing about the person."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.benefit_certainty import BenefitEffectRequested
from schakel_contracts.break_glass import BreakGlassUsed
from schakel_contracts.case_meeting import CaseMeetingActionsAgreed, CaseMeetingCancelled, CaseMeetingInvited
from schakel_contracts.catalogue import EVENTS
from schakel_contracts.codes import ConsentEffect, Role
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.education import YouthTransitionDue
from schakel_contracts.event import Event
from schakel_contracts.housing import HousingChanged
from schakel_contracts.indication import IndicationRegistered, ReindicationDue
from schakel_contracts.official_letter import OfficialLetterAnnounced
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.plan_evaluation import PlanEvaluationDue
from schakel_contracts.policy.civil_time import ALWAYS, end_of
from schakel_contracts.retention import AttendanceException, OutreachCompleted, OutreachRequested
from schakel_contracts.return_right import ReturnRightInvoked
from schakel_contracts.special_facility import SpecialFacilityRequested
from schakel_contracts.statutory_request import StatutoryRequestAnswered, StatutoryRequestReceived
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import RightStatus
from schakel_contracts.transport import TransportArranged, TransportCancelled
from schakel_contracts.trial_placement import (
    TrialPlacementEndDue,
    TrialPlacementEnded,
    TrialPlacementExtended,
    TrialPlacementStarted,
)
from schakel_contracts.workplace_support import AftercareCheckpointDue

NOBODY: frozenset[Role] = frozenset()
UNKNOWN = "unknown"
"""The type of a question that a reminder does not tell; no row is about it."""
Parties = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """One party of the chain, its role, and the last day of its agreement."""

    id: str
    role: Role
    agreement_until: date | None = None
    host: Role | None = None
    """The role of the organisation that employs a key person (R22)."""
    lapses: datetime = field(init=False, compare=False, repr=False)
    """From when its agreement is over (A18)."""

    def __post_init__(self) -> None:
        until = self.agreement_until
        object.__setattr__(self, "lapses", ALWAYS if until is None else end_of(until))


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event as the policy sees it."""

    type: str
    """On the wire (``nl.schakel.placement.started.v1``) or short (``placement.started``)."""
    source: Addressee
    withhold: frozenset[Role] = NOBODY
    """Roles that the sender does not want to be told (R7)."""
    addressed: tuple[str, ...] = ()
    """Whom the event is meant for: those named in a consent, or the sender of what failed."""
    own_party: str | None = None
    """Whose own doing the event is about: the employer of a placement."""
    about_role: Role | None = None
    """The role of another party that the event names, as ``delivery.not_completed`` does."""
    asserted: bool = True
    """Whether somebody stands for it, where the contract asks who does (R21)."""
    question: str | None = None
    """The type of the question of which it is a reminder: nobody hears of one that may not go there itself."""


def facts_of(
    event: Event,
    source: Addressee,
    *,
    withhold: frozenset[Role] = NOBODY,
    sender: str | None = None,
    received: Collection[str] = (),
) -> EventFacts:
    """Return the facts of an event.

    ``sender`` is whom a ``delivery.not_completed`` must tell, or who asked what is answered about a right.
    ``received`` is every party that sent or was sent data of this person, which hears of a right that names no
    addressee; or, of a consent that was withdrawn elsewhere, who keeps it and whom it names. An objection is addressed
    to nobody: whoever it names must not learn that something is withheld (R15).
    """
    contract = type(event)
    to, own, about = TO.get(contract), OWN_PARTY.get(contract), ABOUT_ROLE.get(contract)
    addressed: Parties = () if to is None else to(event)
    if contract is DeliveryNotCompleted or is_answer(event):
        addressed = () if sender is None else (sender,)
    elif contract in REMINDERS:
        addressed = (source.id,)
    elif (contract is SubjectRightExercised and not addressed) or (contract is ConsentWithdrawn and received):
        addressed = tuple(sorted(received))
    return EventFacts(
        event.type,
        source,
        withhold,
        addressed,
        None if own is None else own(event),
        None if about is None else about(event),
        contract not in ASSERTED or getattr(event, "asserted_by", None) is not None,
        (event.question_type or UNKNOWN) if isinstance(event, AnswerDue) else None,
    )


def is_answer(event: Event) -> bool:
    """Say whether it is what one party made of a right: for who asked and the person, and nobody else's to know."""
    return isinstance(event, SubjectRightExercised) and event.status is not RightStatus.RECEIVED


def _one(name: str) -> Callable[[Any], Parties]:
    """Return what addresses an event to the party in one field, if it names one."""

    def addressed(event: Any) -> Parties:
        party = getattr(event, name)
        return () if party is None else (party,)

    return addressed


def _named(consent: ConsentGranted | ConsentWithdrawn) -> Parties:
    if isinstance(consent, ConsentGranted) and consent.effect is not ConsentEffect.PERMIT:
        return ()
    return tuple(recipient.party for recipient in consent.recipients)


TO: dict[type[Event], Callable[[Any], Parties]] = {
    AnswerDue: _one("answerer"),
    BenefitEffectRequested: _one("desk"),
    BreakGlassUsed: lambda used: (used.party, *used.overseers),
    CaseMeetingActionsAgreed: _one("owner"),
    CaseMeetingCancelled: lambda meeting: meeting.participants,
    CaseMeetingInvited: lambda meeting: meeting.participants,
    ConsentGranted: _named,
    ConsentWithdrawn: _named,
    HousingChanged: _one("desk"),
    IndicationRegistered: _one("provider"),
    OfficialLetterAnnounced: _one("supporter"),
    OutreachCompleted: _one("requester"),
    OutreachRequested: _one("worker"),
    ReindicationDue: _one("provider"),
    ReturnRightInvoked: _one("place"),
    SpecialFacilityRequested: _one("desk"),
    StatutoryRequestAnswered: _one("requester"),
    StatutoryRequestReceived: _one("addressee"),
    SubjectRightExercised: lambda right: right.addressees,
    TransportArranged: _one("site"),
    TransportCancelled: _one("site"),
}
"""Whom an event names as the party it is for; whether that matters, a row says (``addressed``)."""

REMINDERS = frozenset(
    {
        AftercareCheckpointDue,
        ConsentExpired,
        ConsentExpiring,
        PlanEvaluationDue,
        TrialPlacementEndDue,
        YouthTransitionDue,
    }
)
"""What the clock sends in the name of whom it reminds: addressed to that party."""

OWN_PARTY: dict[type[Event], Callable[[Any], str | None]] = {
    AttendanceException: lambda absence: absence.site,
    PlacementChanged: lambda placement: placement.employer,
    PlacementEnded: lambda placement: placement.employer,
    PlacementStarted: lambda placement: placement.employer,
    TrialPlacementEndDue: lambda trial: trial.employer,
    TrialPlacementEnded: lambda trial: trial.employer,
    TrialPlacementExtended: lambda trial: trial.employer,
    TrialPlacementStarted: lambda trial: trial.employer,
}
"""Whose own doing an event is about; a row says whether it is for that party alone (``own``)."""

ABOUT_ROLE: dict[type[Event], Callable[[Any], Role | None]] = {
    # While it would be a danger to tell, the event names nobody to the person (R17).
    BreakGlassUsed: lambda used: used.role if used.citizen_told else None,
    DeliveryNotCompleted: lambda failed: failed.recipient_role,
}
"""The role of another party that an event names; a row says which may be named (``about_roles``)."""

ASSERTED: frozenset[type[Event]] = frozenset(
    contract for contract in EVENTS.values() if "asserted_by" in contract.model_fields
)
"""What nobody may be told unless a human stands for it (R21)."""
