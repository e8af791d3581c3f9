"""Care plan events, version 1."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import CarePlanStatus, Category
from schakel_contracts.event import Event


class CarePlanStatusChanged(Event):
    """Care for a person became active, was paused or ended; never what the care is about."""

    type: ClassVar[str] = "nl.schakel.care_plan.status_changed.v1"
    category: ClassVar[Category] = Category.CARE_PLAN_STATUS

    status: CarePlanStatus = Field(description="Active, paused or ended.")
    effective: date | None = Field(default=None, description="Since when, if the source says so.")
    review_month: str | None = Field(
        default=None,
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$",
        description="Month in which the plan is looked at again (YYYY-MM); a day would tell of a session.",
    )
