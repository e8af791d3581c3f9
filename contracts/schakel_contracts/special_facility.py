"""Special facility events, version 1 (F34): something that stands in the way of taking part, and nothing finer."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import FacilityCategory, FacilityStatus


class _SpecialFacility(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.SPECIAL_FACILITY
    tells_of_care: ClassVar[bool] = False

    facility_ref: UUID = Field(description="The same for request and decision.")
    facility: FacilityCategory = Field(default=FacilityCategory.PARTICIPATION_AID, description="What it is.")
    contact: Role = Field(description="The role to call about it.")


class SpecialFacilityRequested(_SpecialFacility):
    """A facility was asked that helps somebody to take part; cost and what it is medically have no field."""

    type: ClassVar[str] = "nl.schakel.special_facility.requested.v1"

    desk: PartyText = Field(description="Who is asked.")


class SpecialFacilityDecided(_SpecialFacility):
    """The request was decided."""

    type: ClassVar[str] = "nl.schakel.special_facility.decided.v1"

    status: FacilityStatus = Field(description="What came of it.")
    on: date = Field(description="The day.")
