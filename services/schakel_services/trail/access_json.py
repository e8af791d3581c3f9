"""An answer to a request for access as one JSON object."""

from typing import Any

from schakel_contracts.receipt import Receipt
from schakel_services.trail.access import Access, NotTold, Told


def as_json(access: Access) -> dict[str, Any]:
    """Return an answer with stable keys, the same ones when nothing was found."""
    return {
        "found": access.found,
        "subject": access.subject,
        "partner": access.partner,
        "told": [_told(one) for one in access.told],
        "not_told": [_not_told(one) for one in access.not_told],
        "consents": access.consents,
        "relations": access.relations,
        "requests": access.requests,
        "restrictions": access.restrictions,
        "kept": [{"what": what, "days": days} for what, days in access.kept()],
    }


def _told(one: Told) -> dict[str, Any]:
    return {
        "event_id": str(one.event_id),
        "event": one.event,
        "category": one.category,
        "decided_at": one.decided_at.isoformat(),
        "source": one.source,
        "recipient": one.recipient,
        "role": one.role,
        "purpose": one.purpose,
        "basis": list(one.basis),
        "articles": list(one.articles),
        "fields": list(one.fields),
        "masked": list(one.masked),
        "consent_id": None if one.consent_id is None else str(one.consent_id),
        "delivery": None if one.delivery is None else _delivery(one.delivery),
    }


def _delivery(receipt: Receipt) -> dict[str, Any]:
    return receipt.model_dump(mode="json", include={"outcome", "reason", "attempts", "ended_at", "possibly_arrived"})


def _not_told(one: NotTold) -> dict[str, Any]:
    return {
        "event": one.event,
        "recipient": one.recipient,
        "role": one.role,
        "reason": one.reason,
        "rules": list(one.rules),
        "remedy": one.remedy,
        "count": one.count,
        "last_at": one.last_at.isoformat(),
    }
