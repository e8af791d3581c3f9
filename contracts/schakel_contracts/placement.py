"""Placement events, version 1 (F14, F15)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, EndingKind, HoursBand, PlacementKind
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText


class _Placement(Event):
    """What all three placement events say."""

    category: ClassVar[Category] = Category.PLACEMENT
    tells_of_care: ClassVar[bool] = False

    placement_ref: UUID = Field(description="The same for every event of one placement.")
    kind: PlacementKind = Field(description="What kind of work it is.")
    start: date | None = Field(default=None, description="First working day.")
    hours_band: HoursBand | None = Field(default=None, description="Hours a week, as a band.")
    employer: PartyText | None = Field(default=None, description="The employing organisation's register number.")


class PlacementStarted(_Placement):
    """A person started, or is about to start, at a place of work."""

    type: ClassVar[str] = "nl.schakel.placement.started.v1"

    expected_end: date | None = Field(default=None, description="Planned last day, if there is one.")


class PlacementChanged(_Placement):
    """The terms of a running placement changed: its hours, its planned end or its kind."""

    type: ClassVar[str] = "nl.schakel.placement.changed.v1"

    expected_end: date | None = Field(default=None, description="Planned last day, if there is one.")


class PlacementEnded(_Placement):
    """A placement ended; never why, and never what the employer thought of it."""

    type: ClassVar[str] = "nl.schakel.placement.ended.v1"

    end: date = Field(description="Last day.")
    ending_kind: EndingKind = Field(default=EndingKind.UNKNOWN, description="Which side ended it.")
