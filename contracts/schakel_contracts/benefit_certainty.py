"""What happens to my benefit?, version 1 (F18, F21)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, HoursBand, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import CertaintyBand, StepKind, WorryTopic


class BenefitEffectRequested(Event):
    """A person, or the job coach for them, asks what a step would do to the benefit, before it is taken."""

    type: ClassVar[str] = "nl.schakel.benefit_effect.requested.v1"
    category: ClassVar[Category] = Category.BENEFIT_QUESTION
    tells_of_care: ClassVar[bool] = False

    request_id: UUID = Field(description="The same for question and answer.")
    step: StepKind = Field(description="Which step.")
    hours_band: HoursBand | None = Field(default=None, description="Hours a week, as a band.")
    start: date = Field(description="When the step would be.")
    desk: PartyText = Field(description="Who is asked.")


class BenefitEffectAnswered(Event):
    """The benefit desk answered; the band goes to the person alone, others hear that there is an answer."""

    type: ClassVar[str] = "nl.schakel.benefit_effect.answered.v1"
    category: ClassVar[Category] = Category.BENEFIT_QUESTION
    tells_of_care: ClassVar[bool] = False

    request_id: UUID = Field(description="The question.")
    certainty: CertaintyBand | None = Field(default=None, description="What happens; to the person alone.")
    appointment: date | None = Field(default=None, description="Day of a talk about it; to the person alone.")
    rules_of: date = Field(description="Day of the rules on which the answer stands.")


class BenefitWorryRaised(Event):
    """A person told a professional that they fear for their benefit; where they told it has no field."""

    type: ClassVar[str] = "nl.schakel.benefit_worry.raised.v1"
    category: ClassVar[Category] = Category.BENEFIT_QUESTION
    tells_of_care: ClassVar[bool] = False

    topic: WorryTopic = Field(description="What they fear.")
    call_wanted: bool = Field(description="Whether they want to be called.")
    asserted_by: Role | None = Field(
        default=None,
        description="The role of whom they told, CIT for their own word; without one it goes nowhere (R21).",
    )
