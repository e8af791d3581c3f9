"""Entitlement events, version 1 (F35)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.terms import AlternativeRoute, Entitlement


class EntitlementOutcome(Event):
    """The income desk decided on a person's entitlement; what changed in their means has no field."""

    type: ClassVar[str] = "nl.schakel.entitlement.outcome.v1"
    category: ClassVar[Category] = Category.ENTITLEMENT_OUTCOME
    tells_of_care: ClassVar[bool] = False

    outcome: Entitlement = Field(description="What came of it.")
    effective: date = Field(description="From which day.")
    alternative_route: AlternativeRoute | None = Field(
        default=None, description="How support goes on; the IPS subsidy tells of care."
    )
