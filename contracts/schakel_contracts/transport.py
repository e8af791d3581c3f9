"""Transport events, version 1 (F33)."""

from datetime import date, time
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import MobilityNeed, Weekday


class _Transport(Event):
    """What every event about a ride says."""

    category: ClassVar[Category] = Category.TRANSPORT
    tells_of_care: ClassVar[bool] = False

    transport_ref: UUID = Field(description="The same for every event of one arrangement.")
    site: PartyText | None = Field(default=None, description="Where the person is expected.")


class TransportArranged(_Transport):
    """A person is fetched and brought; why, with whom and from what kind of home has no field."""

    type: ClassVar[str] = "nl.schakel.transport.arranged.v1"

    start: date = Field(description="First day.")
    days: tuple[Weekday, ...] = Field(min_length=1, max_length=7, description="On which days.")
    pickup_postcode: str | None = Field(
        default=None, pattern=r"^[1-9][0-9]{3}[A-Z]{2}$", description="Where to fetch; to the carrier alone."
    )
    pickup_number: int | None = Field(default=None, ge=1, le=99_999, description="House number; to the carrier alone.")
    pickup_from: time | None = Field(default=None, description="Not before; to the carrier alone.")
    arrival_by: time = Field(description="When the person is there.")
    mobility: MobilityNeed = Field(default=MobilityNeed.NONE, description="What a driver must know.")


class TransportCancelled(_Transport):
    """A ride, or the whole arrangement, is off."""

    type: ClassVar[str] = "nl.schakel.transport.cancelled.v1"

    on: date = Field(description="The day, or the first day without.")
    whole_arrangement: bool = Field(default=False, description="Whether no more rides follow.")
