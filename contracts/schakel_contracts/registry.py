"""Registry records: who may know what about whom, compacted, one value a key, placed by person.

The key is ``<pseudonym>/<kind>/<id>``; the partition is the person's, so a gate has in memory exactly the registry of
the persons that it decides about.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, FreelyGivenCheck, Grantor, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.event import Contract
from schakel_contracts.identifiers import PartyText
from schakel_contracts.terms import EmergencyReason


class ConsentRecord(Contract):
    """One consent as it stands now, with the proof that it was given (AVG 7(1))."""

    kind: Literal["consent"] = "consent"
    id: UUID
    effect: ConsentEffect = ConsentEffect.PERMIT
    purposes: tuple[Purpose, ...] = Field(default=(), description="Empty: any purpose, allowed for an objection only.")
    categories: tuple[Category, ...] = Field(
        default=(), description="Empty: any category, allowed for an objection only."
    )
    recipients: tuple[Recipient, ...] = Field(
        default=(), description="Empty: any recipient, allowed for an objection only."
    )
    source: PartyText | None = Field(
        default=None, description="Whose data it covers; none: of every source in this chain."
    )
    grantor: Grantor = Grantor.SUBJECT
    co_grantor: Grantor | None = Field(
        default=None, description="Who consented beside the grantor: from 12 to 16 the youth and who represents (R13)."
    )
    form: ConsentForm
    freely_given: tuple[FreelyGivenCheck, ...] = Field(
        default=(), description="The checks that were answered yes (R12)."
    )
    text_version: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$",
        description="Version of the text that was read out or signed.",
    )
    granted_at: datetime | None = Field(
        default=None, description="When it was given; twelve months later it ends (R10)."
    )
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    withdrawn_at: datetime | None = Field(
        default=None, description="Set: withdrawn, and it stays so; a permission at once, whatever moment is said."
    )
    superseded_at: datetime | None = Field(
        default=None, description="Set: another consent took its place; of a permission at once."
    )
    collected_by: PartyText | None = Field(default=None, description="The partner at which it was given.")


class ConsentWithdrawalRecord(Contract):
    """A permission taken back at another partner than the one that keeps it: as easy as giving it (AVG 7(3)).

    A record of its own, so that no later version of the consent can undo it. It ends nothing but permissions: to take
    an objection back opens ways, and only who keeps it can do that.
    """

    kind: Literal["consent_withdrawal"] = "consent_withdrawal"
    id: UUID
    consent_id: UUID
    withdrawn_at: datetime
    asserted_by: PartyText


class RelationRecord(Contract):
    """One party's involvement with one person (R3)."""

    kind: Literal["relation"] = "relation"
    id: UUID
    party: PartyText
    role: Role
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="Last day included.")
    ended: bool = Field(default=False, description="Ended now, whatever the dates say.")
    asserted_by: PartyText


class RepresentationRecord(Contract):
    """Somebody who acts for the person."""

    kind: Literal["representation"] = "representation"
    id: UUID
    capacity: Grantor
    scope: tuple[Category, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    change: Literal["begun", "changed", "ended"] = Field(
        default="changed", description="What was told last of it; ended: nobody represents any more, whatever its days."
    )
    changed_at: datetime | None = Field(
        default=None, description="When that was told, by the clock of the intake: it ends consents of before (R10)."
    )


class RequestRecord(Contract):
    """A statutory request, single or standing, without which an on-request basis gives nothing (R6)."""

    kind: Literal["request"] = "request"
    id: UUID
    party: PartyText = Field(description="Who asks.")
    provider: PartyText | None = Field(
        default=None, description="Who is asked, and alone may answer; None: whoever has the answer."
    )
    article: str = Field(pattern=r"^[A-Z]{2,5}[0-9a-z.()-]{1,16}$", description="Such as PW64(1)(n).")
    categories: tuple[Category, ...] = Field(description="The closed data set.")
    valid_from: datetime | None = None
    valid_until: datetime = Field(description="A request always ends.")
    standing: bool = Field(default=False, description="Whether it goes on when it was answered once.")


class RequestAnswerRecord(Contract):
    """A statutory request was answered, or refused: a single one is over at the end of that day (R6)."""

    kind: Literal["request_answer"] = "request_answer"
    id: UUID
    request_id: UUID
    answered_on: date
    asserted_by: PartyText = Field(description="Who says so; it counts if that is who was asked.")


class AgeRecord(Contract):
    """The birthday on which a person comes of age: all that the rules on age need (R13), kept for the young alone."""

    kind: Literal["age"] = "age"
    id: UUID
    adult_on: date = Field(description="The eighteenth birthday; the twelfth, sixteenth and 27th follow from it.")


class RestrictionRecord(Contract):
    """An objection (AVG 21) or a restriction (AVG 18): what goes on a statutory basis waits for the answer (R27)."""

    kind: Literal["restriction"] = "restriction"
    id: UUID
    right: Literal["objection", "restriction"]
    categories: tuple[Category, ...] = Field(default=(), description="Empty: everything.")
    recipients: tuple[PartyText, ...] = Field(default=(), description="Empty: everybody.")
    begun_at: datetime
    answered_at: datetime | None = Field(default=None, description="None: it waits, and nothing flows.")
    upheld: bool = Field(default=True, description="Once answered: whether the person was right, so it stays closed.")


class TrajectoryRecord(Contract):
    """A trajectory of the person; thirty days after the last one ended, consents end too (R10)."""

    kind: Literal["trajectory"] = "trajectory"
    id: UUID
    ended_on: date | None = Field(default=None, description="None: it runs.")


class EmergencyRecord(Contract):
    """The emergency procedure, opened by one care party for a day at most (R17)."""

    kind: Literal["emergency"] = "emergency"
    id: UUID
    party: PartyText
    role: Role
    reason: EmergencyReason
    categories: tuple[Category, ...] = Field(min_length=1)
    begun_at: datetime
    until: datetime
    closed_at: datetime | None = None


class ExitRecord(Contract):
    """The person is no longer in the chain: all relations end and nothing flows (R28); why is not kept."""

    kind: Literal["exit"] = "exit"
    id: UUID
    since: datetime
    planned: bool = Field(
        default=False, description="Whether that is a later day, named ahead; if not, it counts as soon as it is read."
    )


Record = (
    ConsentRecord
    | ConsentWithdrawalRecord
    | RelationRecord
    | RepresentationRecord
    | RequestRecord
    | RequestAnswerRecord
    | AgeRecord
    | RestrictionRecord
    | TrajectoryRecord
    | EmergencyRecord
    | ExitRecord
)
RegistryRecord = Annotated[Record, Field(discriminator="kind")]
REGISTRY_RECORD: TypeAdapter[Record] = TypeAdapter(RegistryRecord)


def registry_key(subject: str, record: Record) -> str:
    """Return ``<pseudonym>/<kind>/<id>``."""
    return f"{subject}/{record.kind}/{record.id}"
