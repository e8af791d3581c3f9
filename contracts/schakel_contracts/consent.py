"""Consent events, version 1 (F39, F40)."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Grantor, Purpose, Role
from schakel_contracts.event import Contract, Event
from schakel_contracts.identifiers import PartyText


class Recipient(Contract):
    """One organisation in one role; there is no way to write "all partners" in a permission (R9)."""

    party: PartyText = Field(description="Partner id, or scheme:value for an organisation outside this chain.")
    role: Role | None = Field(default=None, description="The role in which it may receive; none: any role it has here.")


class ConsentGranted(Event):
    """A person, or a representative, allowed or objected to sharing between named parties."""

    type: ClassVar[str] = "nl.schakel.consent.granted.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    consent_id: UUID = Field(description="The consent in the registry.")
    effect: ConsentEffect = Field(default=ConsentEffect.PERMIT, description="Permission or objection.")
    purposes: tuple[Purpose, ...] = Field(description="What the data may be used for.")
    categories: tuple[Category, ...] = Field(description="Which kinds of data.")
    recipients: tuple[Recipient, ...] = Field(description="Who may receive it.")
    grantor: Grantor = Field(description="Who consented.")
    form: ConsentForm = Field(description="How it was given.")
    text_version: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$",
        description="Version of the text that was read out or signed.",
    )
    valid_from: datetime | None = Field(default=None, description="First instant.")
    valid_until: datetime | None = Field(default=None, description="Instant from which it no longer holds.")


class ConsentWithdrawn(Event):
    """A consent was withdrawn; no delivery under it begins after this is acknowledged (G5)."""

    type: ClassVar[str] = "nl.schakel.consent.withdrawn.v1"
    category: ClassVar[Category] = Category.ACCOUNTABILITY
    tells_of_care: ClassVar[bool] = False

    consent_id: UUID = Field(description="The consent in the registry.")
    effective: datetime = Field(description="Instant from which it no longer holds.")
    recipients: tuple[Recipient, ...] = Field(default=(), description="Who was named in it, and so is told to stop.")
