"""The elements that are read of a consent and of what comes along with it; nothing else becomes part of it."""
# ruff: noqa: N815 - these are FHIR's own names

from typing import Annotated, Any, Literal, Required

from pydantic import Field, OnErrorOmit, RootModel
from typing_extensions import TypedDict

from schakel_connectors.fhir.codes import (
    ActReasonSystem,
    CategorySystem,
    ConsentExtension,
    OwnName,
    ParticipationSystem,
    PurposeSystem,
    RoleSystem,
)
from schakel_connectors.fhir.elements import (
    ENTRIES_MAX,
    Backbone,
    Foreign,
    Identifiers,
    Meta,
    Organization,
    Patient,
    Period,
    Reference,
    Request,
    Resource,
)
from schakel_connectors.fhir.resource_types import UnreadType


class CategoryCode(TypedDict, total=False):
    """A category of this hub, or what looks like one: under a name that begins as the hub's, or under none."""

    system: CategorySystem | OwnName | None
    code: str


class PurposeCode(TypedDict, total=False):
    """A purpose, in this hub's codes or in HL7's, or what looks like one."""

    system: PurposeSystem | ActReasonSystem | OwnName | None
    code: str


class RoleCode(TypedDict, total=False):
    """A role in this hub, or HL7's part in an event, such as the recipient of information; or what looks like one."""

    system: RoleSystem | ParticipationSystem | OwnName | None
    code: str


class ActionCode(TypedDict, total=False):
    """What may be done with the data."""

    system: Required[Literal["http://terminology.hl7.org/CodeSystem/consentaction"]]
    code: str


class ScopeCode(TypedDict, total=False):
    """What the consent is about: privacy, treatment, research, a living will."""

    system: str
    code: str


class PolicyCode(TypedDict, total=False):
    """Whether the person opted in or out, before any rule."""

    system: str
    code: str


LeftToRight = Field(union_mode="left_to_right")


class ScopeConcept(TypedDict, total=False):
    """A concept, in HL7's codes or another's."""

    coding: list[OnErrorOmit[ScopeCode]]


class PolicyConcept(TypedDict, total=False):
    """A concept, in HL7's codes or another's."""

    coding: list[OnErrorOmit[PolicyCode]]


class CategoryConcept(TypedDict, total=False):
    """A concept; of a coding that is not this hub's only its presence is seen."""

    coding: list[Annotated[CategoryCode | Foreign, LeftToRight]]


class RoleConcept(TypedDict, total=False):
    """A concept; of an unknown coding only its presence is seen."""

    coding: list[Annotated[RoleCode | Foreign, LeftToRight]]


class ActionConcept(TypedDict, total=False):
    """A concept; of an unknown coding only its presence is seen."""

    coding: list[Annotated[ActionCode | Foreign, LeftToRight]]


class Extension(TypedDict, total=False):
    """An extension of this hub's own, or under a name that begins as the hub's."""

    url: Required[ConsentExtension | OwnName]
    valueCode: Any
    valueString: Any


class Policy(Backbone, total=False):
    """The text that was consented to."""

    uri: str


class Actor(Backbone, total=False):
    """Whom a rule is about."""

    role: RoleConcept
    reference: Reference


Provision = TypedDict(
    "Provision",
    {
        "modifierExtension": list[None],
        "type": Literal["permit", "deny"],
        "period": Period,
        "actor": list[Actor],
        "action": list[ActionConcept],
        "securityLabel": list[Foreign],
        "purpose": list[Annotated[PurposeCode | Foreign, LeftToRight]],
        "class": list[Annotated[CategoryCode | Foreign, LeftToRight]],
        "code": list[CategoryConcept],
        "dataPeriod": Foreign,
        "data": list[Foreign],
        "provision": list["Provision"],
    },
    total=False,
)
"""A rule, with exceptions inside it (``class`` is a word of Python's, hence this form)."""


class Consent(Resource, total=False):
    """A consent: whose, when, how, and its rules."""

    resourceType: Required[Literal["Consent"]]
    meta: Meta
    extension: list[Annotated[Extension | Foreign, LeftToRight]]
    identifier: Identifiers
    status: Required[Literal["draft", "proposed", "active", "rejected", "inactive", "entered-in-error"]]
    scope: Required[ScopeConcept]
    patient: Required[Reference]
    dateTime: str
    performer: Annotated[list[Reference], Field(max_length=100)]
    organization: list[Reference]
    sourceAttachment: Foreign
    sourceReference: Foreign
    policy: list[Policy]
    policyRule: PolicyConcept
    provision: Provision
    contained: list["Contained"]


Other = Literal[UnreadType, "CarePlan", "CareTeam", "EpisodeOfCare", "Goal", "ServiceRequest", "Task"]
"""The types of which nothing is read here."""


class Unread(TypedDict, total=False):
    """Any other resource: only its type and id are seen, so that what points to it is no mistake."""

    resourceType: Required[Other]
    id: str


Contained = Annotated[Organization | Patient | Unread, Field(discriminator="resourceType")]
AnyResource = Annotated[Consent | Organization | Patient | Unread, Field(discriminator="resourceType")]


class Entry(Backbone, total=False):
    """One resource of a Bundle."""

    fullUrl: str
    resource: AnyResource
    request: Request


class Bundle(Resource, total=False):
    """Several resources sent together."""

    resourceType: Required[Literal["Bundle"]]
    entry: Annotated[list[Entry], Field(max_length=ENTRIES_MAX)]


class Record(RootModel[Annotated[Bundle | Consent, Field(discriminator="resourceType")]]):
    """What a partner may send: a Consent, or several in a Bundle."""
