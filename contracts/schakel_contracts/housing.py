"""Housing events, version 1 (F30)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import HousingStatus


class HousingChanged(Event):
    """A person moves; arrears, who else lives there and the kind of shelter have no field."""

    type: ClassVar[str] = "nl.schakel.housing.changed.v1"
    category: ClassVar[Category] = Category.HOUSING
    tells_of_care: ClassVar[bool] = False

    status: HousingStatus = Field(description="What happened.")
    on: date = Field(description="The day.")
    municipality: str | None = Field(default=None, pattern=r"^[0-9]{4}$", description="Code of the municipality (CBS).")
    postcode4: str | None = Field(default=None, pattern=r"^[1-9][0-9]{3}$", description="First four digits.")
    desk: PartyText | None = Field(default=None, description="The Wmo desk that takes over.")
