"""The data types of FHIR, as far as they are read."""

from typing import Annotated, Literal, Required

from pydantic import Field, OnErrorOmit
from typing_extensions import TypedDict

from schakel_connectors.fhir.codes import SupportLevelSystem


class Backbone(TypedDict, total=False):
    """What any part of a resource may carry: a modifier extension, which the hub never knows and so refuses."""

    modifierExtension: list[None]


class Resource(Backbone, total=False):
    """What any resource may carry: an id, and rules that change its meaning, which the hub refuses as well."""

    id: str
    implicitRules: None


class Identifier(TypedDict, total=False):
    """A business identifier."""

    use: str
    system: str
    value: str


Identifiers = Annotated[list[Identifier], Field(max_length=100)]
"""The numbers of one resource: each is looked at for everything that points to it, so there is an end to them."""


class Foreign(TypedDict):
    """Something that is there and that says nothing to this hub: its content is left unread."""


class Reference(TypedDict, total=False):
    """A pointer to a resource, literal or by identifier, and what kind it says to point to.

    Its ``display``, often a name, is left unread.
    """

    reference: str
    identifier: Identifier
    type: str


class Pointer(TypedDict, total=False):
    """A pointer to a resource that is of use only if it came along."""

    reference: str


class Period(TypedDict, total=False):
    """From the first instant of ``start`` to the last of ``end``; each may be partial.

    A limit with an extension in place of a value (masked, unknown) is there and can't be read; it is not open.
    """

    start: str
    end: str
    _start: Foreign
    _end: Foreign


class SupportLevelCode(TypedDict, total=False):
    """Schakel's own code for the level of support."""

    system: Required[SupportLevelSystem]
    code: str


class SupportLevelConcept(TypedDict, total=False):
    """A concept of which only Schakel's own codes are kept; any other coding is dropped unread."""

    coding: list[OnErrorOmit[SupportLevelCode]]


class Meta(TypedDict, total=False):
    """When a resource was last changed at the partner."""

    lastUpdated: str


class Patient(Resource, total=False):
    """Who a record is about, by numbers only."""

    resourceType: Required[Literal["Patient"]]
    identifier: Identifiers


class Organization(Resource, total=False):
    """An organisation, by numbers only."""

    resourceType: Required[Literal["Organization"]]
    identifier: Identifiers


ENTRIES_MAX = 10_000
"""A Bundle has no more entries than this; a megabyte holds fewer plans."""


class Request(TypedDict, total=False):
    """What a Bundle asks to be done with an entry; the hub can't delete."""

    method: str
