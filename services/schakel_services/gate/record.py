"""What the gate writes: notifications, decisions, and what the sender hears.

Decisions are written as plain dictionaries with the contract's keys, which costs a third of building the models; a
test reads every kind back through the contract.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from schakel_contracts.codes import Outcome, Stage
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import (
    CONSENT,
    CONTENT_TYPE,
    MASKED_SOURCE,
    POSITION,
    RELATION,
    SCHEMA,
    Envelope,
)
from schakel_contracts.identifiers import deterministic_text
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.ruling import Ruling

Header = tuple[str, bytes]


@lru_cache(maxsize=4_096)
def _constant(type_: str, source: str, purpose: str, basis: str, prohibited: str | None) -> tuple[Header, ...]:
    """Return the headers that many notifications share."""
    found = [
        ("ce_specversion", b"1.0"),
        ("ce_type", type_.encode()),
        ("ce_source", source.encode()),
        ("ce_dataschema", SCHEMA.format(type=type_).encode()),
        ("content-type", CONTENT_TYPE),
        ("ce_purpose", purpose.encode()),
        ("ce_basis", basis.encode()),
    ]
    if prohibited:
        found.append(("ce_prohibiteduse", prohibited.encode()))
    return tuple(found)


def notification_headers(
    envelope: Envelope,
    ruling: Ruling,
    type_: str,
    notification_id: str,
    sequence: int,
    position: str,
    unseen: Sequence[Header] = (),
) -> list[Header]:
    """Return the headers of one notification: only what the recipient may know, and what the second check needs.

    ``unseen`` is what the second check needs besides, where the sender is masked.
    """
    source = MASKED_SOURCE if "source" in ruling.masked else envelope.source
    basis = ruling.basis[0] if ruling.basis else ""
    headers = [
        *_constant(type_, source, ruling.purpose or "", basis, ruling.prohibited_use),
        ("ce_id", notification_id.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", envelope.time.encode()),
        ("ce_sequence", b"%d" % sequence),
        (POSITION, position.encode()),
        (CONSENT, to_json(ruling.consent_id)[1:-1] if ruling.consent_id else b""),
        (RELATION, b"1" if ruling.relation_required else b""),
    ]
    headers += unseen
    # A trace is the same for every recipient: where the sender is masked, two could match what they got by it.
    if envelope.traceparent is not None and "source" not in ruling.masked:
        headers.append(("ce_traceparent", envelope.traceparent.encode()))
    return headers


def verdict(
    recipient: Addressee,
    ruling: Ruling,
    notification_id: str | None = None,
    sequence: int | None = None,
    sent: tuple[str, ...] = (),
) -> str:
    """Return one verdict as JSON with the contract's keys; what is empty is left out.

    ``sent`` is what left: of the fields that were allowed, those that the event had. What its row, the recipient and
    these fields decide is made once; what varies are ids and a number, which need no escaping.
    """
    shape = (
        recipient.id,
        ruling.row,
        ruling.outcome,
        ruling.rules,
        ruling.purpose,
        ruling.basis,
        ruling.reason,
        ruling.remedy,
        sent,
        ruling.stripped,
        ruling.masked,
    )
    start = _STARTS.get(shape)
    if start is None:
        start = _start_of_verdict(recipient, ruling, sent)
        if len(_STARTS) < STARTS_MAX:
            _STARTS[shape] = start
    # A UUID writes its text anew each time it is asked; to_json does that in a third of the time.
    consent = f',"consent_id":{to_json(ruling.consent_id).decode()}' if ruling.consent_id else ""
    relation = f',"relation_id":{to_json(ruling.relation_id).decode()}' if ruling.relation_id else ""
    under = f',"notification_id":"{notification_id}","sequence":{sequence}' if notification_id else ""
    return f"{start}{consent}{relation}{under}}}"


STARTS_MAX = 16_384
_STARTS: dict[tuple[object, ...], str] = {}


def _start_of_verdict(recipient: Addressee, ruling: Ruling, sent: tuple[str, ...]) -> str:
    """Return the part of a verdict that its row and recipient decide, without the closing brace."""
    found: dict[str, Any] = {
        "recipient": recipient.id,
        "role": recipient.role,
        "outcome": ruling.outcome,
        "rules": ruling.rules,
        "row": ruling.row,
        "purpose": ruling.purpose,
        "basis": ruling.basis,
    }
    if ruling.outcome is Outcome.DENY:
        found |= {"reason": ruling.reason, "remedy": ruling.remedy}
    else:
        found |= {"fields": sent, "stripped": ruling.stripped, "masked": ruling.masked}
    kept = {key: value for key, value in found.items() if value not in (None, ())}
    return to_json({"rules": (), **kept}).decode()[:-1]


def decision(
    envelope: Envelope, source_role: str, source: str, decided_at: str, policy_version: str, verdicts: list[str]
) -> bytes:
    """Return the decision record of one event; everything in it was checked, so nothing needs escaping."""
    return (
        f'{{"event_id":"{envelope.id}","event_type":"{envelope.type}","subject":"{envelope.subject}",'
        f'"source":"{source}","source_role":"{source_role}","decided_at":"{decided_at}",'
        f'"policy_version":"{policy_version}","verdicts":[{",".join(verdicts)}]}}'
    ).encode()


def not_completed(envelope: Envelope, recipient: Addressee, ruling: Ruling, stage: Stage) -> DeliveryNotCompleted:
    """Return what the sender hears of a recipient that was not told."""
    if ruling.reason is None:
        raise ValueError("only a denial has a reason")
    return DeliveryNotCompleted.model_validate(
        {
            "event_id": envelope.id,
            "event_type": envelope.type,
            "recipient": recipient.id,
            "recipient_role": recipient.role,
            "stage": stage,
            "reason": ruling.reason,
            "remedy": ruling.remedy or "none",
        }
    )


def notification_id(event_id: str, recipient: str, *more: str) -> str:
    """Return the id of what one recipient is told of one event; two recipients can't match theirs."""
    return deterministic_text("notification", event_id, recipient, *more)
