"""Income change events, version 1 (F19)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.terms import IncomeChange


class IncomeChangeSignalled(Event):
    """An employer knows that income will move in a period; the amount stays with the payroll."""

    type: ClassVar[str] = "nl.schakel.income_change.signalled.v1"
    category: ClassVar[Category] = Category.INCOME_CHANGE
    tells_of_care: ClassVar[bool] = False

    change: IncomeChange = Field(description="Which way.")
    period_start: date = Field(description="First day of the pay period.")
    period_end: date | None = Field(default=None, description="Last day of the pay period.")
    source_ref: UUID | None = Field(default=None, description="Under which the amount can be asked at the source.")
