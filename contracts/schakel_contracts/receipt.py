"""The receipt: how one delivery to one recipient ended."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.event import Contract
from schakel_contracts.identifiers import PartyText


class Receipt(Contract):
    """Delivered, withheld at the second consent check, or given up; never with any of what was in it.

    A deliverer does not know the sender of a masked notification, nor the event's own id: the gate finds both at
    ``position``, and an auditor by ``notification_id``, which the decision names.
    """

    notification_id: UUID
    notification_type: str = Field(description="The type as the recipient sees it.")
    position: str = Field(description="Where the event stands: events/<partition>/<offset>/<n>.")
    subject: str
    recipient: PartyText
    role: Role
    outcome: ReceiptOutcome
    sequence: int | None = None
    consent_id: UUID | None = Field(
        default=None, description="The consent under which it went, as found at the second check."
    )
    rules: tuple[str, ...] = ()
    reason: Reason | None = None
    attempts: int = Field(ge=0, description="How often it was tried.")
    began_at: datetime = Field(description="When the check before the last attempt began; a delivery begins there.")
    ended_at: datetime
    possibly_arrived: bool = Field(
        default=False,
        description="Not delivered as far as is known, but nobody knows what came of an earlier try: the recipient may "
        "have it.",
    )
