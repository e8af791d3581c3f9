"""Activation ladder events, version 1 (F23, F24)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.terms import Programme, StepDirection


class ActivationStepChanged(Event):
    """A person stands on another step of the ladder of taking part; obstacles and coaching notes have no field.

    Steps: 1 isolated, 2 contacts outside, 3 organised activities, 4 unpaid work, 5 paid work with support, 6 paid work.
    """

    type: ClassVar[str] = "nl.schakel.activation_step.changed.v1"
    category: ClassVar[Category] = Category.ACTIVATION_STEP
    tells_of_care: ClassVar[bool] = False

    direction: StepDirection = Field(description="Up or down.")
    from_step: int = Field(ge=1, le=6, description="Step before.")
    to_step: int = Field(ge=1, le=6, description="Step now.")
    on: date = Field(description="From which day.")
    next_programme: Programme | None = Field(default=None, description="What comes next; tells of care.")
    support_contact: Role | None = Field(default=None, description="The role to call about it.")
    no_sanction: bool = Field(default=True, description="A step down is no ground for a measure.")
