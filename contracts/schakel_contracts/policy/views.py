"""How a masked event is made out of the one that was sent: which field is filled from what.

A pair that is not listed here can't be named in a policy row, and neither can a field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import CarePlanStatus, Role, SupportDirection
from schakel_contracts.consent import ConsentGranted
from schakel_contracts.consent_existence import ConsentRegistered
from schakel_contracts.event import Event
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged


@dataclass(frozen=True, slots=True)
class View:
    """One masked event: its contract, and how each of its fields follows from the original."""

    contract: type[Event]
    fills: dict[str, Callable[[Any], Any]]


VIEWS: dict[tuple[type[Event], str], View] = {
    (CarePlanStatusChanged, SupportTrajectoryChanged.short_type()): View(
        SupportTrajectoryChanged,
        {"support_active": lambda plan: plan.status is CarePlanStatus.ACTIVE},
    ),
    (SupportLevelChanged, SupportTrajectoryChanged.short_type()): View(
        SupportTrajectoryChanged,
        {
            "temporary_adjustment": lambda level: level.direction is not SupportDirection.SET,
            "until": lambda level: level.review_date,
            # Whom the care side names would tell of care; an employer calls the job coach.
            "contact": lambda _: Role.JOB,
        },
    ),
    (ConsentGranted, ConsentRegistered.short_type()): View(
        ConsentRegistered,
        {
            "consent_id": lambda consent: consent.consent_id,
            "valid_from": lambda consent: consent.valid_from,
            "valid_until": lambda consent: consent.valid_until,
        },
    ),
}
"""Every masked event, by the original's contract and the short name that the recipient sees."""
