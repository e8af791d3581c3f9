"""Rows of facts as what they mean for each person."""

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from pydantic import ConfigDict, RootModel, ValidationError

from schakel_connectors.batch import Batch, Part
from schakel_connectors.chain_record.guards import check
from schakel_connectors.chain_record.kinds import KINDS, NOT_FOR_CONNECTORS
from schakel_connectors.chain_record.meaning import translations
from schakel_connectors.chain_record.one_person import check_persons
from schakel_connectors.chain_record.reading import Rows, Unreadable, as_bytes, read
from schakel_connectors.chain_record.row import Row
from schakel_connectors.chain_record.rows import names, row_of
from schakel_connectors.rejection import FieldError, RecordRejected, from_validation, rejected
from schakel_connectors.statement import Translation

COLUMN = re.compile(r"column\.\d{1,4}", re.ASCII)
"""A cell outside the header's columns."""

FHIR = "resourceType"
"""What no row has and every FHIR resource; other messages are known by having nothing that each row has."""

Numbered = tuple[str, Row]
"""A row, and what stands before its fields in an error: ``rows.3.``, or nothing where the row stands by itself."""


class Record(RootModel[reduce(or_, (row_of(type_) for type_ in KINDS))]):  # type: ignore[misc]
    """One row, of any kind."""

    model_config = ConfigDict(defer_build=True)


def parse(raw: bytes) -> list[Numbered]:
    """Read every row; raises ``RecordRejected`` with what is wrong in any of them."""
    found = _rows(raw)
    rows, errors = [], []
    for number, item in found.items:
        at = "" if found.alone else f"rows.{number}."
        try:
            rows.append((at, _row(item)))
        except RecordRejected as error:
            errors += _placed(error, at)
    if errors:
        raise RecordRejected(*errors)
    return rows


def split(raw: bytes) -> Batch | None:
    """Return the rows as records of their own; None for one object."""
    found = _rows(raw)
    if found.alone:
        return None
    parts = tuple(Part(number, as_bytes(item)) for number, item in found.items)
    return Batch(parts, found.first, found.only)


def to_translations(rows: Iterable[Numbered]) -> Iterator[Translation]:
    """Yield what each row means for its person."""
    for at, row in rows:
        try:
            check(row)
            yield from translations(row)
        except RecordRejected as error:
            raise RecordRejected(*_placed(error, at)) from None


def _rows(raw: bytes) -> Rows:
    found = read(raw)
    check_persons(found.items)
    return found


def _row(item: Any) -> Row:
    if isinstance(item, Unreadable):
        raise rejected("record", "json_invalid")
    if not isinstance(item, dict):
        raise rejected("record", "not_an_object")
    given = {name: value for name, value in item.items() if value is not None}
    type_ = given.get("type")
    if isinstance(type_, str):
        type_ = given["type"] = type_.strip().casefold()
    if given and (FHIR in given or given.keys().isdisjoint(Row.model_fields)):
        raise rejected("record", "unsupported_type")
    if type_ is None:
        raise rejected("type", "missing")
    if not isinstance(type_, str):
        raise rejected("type", "not_a_text")
    if type_ not in KINDS:
        raise rejected("type", "not_for_connectors" if type_ in NOT_FOR_CONNECTORS else "unsupported_type")
    if stray := [name for name in given if COLUMN.fullmatch(name)]:
        raise RecordRejected(*(FieldError(name, "unknown_column") for name in stray))
    try:
        return row_of(type_).model_validate(given)
    except ValidationError as error:
        raise from_validation(error, known=names()) from None


def _placed(error: RecordRejected, at: str) -> list[FieldError]:
    return [FieldError(f"{at}{each.field}", each.rule) for each in error.errors]


__all__ = ["Record", "parse", "split", "to_translations"]
