"""Keeping somebody from sliding off, version 1 (F5, F6, F7): signals of people, never a computed risk."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import AttendanceKind, OutreachOutcome, RiskKind, Urgency, WishedAction


class DropoutRiskSignalled(Event):
    """Somebody who knows the person sees effort drop or isolation threaten; what was seen has no field."""

    type: ClassVar[str] = "nl.schakel.dropout_risk.signalled.v1"
    category: ClassVar[Category] = Category.RETENTION

    risk: RiskKind = Field(description="What threatens.")
    since: date = Field(description="Since when.")
    wished_action: WishedAction = Field(description="What should happen.")
    asserted_by: Role | None = Field(
        default=None, description="The role of who saw it, CIT for their own word; without one it goes nowhere (R21)."
    )


class OutreachRequested(Event):
    """Somebody is asked to go and see the person."""

    type: ClassVar[str] = "nl.schakel.outreach.requested.v1"
    category: ClassVar[Category] = Category.RETENTION

    request_id: UUID = Field(description="The same for the request and what came of it.")
    worker: PartyText = Field(description="Who is asked to go.")
    urgency: Urgency = Field(description="How soon.")
    by_when: date = Field(description="Last day on which it helps.")


class OutreachCompleted(Event):
    """A visit was made or tried; where the person was found, and with whom, has no field."""

    type: ClassVar[str] = "nl.schakel.outreach.completed.v1"
    category: ClassVar[Category] = Category.RETENTION

    request_id: UUID = Field(description="The request.")
    requester: PartyText = Field(description="Who asked, and so hears what came of it.")
    outcome: OutreachOutcome = Field(description="What came of it.")
    at: datetime = Field(description="When.")


class AttendanceException(Event):
    """Somebody did not come, or comes again; why has no field, and illness has no code."""

    type: ClassVar[str] = "nl.schakel.attendance.exception.v1"
    category: ClassVar[Category] = Category.ATTENDANCE
    tells_of_care: ClassVar[bool] = False

    on: date = Field(description="The day.")
    kind: AttendanceKind = Field(description="Not there, not there and said so, or there again.")
    site: PartyText | None = Field(default=None, description="Where the person was expected.")
