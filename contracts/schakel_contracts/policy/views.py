"""How a masked event is made out of the one that was sent: which field is filled from what.

A pair that is not listed here can't be named in a policy row, and neither can a field. A view of the same name keeps
the event's name, which tells nothing, and replaces a value that would.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schakel_contracts.benefit_certainty import BenefitWorryRaised
from schakel_contracts.candidate import CandidateReferred, IntroductionProposed
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import CarePlanStatus, Role, SupportDirection
from schakel_contracts.consent import ConsentGranted
from schakel_contracts.consent_existence import ConsentRegistered
from schakel_contracts.event import Event
from schakel_contracts.reachability import KeyPersonAssigned, KeyPersonChanged
from schakel_contracts.special_facility import SpecialFacilityRequested
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged
from schakel_contracts.terms import FunderType, WorryTopic
from schakel_contracts.trajectory import TrajectoryFundingDecided, TrajectoryFundingEnding

TELLS_OF_CARE = frozenset({Role.GGZ, Role.ADD, Role.SHL, Role.DAY})
"""Roles of which the bare name says that there is care."""


@dataclass(frozen=True, slots=True)
class View:
    """One masked event: its contract, and how each of its fields follows from the original."""

    contract: type[Event]
    fills: dict[str, Callable[[Any], Any]]


def _contact(event: Any) -> Role:
    """Name the key person where the role to call would tell of care."""
    return Role.KEY if event.contact in TELLS_OF_CARE else Role(event.contact)


def _funder(funding: Any) -> FunderType:
    """Call it a subsidy where the payer would tell of care."""
    return FunderType.SUBSIDY if funding.funder is FunderType.HEALTH_INSURER else FunderType(funding.funder)


def _topic(worry: BenefitWorryRaised) -> WorryTopic:
    """Call it income where it is debts: those are never told to a benefit desk."""
    return WorryTopic.INCOME if worry.topic is WorryTopic.DEBT else worry.topic


def _same(contract: type[Event], kept: str, **neutral: Callable[[Any], Any]) -> View:
    """Return a view under the same name: some fields as they are, some neutral."""
    fills: dict[str, Callable[[Any], Any]] = {name: _as_it_is(name) for name in kept.split()}
    return View(contract, fills | neutral)


def _as_it_is(name: str) -> Callable[[Any], Any]:
    return lambda event: getattr(event, name)


_CHANGES_NAME: list[tuple[type[Event], View]] = [
    (
        CandidateReferred,
        View(
            IntroductionProposed,
            {"preferred_moment": lambda referral: referral.preferred_moment, "contact": _contact},
        ),
    ),
    (
        CarePlanStatusChanged,
        View(SupportTrajectoryChanged, {"support_active": lambda plan: plan.status is CarePlanStatus.ACTIVE}),
    ),
    (
        SupportLevelChanged,
        View(
            SupportTrajectoryChanged,
            {
                "temporary_adjustment": lambda level: level.direction is not SupportDirection.SET,
                "until": lambda level: level.review_date,
                # Whom the care side names would tell of care; an employer calls the job coach.
                "contact": lambda _: Role.JOB,
            },
        ),
    ),
    (
        ConsentGranted,
        View(
            ConsentRegistered,
            {
                "consent_id": lambda consent: consent.consent_id,
                "valid_from": lambda consent: consent.valid_from,
                "valid_until": lambda consent: consent.valid_until,
            },
        ),
    ),
]
_KEEPS_NAME: list[View] = [
    _same(BenefitWorryRaised, "call_wanted", topic=_topic),
    # Whatever the organisation: to call is the key person, not where they work nor who stands in.
    _same(KeyPersonAssigned, "valid_from", role=lambda _: Role.KEY),
    _same(KeyPersonChanged, "valid_from until", role=lambda _: Role.KEY),
    _same(SpecialFacilityRequested, "facility_ref facility desk", contact=_contact),
    _same(TrajectoryFundingDecided, "trajectory_ref funded_until", funder=_funder),
    _same(TrajectoryFundingEnding, "trajectory_ref funded_until", funder=_funder),
]

VIEWS: dict[tuple[type[Event], str], View] = {
    **{(original, view.contract.short_type()): view for original, view in _CHANGES_NAME},
    **{(view.contract, view.contract.short_type()): view for view in _KEEPS_NAME},
}
"""Every masked event, by the original's contract and the short name that the recipient sees."""
