"""Support level events, version 1 (F8, F9)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role, SupportDirection
from schakel_contracts.event import Event


class SupportLevelChanged(Event):
    """Support for a person was scaled up or down; the word relapse and its causes have no field here."""

    type: ClassVar[str] = "nl.schakel.support_level.changed.v1"
    category: ClassVar[Category] = Category.SUPPORT_LEVEL

    direction: SupportDirection = Field(description="Up, down, or set when it is the first level on record.")
    effective: date | None = Field(default=None, description="First day of the new level.")
    review_date: date | None = Field(default=None, description="Day on which the level is looked at again.")
    contact: Role | None = Field(default=None, description="The role to call about it.")
    asserted_by: Role | None = Field(
        default=None, description="The role of the professional who says so; without one it goes nowhere (R21)."
    )
