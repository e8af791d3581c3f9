"""The end of a consent, version 1 (F41). Both made by the clock."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Purpose
from schakel_contracts.event import Event


class _ConsentTerm(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    consent_id: UUID = Field(description="The consent in the registry.")
    ends: datetime = Field(description="Instant from which it no longer holds.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="What stops then.")


class ConsentExpiring(_ConsentTerm):
    """A consent runs out in a number of days, so that somebody can ask again in time."""

    type: ClassVar[str] = "nl.schakel.consent.expiring.v1"

    days_left: int = Field(ge=0, le=400, description="Days until it ends, when this was due.")


class ConsentExpired(_ConsentTerm):
    """A consent ran out; nothing goes under it any more."""

    type: ClassVar[str] = "nl.schakel.consent.expired.v1"
