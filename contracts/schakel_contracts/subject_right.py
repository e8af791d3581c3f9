"""Rights of the person, version 1 (F43, R16)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Purpose, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import RightStatus, SubjectRight


class SubjectRightExercised(Event):
    """A person asked for access, rectification, erasure, restriction, or objected; or a party answered that.

    Relayed to every party that received data (AVG 19). Why the person asks has no field.
    """

    type: ClassVar[str] = "nl.schakel.subject_right.exercised.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    request_id: UUID = Field(description="The same for the request and every answer to it.")
    right: SubjectRight = Field(description="Which right.")
    status: RightStatus = Field(description="Asked, carried out or refused, by the party that says so.")
    categories: tuple[Category, ...] = Field(default=(), description="About which data; empty: all.")
    event_ids: tuple[UUID, ...] = Field(default=(), max_length=100, description="About which notifications, if named.")
    addressees: tuple[PartyText, ...] = Field(
        default=(), max_length=50, description="Who must act; empty: everybody who received data. None sees the others."
    )
    due: date | None = Field(default=None, description="Last day for the answer.")


class DisclosureFirstMade(Event):
    """For the first time, a party was told something on a statutory basis: notice to the person (AVG 14, R16).

    Made by the gate; no connector emits it.
    """

    type: ClassVar[str] = "nl.schakel.disclosure.first_made.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    recipient: PartyText = Field(description="Who was told.")
    recipient_role: Role = Field(description="In which role.")
    purpose: Purpose = Field(description="What for.")
    basis: str = Field(pattern=r"^[A-Za-z]+(:[A-Z]*[0-9a-zA-Z.()/-]*)?$", max_length=32, description="On which basis.")
