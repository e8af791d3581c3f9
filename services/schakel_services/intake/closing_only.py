"""What a partner may still say once its agreement has ended: what closes, and nothing that opens or tells."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from schakel_connectors.interpret import Change, Remembered
from schakel_contracts.case_relation import CaseRelationEnded
from schakel_contracts.codes import ConsentEffect
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.registry import (
    ConsentRecord,
    ConsentWithdrawalRecord,
    EmergencyRecord,
    ExitRecord,
    RelationRecord,
    RepresentationRecord,
    RestrictionRecord,
)
from schakel_contracts.subject_right import SubjectRightExercised

TOLD_AT_ANY_TIME = (ConsentWithdrawn, CaseRelationEnded, SubjectRightExercised)


def closes(change: Change, known: Remembered | None, received_at: datetime) -> bool:
    """Say whether a change opens no way and tells nobody anything but that one is closed.

    ``known`` is what was remembered of it before: to end an objection, or to move an exit, opens ways.
    """
    if change.record is None:
        return change.event is None or isinstance(change.event, TOLD_AT_ANY_TIME)
    rule = CLOSING.get(type(change.record))
    return rule is not None and rule(change.record, known, received_at.astimezone(AMSTERDAM).date())


def _closes_consent(record: ConsentRecord, known: Remembered | None, _today: date) -> bool:
    """A permission that is withdrawn or that becomes an objection; or either of which nothing was known."""
    restricts, ends = record.effect is ConsentEffect.DENY, record.withdrawn_at is not None
    if known is None:
        return restricts is not ends
    return known.stands.startswith("consent") and (restricts or ends)


def _is_over(record: RepresentationRecord, _known: Remembered | None, today: date) -> bool:
    return record.valid_until is not None and record.valid_until < today


CLOSING: Mapping[type, Callable[[Any, Remembered | None, date], bool]] = MappingProxyType(
    {
        ConsentRecord: _closes_consent,
        ConsentWithdrawalRecord: lambda _record, _known, _today: True,
        EmergencyRecord: lambda record, _known, _today: record.closed_at is not None,
        ExitRecord: lambda _record, known, _today: known is None,
        RelationRecord: lambda record, _known, _today: record.ended,
        RepresentationRecord: _is_over,
        RestrictionRecord: lambda _record, _known, _today: True,
    }
)
"""When a registry record closes something; one that is not here opens ways."""
