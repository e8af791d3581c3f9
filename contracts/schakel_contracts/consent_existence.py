"""What a recipient who is named in a consent hears of it: that it exists (F39)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event


class ConsentRegistered(Event):
    """A consent that names the recipient is on record; who else it names has no field.

    Made by the gate out of ``consent.granted``; no connector emits it.
    """

    type: ClassVar[str] = "nl.schakel.consent.registered.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    consent_id: UUID = Field(description="The consent, as a later stop-notice will name it.")
    valid_from: datetime | None = Field(default=None, description="First instant.")
    valid_until: datetime | None = Field(default=None, description="Instant from which it no longer holds.")
