"""What the registry holds of a person, as rows of an answer; for a partner without what is not its own."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from schakel_contracts.codes import ConsentEffect
from schakel_contracts.policy.pauses import restriction
from schakel_contracts.policy.requests import answered_on, asked
from schakel_contracts.policy.withdrawals import as_left, taken_back_at
from schakel_contracts.registry import (
    ConsentRecord,
    ConsentWithdrawalRecord,
    Record,
    RelationRecord,
    RequestAnswerRecord,
    RequestRecord,
    RestrictionRecord,
)
from schakel_services.trail.access_slice import Slice

Kind = TypeVar("Kind")
Row = dict[str, Any]
StateOf = Callable[[ConsentRecord], str]
"""How a consent stands now, in the word of ``schakel consent show``."""


def consents(records: Iterable[Record], state: StateOf, own: Slice | None) -> list[Row]:
    """Return every consent and objection, past ones too, as withdrawals at other partners left them.

    A partner that is only named in one hears that it exists and when it ends; what else it says is None.
    """
    found = list(records)
    taken_back = taken_back_at(_of(ConsentWithdrawalRecord, found))
    left = [as_left(one, taken_back.get(one.id)) for one in _of(ConsentRecord, found)]
    shown = [_consent(one, state, own) for one in left if own is None or own.consent(one)]
    return sorted(shown, key=lambda row: (row["valid_from"] or "", row["id"]))


def relations(records: Iterable[Record], own: Slice | None) -> list[Row]:
    """Return who is or was involved with the person, and since when; to a partner not who else said so."""
    return [
        {
            "id": str(one.id),
            "party": one.party,
            "role": one.role.value,
            "since": _text(one.valid_from),
            "until": _text(one.valid_until),
            "ended": one.ended,
            "asserted_by": one.asserted_by if own is None or one.asserted_by == own.partner else None,
        }
        for one in _of(RelationRecord, records)
        if own is None or own.relation(one)
    ]


def requests(records: Iterable[Record], now: datetime, own: Slice | None) -> list[Row]:
    """Return the statutory requests that run, or will."""
    found = list(records)
    answers = answered_on(_of(RequestAnswerRecord, found))
    return [
        {
            "id": str(one.id),
            "party": one.party,
            "provider": one.provider,
            "article": one.article,
            "categories": [each.value for each in one.categories],
            "since": _text(one.valid_from),
            "until": _text(one.valid_until),
            "standing": one.standing,
        }
        for one in _of(RequestRecord, found)
        if now < asked(one, answers).end and (own is None or own.request(one))
    ]


def restrictions(records: Iterable[Record], now: datetime, own: Slice | None) -> list[Row]:
    """Return what waits for an answer, or stays closed by one, since the person exercised a right (R27).

    To a partner not for which kinds of data, as in the event itself: they could tell of care (R14).
    """
    return [
        {
            "id": str(one.id),
            "right": one.right,
            "categories": None if own is not None else [each.value for each in one.categories],
            "recipients": [each for each in one.recipients if own is None or each == own.partner],
            "since": _text(one.begun_at),
            "answered_at": _text(one.answered_at),
        }
        for one in _of(RestrictionRecord, records)
        if now < restriction(one).end and (own is None or own.restriction(one))
    ]


def _consent(one: ConsentRecord, state: StateOf, own: Slice | None) -> Row:
    kept = own is None or own.keeps(one)
    recipients = [each for each in one.recipients if kept or (own is not None and each.party == own.partner)]
    row: Row = {
        "id": str(one.id),
        "objection": one.effect is ConsentEffect.DENY,
        "state": state(one),
        "recipients": [{"party": each.party, "role": each.role and each.role.value} for each in recipients],
        "valid_from": _text(one.valid_from or one.granted_at),
        "valid_until": _text(one.valid_until),
        "withdrawn_at": _text(one.withdrawn_at),
    }
    proof: Row = {
        "categories": [each.value for each in one.categories],
        "purposes": [each.value for each in one.purposes],
        "source": one.source,
        "grantors": [each.value for each in (one.grantor, one.co_grantor) if each is not None],
        "form": one.form.value,
        "text_version": one.text_version,
        "collected_by": one.collected_by,
    }
    return row | (proof if kept else dict.fromkeys(proof))


def _of(kind: type[Kind], records: Iterable[Record]) -> list[Kind]:
    return [record for record in records if isinstance(record, kind)]


def _text(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()
