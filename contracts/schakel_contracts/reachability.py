"""Who to call, version 1 (F3, F4). Names and numbers stand in the chain's own directory, never in an event."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import SupportHours


class _KeyPerson(Event):
    """What both events say."""

    category: ClassVar[Category] = Category.CONTACT_PERSON
    tells_of_care: ClassVar[bool] = False

    party: PartyText | None = Field(default=None, description="Where the key person works; masked if it is care.")
    role: Role = Field(default=Role.KEY, description="The role to call.")
    valid_from: date = Field(description="First day.")
    deputy: PartyText | None = Field(default=None, description="Who stands in.")


class KeyPersonAssigned(_KeyPerson):
    """A key person is there for somebody from a day on."""

    type: ClassVar[str] = "nl.schakel.key_person.assigned.v1"


class KeyPersonChanged(_KeyPerson):
    """Another key person took over, or somebody stands in for a while."""

    type: ClassVar[str] = "nl.schakel.key_person.changed.v1"

    until: date | None = Field(default=None, description="Last day on which the deputy stands in.")


class JobCoachAssigned(Event):
    """A job coach was assigned, or comes more or less often; why has no field."""

    type: ClassVar[str] = "nl.schakel.job_coach.assigned.v1"
    category: ClassVar[Category] = Category.CONTACT_PERSON
    tells_of_care: ClassVar[bool] = False

    coach: PartyText | None = Field(default=None, description="Where the coach works; masked if it is care.")
    start: date = Field(description="First day.")
    support_hours: SupportHours = Field(description="How much coaching, as a band.")
    intensified: bool = Field(default=False, description="More than before, as for youths in transition.")
