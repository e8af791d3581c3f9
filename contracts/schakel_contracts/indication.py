"""Indications and advice, version 1 (F13, F26)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import AdviceOutcome, BringAlong, IndicationKind


class ShelteredWorkAdviceIssued(Event):
    """UWV advised on sheltered work; the labour expert's report has no field.

    A positive advice obliges the municipality to offer a place and goes before day activity.
    """

    type: ClassVar[str] = "nl.schakel.sheltered_work.advice_issued.v1"
    category: ClassVar[Category] = Category.INDICATION
    tells_of_care: ClassVar[bool] = False

    outcome: AdviceOutcome = Field(description="Positive or negative.")
    on: date = Field(description="Day of the advice.")
    next_step_owner: Role = Field(description="The role whose turn it is.")


class _Indication(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.INDICATION

    indication_ref: UUID = Field(description="The same for every event of one indication.")
    kind: IndicationKind = Field(description="What it is for.")
    expires: date = Field(description="Last day on which it holds.")
    provider: PartyText | None = Field(default=None, description="Who provides what was indicated.")
    talk_date: date | None = Field(default=None, description="Day of the talk, if it is planned.")
    bring_along: tuple[BringAlong, ...] = Field(default=(), description="What to bring to the talk.")
    contact: Role = Field(description="The role to call about it.")


class IndicationRegistered(_Indication):
    """An indication holds until a day; the assessment behind it has no field."""

    type: ClassVar[str] = "nl.schakel.indication.registered.v1"


class ReindicationDue(_Indication):
    """An indication runs out in a number of weeks. Made by the clock."""

    type: ClassVar[str] = "nl.schakel.reindication.due.v1"

    weeks_left: int = Field(ge=0, le=104, description="Weeks until it expires, when this was due.")
