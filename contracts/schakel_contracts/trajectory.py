"""Trajectory events, version 1 (F2, F36)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.terms import FunderType, Method, TrajectoryGoal, TrajectoryStatus


class TrajectoryStatusChanged(Event):
    """A trajectory to work or taking part was opened, changed or ended; how it goes has no field."""

    type: ClassVar[str] = "nl.schakel.trajectory.status_changed.v1"
    category: ClassVar[Category] = Category.TRAJECTORY
    tells_of_care: ClassVar[bool] = False

    trajectory_ref: UUID = Field(description="The same for every event of one trajectory.")
    status: TrajectoryStatus = Field(description="Where it stands.")
    goal: TrajectoryGoal = Field(description="What it works towards.")
    method: Method | None = Field(default=None, description="How it is supported; to care roles only.")
    start: date | None = Field(default=None, description="First day.")
    end: date | None = Field(default=None, description="Last day, if it is known.")


class _Funding(Event):
    """What both funding events say."""

    category: ClassVar[Category] = Category.ENTITLEMENT_OUTCOME
    tells_of_care: ClassVar[bool] = False

    trajectory_ref: UUID = Field(description="The trajectory that is paid for.")
    funded_until: date = Field(description="Last day that is paid for.")
    funder: FunderType = Field(description="Who pays; never how much.")


class TrajectoryFundingDecided(_Funding):
    """Somebody pays for a trajectory until a day; no tariff, and not on what ground an exception was made."""

    type: ClassVar[str] = "nl.schakel.trajectory_funding.decided.v1"


class TrajectoryFundingEnding(_Funding):
    """The last day that is paid for comes near. Made by the clock."""

    type: ClassVar[str] = "nl.schakel.trajectory_funding.ending.v1"
