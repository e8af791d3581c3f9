"""The statement that something happened, in the very words of its contract."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from schakel_connectors.rejection import RecordRejected, rejected
from schakel_connectors.statement import SELF, OrganisationRef, Reference, Sender
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_contracts.registry import Record

OUTSIDE = "unknown:"
"""How a partner id that is none of this chain comes back from the lookup."""


@dataclass(frozen=True, slots=True)
class EventStated:
    """Something happened; it is told when it is new or reads otherwise than before, and not when it is repeated."""

    slot: str
    type: str
    """Short, such as ``attendance.exception``."""

    values: tuple[tuple[str, Any], ...]
    """Fields of the contract; organisations and references as the record names them."""

    def event(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Event | None:
        """Return the event; raises ``RecordRejected`` for a partner that the chain does not know."""
        del identity, memory, received_at
        values = {name: found(value, name, sender) for name, value in self.values}
        return BY_SHORT_TYPE[self.type].model_validate(values)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> Record | None:
        """Return None: what happened is no registry record, unless a subclass says so."""
        del identity, memory, sender, received_at
        return None

    def memory(self, previous: str | None) -> str:
        """Remember nothing but that it was told."""
        del previous
        return "told"

    def value(self, name: str) -> Any:
        """Return a field as the record gives it; None when it gives none."""
        return dict(self.values).get(name)


def found(value: Any, field: str, sender: Sender) -> Any:
    """Return a value with organisations looked up and references made; any other as it is."""
    if isinstance(value, tuple):
        return tuple(found(each, field, sender) for each in value)
    if isinstance(value, OrganisationRef):
        return party(value, field, sender)
    if isinstance(value, Reference):
        owner = (
            sender.party if value.partner is None else party(OrganisationRef("partner", value.partner), field, sender)
        )
        return sender.refer(owner, value.scope, value.key)
    return value


def party(ref: OrganisationRef, field: str, sender: Sender, role: Role | None = None) -> str:
    """Return the party's id in the chain, in this role if given; outside the chain only by a number of a register.

    Raises ``RecordRejected`` with the rule ``partner_unknown``: a slip in a partner's name would tell nobody, and
    nobody would know.
    """
    if ref == SELF:
        return sender.party
    try:
        name = sender.resolve(ref, role).id
    except RecordRejected as error:
        raise RecordRejected(*(type(each)(field, each.rule) for each in error.errors)) from None
    if name.startswith(OUTSIDE):
        raise rejected(field, "partner_unknown")
    return name
