"""The right of return, version 1 (F10, F11): a place that is kept when somebody dares to step to work."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import ReturnConditions


class ReturnRightRegistered(Event):
    """A place at a day activity is kept until a day."""

    type: ClassVar[str] = "nl.schakel.return_right.registered.v1"
    category: ClassVar[Category] = Category.RETURN_RIGHT

    return_ref: UUID = Field(description="The same for every event of one right of return.")
    kept_until: date = Field(description="Last day on which the place is kept.")
    conditions: ReturnConditions = Field(description="Under which conditions.")
    contact: Role = Field(description="The role to call about it.")


class ReturnRightInvoked(Event):
    """Somebody wants back to the kept place; why the work did not last has no field."""

    type: ClassVar[str] = "nl.schakel.return_right.invoked.v1"
    category: ClassVar[Category] = Category.RETURN_RIGHT

    return_ref: UUID = Field(description="The right of return.")
    place: PartyText = Field(description="Where the place is kept, and so who must answer.")
    invoked: date = Field(description="When it was asked.")
    wanted_restart: date = Field(description="From which day.")


class ReturnRightMissing(Event):
    """A placement starts while no right of return stands on record. Made by the clock, as a warning (F10)."""

    type: ClassVar[str] = "nl.schakel.return_right.missing.v1"
    category: ClassVar[Category] = Category.RETURN_RIGHT

    placement_ref: UUID = Field(description="The placement.")
    start: date | None = Field(default=None, description="First working day.")
