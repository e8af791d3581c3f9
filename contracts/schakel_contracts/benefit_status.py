"""Benefit events, version 1 (F20)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import BenefitKind, BenefitStatus, Category, Role
from schakel_contracts.event import Event


class BenefitStatusChanged(Event):
    """A benefit was requested, granted, suspended or ended. There is no field for an amount or a ground."""

    type: ClassVar[str] = "nl.schakel.benefit_status.changed.v1"
    category: ClassVar[Category] = Category.BENEFIT_KIND_STATUS
    tells_of_care: ClassVar[bool] = False

    benefit_kind: BenefitKind = Field(description="Which benefit, by its law.")
    status: BenefitStatus = Field(description="Where it stands now.")
    effective: date | None = Field(default=None, description="First day of the new status.")
    contact: Role | None = Field(default=None, description="The role to call about it.")
