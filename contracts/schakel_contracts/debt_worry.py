"""Debt events, version 1 (F22)."""

from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.terms import DayPart, Urgency


class DebtWorrySignalled(Event):
    """A person said that debts weigh on them; amounts, creditors and cause have no field."""

    type: ClassVar[str] = "nl.schakel.debt_worry.signalled.v1"
    category: ClassVar[Category] = Category.DEBTS
    tells_of_care: ClassVar[bool] = False

    help_wanted: bool = Field(description="Whether they want help.")
    urgency: Urgency = Field(description="How soon.")
    contact_moment: DayPart = Field(default=DayPart.ANY, description="When they would rather be called.")
    asserted_by: Role | None = Field(
        default=None,
        description="The role of whom they told, CIT for their own word; without one it goes nowhere (R21).",
    )
