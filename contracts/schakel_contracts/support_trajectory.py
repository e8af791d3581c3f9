"""What roles outside care see of care events: masked, version 1 (R14)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event


class SupportTrajectoryChanged(Event):
    """A person's support changed, told without organisation, method or kind of care.

    Made by the gate out of a care event, for income desks, UWV and employers; no connector emits it.
    """

    type: ClassVar[str] = "nl.schakel.support_trajectory.changed.v1"
    category: ClassVar[Category] = Category.SUPPORT_LEVEL
    tells_of_care: ClassVar[bool] = False

    support_active: bool | None = Field(default=None, description="Whether some support runs.")
    temporary_adjustment: bool | None = Field(
        default=None, description="Agreements are adjusted for a while; says nothing of why or in which direction."
    )
    until: date | None = Field(default=None, description="Day on which the adjustment is looked at again.")
    contact: Role | None = Field(default=None, description="The role to call about it.")
