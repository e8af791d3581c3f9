"""Delivery events, version 1 (F46)."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Reason, Remedy, Role, Stage
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText


class DeliveryNotCompleted(Event):
    """A recipient was not told, said to the sender alone, with what would help (R15)."""

    type: ClassVar[str] = "nl.schakel.delivery.not_completed.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    event_id: UUID = Field(description="The event that did not arrive.")
    event_type: str = Field(pattern=r"^nl\.schakel\.[a-z_]+\.[a-z_]+\.v[0-9]+$", description="Its type.")
    recipient: PartyText = Field(description="Who was not told.")
    recipient_role: Role = Field(description="In which role.")
    stage: Stage = Field(description="At the decision or at the delivery.")
    reason: Reason = Field(description="Why.")
    remedy: Remedy = Field(default=Remedy.NONE, description="What would help.")
