"""What is left of a consent that was taken back at another partner than the one that keeps it (R11)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import ConsentEffect
from schakel_contracts.policy.civil_time import instant
from schakel_contracts.registry import ConsentRecord, ConsentWithdrawalRecord


def taken_back_at(withdrawals: Iterable[ConsentWithdrawalRecord]) -> dict[UUID, datetime]:
    """Return, by consent, when it was taken back elsewhere for the first time."""
    found: dict[UUID, datetime] = {}
    for record in withdrawals:
        moment = instant(record.withdrawn_at)
        found[record.consent_id] = min(moment, found.get(record.consent_id, moment))
    return found


def as_left(record: ConsentRecord, taken_back: datetime | None) -> ConsentRecord:
    """Return a consent as a withdrawal elsewhere leaves it; an objection stands whatever others say.

    Of one that another had replaced before there was nothing to take back: nobody may read that it was withdrawn,
    since the other goes on.
    """
    if taken_back is None or record.effect is ConsentEffect.DENY:
        return record
    if record.superseded_at is not None and instant(record.superseded_at) <= taken_back:
        return record
    own = taken_back if record.withdrawn_at is None else instant(record.withdrawn_at)
    return record.model_copy(update={"withdrawn_at": min(taken_back, own)})
