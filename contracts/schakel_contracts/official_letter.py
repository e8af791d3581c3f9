"""Official letter events, version 1 (F27)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import LetterTopic


class OfficialLetterAnnounced(Event):
    """A letter, or a tense talk, is about to reach the person; what it decides has no field."""

    type: ClassVar[str] = "nl.schakel.official_letter.announced.v1"
    category: ClassVar[Category] = Category.OFFICIAL_LETTER
    tells_of_care: ClassVar[bool] = False

    topic: LetterTopic = Field(description="What it is about.")
    expected: date = Field(description="Day on which it is sent.")
    explained: bool = Field(default=False, description="Whether there is an explanation in plain language.")
    help_offered: bool = Field(default=False, description="Whether somebody can sit beside the person.")
    supporter: PartyText | None = Field(default=None, description="Whom the person chose to help.")
