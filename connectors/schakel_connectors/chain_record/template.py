"""A template for each kind of row, made of its contract: its fields, what they mean, and how to write them."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo

from schakel_connectors.chain_record.kinds import KINDS
from schakel_connectors.chain_record.rows import ENDS, IDS, OWN_KEYS, fields_of, row_of
from schakel_contracts.consent import Recipient
from schakel_contracts.identifiers import PartyText

BSN = "999900006"
"""Nobody's: numbers that begin with 9999 are never given out."""

HEAD = MappingProxyType(
    {"type": "code", "record": "own key", "bsn": "nine digits", "client": "own number", "as_of": "moment"}
)
"""How the fields that every row has are written."""

EXAMPLES: MappingProxyType[str, MappingProxyType[str, Any]] = MappingProxyType(
    {
        "activation_step.changed": MappingProxyType({"to_step": 2}),
        "consent.granted": MappingProxyType(
            {
                "purposes": ["job_coaching"],
                "categories": ["placement"],
                "recipients": ["partner-id/JOB"],
                "granted_at": "2026-01-01T12:00:00+01:00",
                "text_version": "1.0",
            }
        ),
        "day_activity.resumed": MappingProxyType({"restart": "2026-01-20"}),
        "representation.changed": MappingProxyType({"kind": "parent"}),
        "statutory_request.received": MappingProxyType({"article": "PW64(1)(n)"}),
        "youth_transition.due": MappingProxyType({"milestone": "coaching_intensified"}),
    }
)
"""Where the first code or the plainest value would not do."""

FORMS: MappingProxyType[Any, tuple[str, Any]] = MappingProxyType(
    {
        date: ("day", "2026-01-20"),
        datetime: ("moment", "2026-01-01T12:00:00+01:00"),
        time: ("time of day", "09:00"),
        bool: ("yes or no", True),
        int: ("number", 1),
        str: ("text", "1"),
        PartyText: ("partner", "partner-id"),
        Recipient: ("partner/role", "partner-id/JOB"),
        UUID: ("reference", "W-12"),
    }
)


@dataclass(frozen=True, slots=True)
class FieldGuide:
    """One field, for who must fill it in."""

    name: str
    needed: bool
    form: str
    """How it is written: a day, a moment, a code, a partner, a reference, a list of these."""

    codes: tuple[str, ...]
    meaning: str
    example: Any
    """None where a row can do without."""


@cache
def guide(kind: str) -> tuple[FieldGuide, ...]:
    """Return every field of one kind of row, in the order of its template."""
    return (*_head(kind), *_own(kind))


def as_object(kind: str) -> dict[str, Any]:
    """Return a row to fill in; what may be left out stands there as null."""
    return {field.name: field.example for field in guide(kind)}


def as_csv(kind: str) -> str:
    """Return a table to fill in: the header and one row."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(field.name for field in guide(kind))
    writer.writerow(_cell(field.example) for field in guide(kind))
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return "|".join(value)
    return "" if value is None else str(value)


def _head(kind: str) -> Iterator[FieldGuide]:
    model = row_of(kind)
    examples = {"type": kind, "record": "A-1", "bsn": BSN}
    for name, form in HEAD.items():
        codes = (kind,) if name == "type" else ()
        meaning = model.model_fields[name].description or ""
        yield FieldGuide(name, name in {"type", "record"}, form, codes, meaning, examples.get(name))


def _own(kind: str) -> Iterator[FieldGuide]:
    model = row_of(kind)
    examples: Mapping[str, Any] = EXAMPLES.get(kind, {})
    for name, hint, info in fields_of(KINDS[kind]):
        form, codes, plain = _form(hint, name)
        needed = model.model_fields[name].is_required()
        example = examples.get(name, plain if needed else None)
        yield FieldGuide(name, needed, form + _limits(info), codes, info.description or "", example)


def _form(hint: Any, name: str) -> tuple[str, tuple[str, ...], Any]:
    if get_origin(hint) in {Union, UnionType}:
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return _form(inner, name)
    if get_origin(hint) is tuple:
        form, codes, example = _form(get_args(hint)[0], name)
        return f"list of: {'id' if form == 'reference' else form}", codes, [example]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        codes = tuple(each.value for each in hint)
        return "code", codes, codes[0]
    form, example = FORMS[hint]
    if hint is datetime and name in ENDS:
        return f"{form} or last day", (), example
    if name in IDS:
        return "id", (), None
    return ("own key" if name in OWN_KEYS else form), (), example


def _limits(info: FieldInfo) -> str:
    least, most = (_limit(info, name) for name in ("ge", "le"))
    return "" if least is None or most is None else f" from {least} to {most}"


def _limit(info: FieldInfo, name: str) -> Any:
    return next((getattr(each, name) for each in info.metadata if hasattr(each, name)), None)
