"""Trial placement events, version 1 (F16, F17): two months at most, six with extensions, never before permission."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import NextAction


class _TrialPlacement(Event):
    """What every event of a trial placement says."""

    category: ClassVar[Category] = Category.PLACEMENT
    tells_of_care: ClassVar[bool] = False

    placement_ref: UUID = Field(description="The same for every event of one trial placement.")
    employer: PartyText | None = Field(default=None, description="Where it is.")
    planned_end: date = Field(description="Last day, as permitted.")


class TrialPlacementStarted(_TrialPlacement):
    """A trial placement was permitted and starts."""

    type: ClassVar[str] = "nl.schakel.trial_placement.started.v1"

    start: date = Field(description="First day.")
    permission_ref: UUID = Field(description="The permission; a start before it is refused.")
    place_number: int = Field(default=1, ge=1, le=9, description="First place, second place, and so on.")


class TrialPlacementEndDue(_TrialPlacement):
    """The end comes near and somebody must say what follows. Made by the clock."""

    type: ClassVar[str] = "nl.schakel.trial_placement.end_due.v1"

    days_left: int = Field(ge=0, le=190, description="Days until the planned end, when this was due.")


class TrialPlacementEnded(_TrialPlacement):
    """A trial placement ended; how it was judged has no field."""

    type: ClassVar[str] = "nl.schakel.trial_placement.ended.v1"

    end: date = Field(description="Last day.")
    next_action: NextAction = Field(description="What follows.")


class TrialPlacementExtended(_TrialPlacement):
    """A trial placement goes on, here or elsewhere; six months in all at most."""

    type: ClassVar[str] = "nl.schakel.trial_placement.extended.v1"

    permission_ref: UUID = Field(description="The permission for the extension.")
    next_action: NextAction = Field(default=NextAction.EXTEND, description="Extended here, or at another place.")
    place_number: int = Field(default=1, ge=1, le=9, description="First place, second place, and so on.")
