"""Workplace support events, version 1 (F37, F38)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.terms import Urgency, WorkplaceQuestion


class WorkplaceSupportRequested(Event):
    """An employer asks the job coach for help; a guess about health has no code."""

    type: ClassVar[str] = "nl.schakel.workplace_support.requested.v1"
    category: ClassVar[Category] = Category.WORKPLACE_SUPPORT
    tells_of_care: ClassVar[bool] = False

    question: WorkplaceQuestion = Field(description="What it is about.")
    urgency: Urgency = Field(description="How soon.")


class _Aftercare(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.WORKPLACE_SUPPORT

    placement_ref: UUID = Field(description="The placement that is looked after.")
    months: int = Field(ge=1, le=24, description="Months since the start: 1, 3, 6 or 12.")
    on: date = Field(description="The day.")


class AftercareCheckpointDue(_Aftercare):
    """It is time to ask how it goes. Made by the clock."""

    type: ClassVar[str] = "nl.schakel.aftercare.checkpoint_due.v1"


class AftercareCheckpointDone(_Aftercare):
    """Somebody asked; what was said has no field."""

    type: ClassVar[str] = "nl.schakel.aftercare.done.v1"

    done: bool = Field(description="Whether it was done.")
    follow_up_wanted: bool = Field(description="Whether more is wanted.")
