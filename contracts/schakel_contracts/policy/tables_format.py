"""The shape of the policy tables as people write them (TOML): a misspelt key is an error."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schakel_contracts.codes import Category, Purpose, Role

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(:[A-Z]*[0-9a-z.()/-]*)?$", max_length=32)]
Soon = Literal["T15", "T4h", "T1d", "T5d"]
Prohibited = Literal["enforcement", "sanction", "fraud_detection", "risk_scoring", "marketing", "research"]


class Closed(BaseModel):
    """Anything in a table."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Signature(Closed):
    """Who adopted the tables; an empty reference means that nobody did, and is shown as such."""

    function: str = Field(description="In which function.")
    organisation: str = Field(default="", description="For which organisations.")
    reference: str = Field(default="", description="Where the signed copy is kept.")
    on: date | None = Field(default=None, description="When.")


class Header(Closed):
    """Version and validity of all tables together."""

    version: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", description="Stored in each decision (R26).")
    valid_from: date
    valid_until: date | None = Field(default=None, description="Last day; without it the tables have no end.")
    consent_text_major: int = Field(
        default=1, ge=1, description="A consent to an older text of the same document no longer holds (R10)."
    )
    signed_by: Signature


class RoleRow(Closed):
    """What holds for one role; each flag is explained at the head of the table."""

    name: str
    primary_purpose: Purpose
    masked: bool = False
    public_body: bool = False
    bsn_entitled: bool = False
    pairwise_handle: bool = False
    wgbo: bool = False
    wmo_provider: bool = False
    care: bool = False
    name_reveals_care: bool = False
    benefit_administration: bool = False
    named_in_benefit_acts: bool = False
    own_side: bool = False


class PurposeRow(Closed):
    """One purpose in words."""

    name: str
    description: str


class BasisKind(StrEnum):
    """What must be true for a basis to hold."""

    CONSENT = "consent"
    WRITTEN_CONSENT = "written_consent"
    CHECKED_CONSENT = "checked_consent"
    STATUTORY = "statutory"
    ON_REQUEST = "on_request"
    OWN = "own"
    HOST = "host"
    """What the key person's own organisation may see on a statutory basis (R22)."""
    EMERGENCY = "emergency"
    """Vital interest, while the emergency procedure is open (R17)."""


BY_CONSENT = frozenset({BasisKind.CONSENT, BasisKind.WRITTEN_CONSENT, BasisKind.CHECKED_CONSENT})
BY_LAW = frozenset({BasisKind.STATUTORY, BasisKind.ON_REQUEST})
ON_REQUEST = "Sr:"
OWN = "A"
EMERGENCY = "V"
"""Codes tell a deliverer, which has no tables, what must still be true."""


def goes_by_law(code: str) -> bool:
    """Say whether what goes on a basis goes by law, told by its code alone; one that is not known does."""
    return code not in {OWN, EMERGENCY} and not code.startswith(("C", "T:"))


class BasisRow(Closed):
    """One basis code."""

    code: Code
    kind: BasisKind
    meaning: str
    articles: tuple[str, ...] = Field(min_length=1, description="As cited in the Netherlands.")
    public_body: bool = Field(default=False, description="May carry a way to a public body (R12).")
    rules: tuple[str, ...] = Field(default=(), description="Rules that it meets by itself.")
    enabled: bool = True


class NeverRow(Closed):
    """What no row may open."""

    category: Category
    source_roles: tuple[Role, ...] = Field(default=(), description="Empty: from any source.")
    recipient_roles: tuple[Role, ...] = Field(min_length=1)
    fields: tuple[str, ...] = Field(default=(), description="Empty: all of the category.")
    except_fields: tuple[str, ...] = ()


class Hurry(StrEnum):
    """A case of an event that can't wait as long as others of its kind."""

    CRISIS = "crisis"
    """Debts that are a crisis (F22)."""
    SECOND_NO_SHOW = "second_no_show"
    """A second day within fourteen on which somebody did not come (F7)."""


class Sooner(Closed):
    """How soon what is of a case must be there; None: as soon as the others."""

    crisis: Soon | None = None
    second_no_show: Soon | None = None

    def cases(self) -> dict[Hurry, str]:
        """Return the cases that can't wait, each with its class."""
        return {case: allowed for case in Hurry if (allowed := getattr(self, case.value)) is not None}


class FlowRow(Closed):
    """One way that an event may go: between which roles, why, on which basis, with what."""

    id: str = Field(pattern=r"^[A-Z][A-Z0-9-]{1,30}$", description="As people name it, such as F8-JOB.")
    flows: tuple[str, ...] = Field(default=(), description="Rows of the flow table, F1 to F47.")
    event: str = Field(description="Short type, such as support_level.changed.")
    source_roles: tuple[Role, ...] = Field(min_length=1)
    recipient_roles: tuple[Role, ...] = Field(min_length=1)
    purpose: Purpose
    basis: tuple[str, ...] = Field(min_length=1, description="In order of preference.")
    fields: tuple[str, ...] = Field(min_length=1, description="What the recipient gets, as its contract calls it.")
    view: str | None = Field(default=None, description="The masked event that it sees instead.")
    mask: tuple[Literal["source", "type"], ...] = ()
    addressed: Literal["recipients", "sender"] | None = Field(
        default=None, description="Only to the parties that the event itself is meant for."
    )
    own: bool = Field(default=False, description="Only to the party whose own doing it is about.")
    about_roles: tuple[Role, ...] = Field(
        default=(),
        description="Which roles may be named to it by an event that names one; empty: any.",
    )
    relation_required: bool = True
    asserted: bool = Field(default=False, description="Only when a human professional stands for it (R21).")
    time_class: str = Field(pattern=r"^(T15|T4h|T1d|T5d|L-[0-9]{1,3}(wd|d|w|m))$")
    sooner: Sooner = Field(default=Sooner(), description="Cases that can't wait so long, and how long they can.")
    prohibited_use: Prohibited | None = None
    founded: Literal["law", "judgement"]
    articles: tuple[str, ...] = Field(default=(), description="Beside those of the basis.")
    note: str | None = Field(default=None, description="For the reader, in Dutch.")
