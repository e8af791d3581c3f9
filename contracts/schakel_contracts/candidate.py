"""Referral events, version 1 (F1)."""

from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.terms import DayPart, Programme


class CandidateReferred(Event):
    """A person was proposed for a programme; why, and what went before, has no field."""

    type: ClassVar[str] = "nl.schakel.candidate.referred.v1"
    category: ClassVar[Category] = Category.TRAJECTORY

    programme: Programme = Field(description="What the person is referred to; tells of care.")
    preferred_moment: DayPart = Field(default=DayPart.ANY, description="When the person would rather be called.")
    contact: Role = Field(description="The role of who referred and can be called about it.")


class IntroductionProposed(Event):
    """What roles outside care see of a referral: somebody would like to be called about support towards work.

    Made by the gate out of ``candidate.referred``; no connector emits it.
    """

    type: ClassVar[str] = "nl.schakel.introduction.proposed.v1"
    category: ClassVar[Category] = Category.TRAJECTORY
    tells_of_care: ClassVar[bool] = False

    preferred_moment: DayPart = Field(default=DayPart.ANY, description="When the person would rather be called.")
    contact: Role | None = Field(default=None, description="The role to call about it.")
