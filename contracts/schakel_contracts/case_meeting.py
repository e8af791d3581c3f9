"""Case meeting events, version 1 (F28, F29): who is not covered by a consent of their own sees nothing (R23)."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import ActionCode, AgendaItem, MeetingPlace


class _CaseMeeting(Event):
    """What every event of a case meeting says."""

    category: ClassVar[Category] = Category.CASE_MEETING
    tells_of_care: ClassVar[bool] = False

    meeting_ref: UUID = Field(description="The same for every event of one meeting.")


class CaseMeetingInvited(_CaseMeeting):
    """People are invited to talk about a person, with that person; the talk itself has no field."""

    type: ClassVar[str] = "nl.schakel.case_meeting.invited.v1"

    at: datetime = Field(description="When.")
    place: MeetingPlace = Field(description="Where.")
    chair: Role | None = Field(default=None, description="The role of who leads it; masked roles do not see it (R14).")
    agenda: tuple[AgendaItem, ...] = Field(min_length=1, max_length=6, description="What it is about, in outline.")
    participants: tuple[PartyText, ...] = Field(
        default=(), min_length=1, max_length=20, description="Who is invited; no recipient sees the others."
    )


class CaseMeetingCancelled(_CaseMeeting):
    """A case meeting does not take place."""

    type: ClassVar[str] = "nl.schakel.case_meeting.cancelled.v1"

    participants: tuple[PartyText, ...] = Field(
        default=(), min_length=1, max_length=20, description="Who was invited; no recipient sees the others."
    )


class CaseMeetingActionsAgreed(_CaseMeeting):
    """One thing that was agreed, for who must do it; each further action is an event of its own."""

    type: ClassVar[str] = "nl.schakel.case_meeting.actions_agreed.v1"

    action_ref: UUID = Field(description="The action.")
    action: ActionCode = Field(description="What is to be done.")
    owner: PartyText = Field(description="Who does it.")
    owner_role: Role = Field(description="In which role.")
    due: date = Field(description="By when.")
