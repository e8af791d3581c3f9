"""Consents to measure with, and the chain that they need: every recipient that is named becomes a partner."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, FreelyGivenCheck, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.identifiers import Bsn, deterministic_id
from schakel_contracts.registry import ConsentRecord, RelationRecord

WORDS = {
    Role.JOB: ("job", "coach", "ips"),
    Role.INC: ("inc", "inkomen", "gemeente", "municip"),
    Role.UWV: ("uwv",),
    Role.WMO: ("wmo",),
    Role.DAY: ("day", "dag"),
    Role.SHL: ("shl", "wonen", "living", "ribw"),
    Role.ADD: ("add", "verslaving"),
    Role.REI: ("rei", "re-int"),
    Role.EMP: ("emp", "werkgever"),
}
CATEGORIES = (Category.CARE_PLAN_STATUS, Category.SUPPORT_LEVEL)


@dataclass(frozen=True)
class ConsentLine:
    """One line of a consents file."""

    bsn: Bsn
    recipient: str
    category: Category
    purpose: Purpose
    valid_from: datetime | None
    valid_until: datetime | None
    withdrawn: bool
    effect: ConsentEffect = ConsentEffect.PERMIT


class ConsentLineError(ValueError):
    """A line of a consents file can't be used: names the line and the field."""


def read_consents(path: Path) -> Iterator[ConsentLine]:
    """Yield the lines of ``{"bsn","recipient","category","purpose","valid_from","valid_to","status"}``."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _line(number, line)


def synthetic_consents(people: Iterable[Bsn], recipients: Iterable[str]) -> Iterator[ConsentLine]:
    """Yield, for each person and recipient, consent for what a care plan gives."""
    names = list(recipients)
    for bsn in people:
        for name in names:
            for category in CATEGORIES:
                purpose = Purpose.JOB_COACHING if role_of(name) is Role.JOB else Purpose.CARE_COORDINATION
                yield ConsentLine(bsn, name, category, purpose, datetime(2026, 1, 1, tzinfo=UTC), None, withdrawn=False)


def role_of(recipient: str) -> Role:
    """Return the role that a recipient's name speaks of; a job coach where it speaks of none."""
    upper = recipient.upper()
    if upper in Role.__members__:
        return Role[upper]
    return next((role for role, words in WORDS.items() if any(word in recipient.lower() for word in words)), Role.JOB)


def partner_id(recipient: str) -> str:
    """Return the partner id of a recipient's name."""
    return re.sub(r"[^a-z0-9]+", "-", recipient.lower()).strip("-")[:40] or "recipient"


def records_of(line: ConsentLine) -> tuple[ConsentRecord, RelationRecord]:
    """Return the registry records of one line: the consent, and the relation without which it gives nothing."""
    party = partner_id(line.recipient)
    consent = ConsentRecord(
        id=deterministic_id("bench", line.bsn, party, line.category, line.purpose),
        effect=line.effect,
        purposes=(line.purpose,),
        categories=(line.category,),
        recipients=(Recipient(party=party),),
        form=ConsentForm.WRITTEN,
        freely_given=tuple(FreelyGivenCheck),
        valid_from=line.valid_from,
        valid_until=line.valid_until,
        withdrawn_at=datetime(2026, 1, 1, tzinfo=UTC) if line.withdrawn else None,
    )
    relation = RelationRecord(
        id=deterministic_id("bench", line.bsn, party), party=party, role=role_of(line.recipient), asserted_by=party
    )
    return consent, relation


def _line(number: int, text: str) -> ConsentLine:
    field = "json"
    try:
        found = json.loads(text)
        field = "bsn"
        bsn = Bsn(str(found["bsn"]))
        field = "recipient"
        recipient = str(found["recipient"])
        field = "category"
        category = Category(found["category"])
        field = "purpose"
        purpose = Purpose(found["purpose"])
        field = "valid_from"
        begin = _instant(found.get("valid_from"))
        field = "valid_to"
        end = _instant(found.get("valid_to"))
        field = "status"
        status = str(found.get("status", "active")).lower()
    except (ValueError, KeyError, TypeError):
        raise ConsentLineError(f"line {number}: {field}") from None
    effect = ConsentEffect.DENY if status in {"deny", "denied", "objection"} else ConsentEffect.PERMIT
    withdrawn = status not in {"active", "granted", "permit", "valid", "given"} and effect is ConsentEffect.PERMIT
    return ConsentLine(bsn, recipient, category, purpose, begin, end, withdrawn, effect)


def _instant(value: object) -> datetime | None:
    if value in {None, ""}:
        return None
    text = str(value)
    found = (
        datetime.combine(date.fromisoformat(text), time())
        if len(text) == len("2026-01-01")
        else datetime.fromisoformat(text)
    )
    return found if found.tzinfo else found.replace(tzinfo=UTC)
