"""The kinds of rows: one for each event that a connector may emit, and for each registry record without an event."""

from dataclasses import dataclass, field
from types import MappingProxyType

from schakel_connectors.chain_record.extra import EXTRA, Extra
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.event import Contract
from schakel_contracts.registry import AgeRecord, ExitRecord

NOT_FOR_CONNECTORS = frozenset(
    {
        *("introduction.proposed", "consent.registered", "support_trajectory.changed", "disclosure.first_made"),
        *("delivery.not_completed", "answer.due", "aftercare.checkpoint_due", "consent.expired", "consent.expiring"),
        *("plan_evaluation.due", "reindication.due", "return_right.missing", "trajectory_funding.ending"),
        "trial_placement.end_due",
    }
)
"""What the gate and the clock make themselves."""

REGISTRY: MappingProxyType[str, type[Contract]] = MappingProxyType(
    {"age.registered": AgeRecord, "exit.registered": ExitRecord}
)
"""Registry records that no event tells of."""


@dataclass(frozen=True)
class Kind:
    """One kind of row, and the contract that its fields come from."""

    name: str
    contract: type[Contract]
    left_out: frozenset[str] = frozenset()
    """Fields of the contract that the connector or the intake fills in."""

    optional: frozenset[str] = frozenset()
    """Fields that the contract needs and the connector can fill in."""

    needed: frozenset[str] = frozenset()
    """Fields that the contract lacks towards some recipients only: who sends the fact must give them."""

    extra: Extra = field(default_factory=dict)
    """Fields that the contract lacks: for the registry, or to check the others by."""


def _kind(type_: str, contract: type[Contract]) -> Kind:
    none: frozenset[str] = frozenset()
    return Kind(
        type_,
        contract,
        LEFT_OUT.get(type_, none),
        OPTIONAL.get(type_, none),
        NEEDED.get(type_, none),
        EXTRA.get(type_, {}),
    )


LEFT_OUT = MappingProxyType(
    {
        "consent.granted": frozenset({"consent_id"}),
        "case_relation.started": frozenset({"relation_id"}),
        "case_relation.ended": frozenset({"relation_id"}),
        "representation.changed": frozenset({"representation_id"}),
        "statutory_request.received": frozenset({"requester_role"}),
        "break_glass.used": frozenset({"emergency_id", "party", "role"}),
        "age.registered": frozenset({"kind", "id"}),
        "exit.registered": frozenset({"kind", "id", "planned"}),
    }
)

OPTIONAL = MappingProxyType(
    {
        "consent.granted": frozenset({"purposes", "categories", "recipients"}),
        "consent.withdrawn": frozenset({"consent_id", "effective"}),
        "case_relation.started": frozenset({"party", "role"}),
        "case_relation.ended": frozenset({"party", "role"}),
        "exit.registered": frozenset({"since"}),
    }
)

NEEDED = MappingProxyType(
    {
        "benefit_effect.answered": frozenset({"certainty"}),
        "case_meeting.invited": frozenset({"chair", "participants"}),
        "case_meeting.cancelled": frozenset({"participants"}),
    }
)

KINDS: MappingProxyType[str, Kind] = MappingProxyType(
    {
        type_: _kind(type_, contract)
        for type_, contract in sorted({**BY_SHORT_TYPE, **REGISTRY}.items())
        if type_ not in NOT_FOR_CONNECTORS
    }
)
