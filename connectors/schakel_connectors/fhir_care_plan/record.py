"""The elements that are read of a care plan and of what comes along with it; nothing else becomes part of it."""
# ruff: noqa: N815 - these are FHIR's own names

from typing import Annotated, Literal, Required

from pydantic import Field, OnErrorOmit, RootModel
from typing_extensions import TypedDict

from schakel_connectors.fhir.elements import (
    ENTRIES_MAX,
    Backbone,
    Identifiers,
    Meta,
    Organization,
    Patient,
    Period,
    Pointer,
    Reference,
    Request,
    Resource,
    SupportLevelCode,
    SupportLevelConcept,
)
from schakel_connectors.fhir.resource_types import UnreadType

HelpFromOthers = Annotated[
    str,
    Field(pattern=r"^http://(fhir|nictiz)\.nl/fhir/StructureDefinition/(nl-core|zib)-HelpFromOthers(\||$)"),
]
"""The one profile that is looked for: it says who helps at home, which is no plan of the sender's."""


class PlanMeta(TypedDict, total=False):
    """When the plan was last changed, and Schakel's own tag."""

    lastUpdated: str
    profile: list[OnErrorOmit[HelpFromOthers]]
    tag: list[OnErrorOmit[SupportLevelCode]]


class Repeat(TypedDict, total=False):
    """How often: ``frequency`` times in ``period`` units; once where the frequency is left out."""

    frequency: Annotated[int, Field(gt=0, le=1_000_000)]
    period: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    periodUnit: Literal["s", "min", "h", "d", "wk", "mo", "a"]


class Timing(Backbone, total=False):
    """When something is to happen."""

    repeat: Repeat


class Detail(Backbone, total=False):
    """An activity that the plan itself describes: whether it runs and how often, never what it is."""

    status: str
    doNotPerform: bool
    scheduledTiming: Timing


class Activity(Backbone, total=False):
    """An activity of the plan, described there or in an order of its own."""

    reference: Pointer
    detail: Detail


class Target(Backbone, total=False):
    """By when a goal is looked at."""

    dueDate: str


class Goal(Resource, total=False):
    """A goal, by its status and its date; there is no field for what the goal is."""

    resourceType: Required[Literal["Goal"]]
    lifecycleStatus: str
    target: list[Target]


class Participant(Backbone, total=False):
    """A member of a care team."""

    member: Reference
    period: Period


class CareTeam(Resource, total=False):
    """Who is involved, as far as they are organisations."""

    resourceType: Required[Literal["CareTeam"]]
    status: str
    period: Period
    participant: list[Participant]
    contained: list["Contained"]


OrderIntent = Literal[
    "proposal",
    "plan",
    "order",
    "original-order",
    "reflex-order",
    "filler-order",
    "instance-order",
    "option",
]
"""How binding an order or a task is."""


class ServiceRequest(Resource, total=False):
    """An order of support: whether it runs, how often, and which organisation performs it."""

    resourceType: Required[Literal["ServiceRequest"]]
    meta: Meta
    identifier: Identifiers
    basedOn: list[Pointer]
    status: Required[Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]]
    intent: Required[OrderIntent | Literal["directive"]]
    doNotPerform: bool
    subject: Required[Reference]
    occurrencePeriod: Period
    occurrenceTiming: Timing
    performer: list[Reference]
    contained: list["Contained"]


Task = TypedDict(
    "Task",
    {
        "resourceType": Required[Literal["Task"]],
        "id": str,
        "implicitRules": None,
        "modifierExtension": list[None],
        "meta": Meta,
        "identifier": Identifiers,
        "status": Required[
            Literal[
                "draft",
                "requested",
                "received",
                "accepted",
                "rejected",
                "ready",
                "cancelled",
                "in-progress",
                "on-hold",
                "failed",
                "completed",
                "entered-in-error",
            ]
        ],
        "intent": Required[OrderIntent | Literal["unknown"]],
        "for": Required[Reference],
        "executionPeriod": Period,
        "owner": Reference,
        "contained": list["Contained"],
    },
    total=False,
)
"""A task: whether it runs, and which organisation does it (``for`` is a word of Python's, hence this form)."""


class EpisodeOfCare(Resource, total=False):
    """That a person is in care with the sender, from when to when; why has no field."""

    resourceType: Required[Literal["EpisodeOfCare"]]
    meta: Meta
    identifier: Identifiers
    status: Required[Literal["planned", "waitlist", "active", "onhold", "finished", "cancelled", "entered-in-error"]]
    patient: Required[Reference]
    period: Period
    contained: list["Contained"]


class Author(TypedDict, total=False):
    """What kind of author a plan has; who it is is left unread once that is known."""

    reference: str
    type: str


class CarePlan(Resource, total=False):
    """A care plan, by its status, its dates and its parts; what it is about has no field."""

    resourceType: Required[Literal["CarePlan"]]
    meta: PlanMeta
    identifier: Identifiers
    status: Required[Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]]
    intent: Required[Literal["proposal", "plan", "order", "option"]]
    category: list[SupportLevelConcept]
    subject: Required[Reference]
    period: Period
    author: Author
    careTeam: list[Reference]
    goal: list[Pointer]
    activity: list[Activity]
    contained: list["Contained"]


class Unread(TypedDict, total=False):
    """Any other resource: only its type and id are seen, so that what points to it is no mistake."""

    resourceType: Required[Literal[UnreadType, "Consent"]]
    id: str


Contained = Annotated[
    CareTeam | Goal | Organization | Patient | ServiceRequest | Task | Unread,
    Field(discriminator="resourceType"),
]
AnyResource = Annotated[
    CarePlan | CareTeam | EpisodeOfCare | Goal | Organization | Patient | ServiceRequest | Task | Unread,
    Field(discriminator="resourceType"),
]


class Entry(Backbone, total=False):
    """One resource of a Bundle."""

    fullUrl: str
    resource: AnyResource
    request: Request


class Bundle(Resource, total=False):
    """Several resources sent together."""

    resourceType: Required[Literal["Bundle"]]
    entry: Annotated[list[Entry], Field(max_length=ENTRIES_MAX)]


class Record(
    RootModel[
        Annotated[
            Bundle | CarePlan | EpisodeOfCare | Patient | ServiceRequest | Task,
            Field(discriminator="resourceType"),
        ]
    ]
):
    """What a partner may send: one of these resources, or several in a Bundle."""
