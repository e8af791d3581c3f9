"""Day activity events, version 1 (F11, F12)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.terms import DayActivityStatus


class DayActivityStatusChanged(Event):
    """A day activity started, stopped, stands still or changed its hours; what is done there has no field."""

    type: ClassVar[str] = "nl.schakel.day_activity.status_changed.v1"
    category: ClassVar[Category] = Category.DAY_ACTIVITY

    status: DayActivityStatus = Field(description="What changed.")
    half_days: int | None = Field(default=None, ge=0, le=14, description="Half days a week.")
    effective: date = Field(description="From which day.")


class DayActivityResumed(Event):
    """The answer to who invoked a right of return: whether, and from when, the place is there again."""

    type: ClassVar[str] = "nl.schakel.day_activity.resumed.v1"
    category: ClassVar[Category] = Category.DAY_ACTIVITY

    return_ref: UUID = Field(description="The right of return.")
    accepted: bool = Field(description="Whether the place is given.")
    restart: date | None = Field(default=None, description="From which day.")
