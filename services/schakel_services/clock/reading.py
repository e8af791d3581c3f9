"""Read what comes in: events that set or answer something, decisions, receipts. What can't be read sets nothing.

The gate refuses a malformed event and says so on the audit topic; the clock passes it by.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schakel_contracts.codes import Role
from schakel_contracts.decision import Decision
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import MalformedEnvelope, read_envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.civil_time import instant
from schakel_contracts.receipt import Receipt
from schakel_services.clock.event_rules import EVENT_RULES
from schakel_services.clock.heard import Says
from schakel_services.runtime import topics

BY_TYPE: dict[bytes, tuple[type[Event], Says]] = {
    event.type.encode(): (event, says) for event, says in EVENT_RULES.items()
}


class Said(NamedTuple):
    """One event that sets or answers something."""

    person: str
    event_id: str
    source: str
    at: datetime
    event: Event
    says: Says
    withhold: str | None = None
    """Roles that its sender does not want told (R7)."""


def read_event(record: ConsumerRecord, roles: Mapping[str, Role]) -> Said | None:
    """Return an event with a rule of its own, from a partner of this chain; else None."""
    known = BY_TYPE.get(_header(record, "ce_type"))
    if known is None or record.key is None:
        return None
    model, says = known
    try:
        envelope = read_envelope(record.headers)
        event = model.model_validate_json(record.value or b"")
        at = instant(datetime.fromisoformat(envelope.time))
    except (MalformedEnvelope, ValidationError, ValueError):
        return None
    if record.key != envelope.subject.encode() or envelope.partner not in roles:
        return None
    return Said(envelope.subject, envelope.id, envelope.partner, at, event, says, envelope.withhold)


def read_decision(record: ConsumerRecord) -> Decision | None:
    """Return a decision; None for what else stands on ``audit``."""
    if topics.DECISION_HEADERS[0] not in record.headers:
        return None
    try:
        return Decision.model_validate_json(record.value or b"")
    except ValidationError:
        return None


def read_receipt(record: ConsumerRecord) -> Receipt | None:
    """Return a receipt of something that somebody waits for: what a sender heard of a failure is none."""
    try:
        receipt = Receipt.model_validate_json(record.value or b"")
    except ValidationError:
        return None
    return None if receipt.notification_type == DeliveryNotCompleted.type else receipt


def _header(record: ConsumerRecord, name: str) -> Any:
    return next((value for key, value in record.headers if key == name), b"")
