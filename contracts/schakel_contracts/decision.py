"""The decision record: for one event, each party that was considered, what it got and why (A3, R26).

No payload: field names, rule ids and identifiers only.
"""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Outcome, Purpose, Reason, Remedy, Role
from schakel_contracts.event import Contract
from schakel_contracts.identifiers import PartyText


class Verdict(Contract):
    """What one recipient got of one event."""

    recipient: PartyText
    role: Role
    outcome: Outcome
    rules: tuple[str, ...] = Field(description="The rules that decided, such as R3; for a permit those that were met.")
    row: str | None = Field(default=None, description="The policy row.")
    purpose: Purpose | None = None
    basis: tuple[str, ...] = ()
    consent_id: UUID | None = None
    relation_id: UUID | None = None
    fields: tuple[str, ...] = Field(
        default=(), description="What was sent: of the fields that were allowed, those that the event had."
    )
    stripped: tuple[str, ...] = Field(
        default=(), description="Fields of this kind of event that this recipient does not get, in it or not."
    )
    masked: tuple[str, ...] = Field(default=(), description="What was replaced by a neutral value: source, type.")
    reason: Reason | None = None
    remedy: Remedy | None = None
    notification_id: UUID | None = Field(default=None, description="The id under which it was sent.")
    sequence: int | None = None


class Decision(Contract):
    """Everything that was decided about one event, in one record, written with the notifications in one transaction."""

    event_id: UUID
    event_type: str
    subject: str
    source: PartyText
    source_role: Role
    decided_at: datetime
    policy_version: str
    verdicts: tuple[Verdict, ...] = ()
