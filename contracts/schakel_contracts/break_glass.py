"""Emergency procedure events, version 1 (F45, R17)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import EmergencyReason


class BreakGlassUsed(Event):
    """Somebody in care opened the way in an emergency, for a day at most; a second person looks at it (R17)."""

    type: ClassVar[str] = "nl.schakel.break_glass.used.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY

    emergency_id: UUID = Field(description="The emergency in the registry.")
    party: PartyText = Field(description="Who used it.")
    role: Role = Field(description="In which role.")
    reason: EmergencyReason = Field(description="Why.")
    categories: tuple[Category, ...] = Field(min_length=1, description="Which data it opens.")
    until: datetime = Field(description="When it ends.")
    overseers: tuple[PartyText, ...] = Field(
        default=(), max_length=10, description="Whose privacy officers look at it; a second pair of eyes."
    )
    citizen_told: bool = Field(default=True, description="False: telling the person now would be a danger.")
