"""The catalogue: every contract there is, by the name it has on the wire."""

from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.case_relation import CaseRelationEnded, CaseRelationStarted
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn
from schakel_contracts.consent_existence import ConsentRegistered
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import Event
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted
from schakel_contracts.representation import RepresentationChanged
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        BenefitStatusChanged,
        CarePlanStatusChanged,
        CaseRelationEnded,
        CaseRelationStarted,
        ConsentGranted,
        ConsentRegistered,
        ConsentWithdrawn,
        DeliveryNotCompleted,
        PlacementChanged,
        PlacementEnded,
        PlacementStarted,
        RepresentationChanged,
        SupportLevelChanged,
        SupportTrajectoryChanged,
    )
}
"""Every event type, keyed by its full name."""

BY_SHORT_TYPE: dict[str, type[Event]] = {event.short_type(): event for event in EVENTS.values()}
"""The same, keyed as the policy names them."""
