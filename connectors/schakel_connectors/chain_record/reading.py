"""Rows as they come in: JSON, as one object, a list of them or one a line, or a table."""

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from schakel_connectors.chain_record.table import HEADER, table
from schakel_connectors.json_reading import decoded
from schakel_connectors.rejection import rejected

ROWS_MAX = 10_000
"""So many rows in one file."""

BOM = b"\xef\xbb\xbf"

_XML_STARTS = (b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")
_JSON_ALONE = re.compile(rb"\s*(?:null|true|false|-?\d[\d.eE+-]*|\"[^\"\r\n]*\")\s*")
"""A file that is one value and no object; a table's header is never one of these."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no JSON, as it was written."""

    written: str


Item = tuple[int, Any]
"""The number of a row, as who made the file counts them, and what stands there."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file."""

    items: list[Item]
    first: int
    """The number of the first row of a file of this kind."""

    only: Callable[[Collection[int]], bytes]
    """Write a file of the same kind with the rows of these numbers."""

    alone: bool = False
    """One object, and no list of one."""


def read(raw: bytes) -> Rows:
    """Return the rows of a file; raises ``RecordRejected`` when it can't be told where one begins."""
    begin = raw.removeprefix(BOM).lstrip()[:4]
    if begin.startswith(_XML_STARTS):
        raise rejected("record", "unsupported_type")
    if _JSON_ALONE.fullmatch(raw):
        return Rows([(1, None)], 1, lambda _: raw, alone=True)
    if begin[:1] not in {b"{", b"["}:
        found = table(raw)
        return Rows(_counted(found.objects()), HEADER + 1, found.only)
    text = _text(raw)
    try:
        whole = decoded(text)
    except ValueError:
        return _one_a_line(text)
    if isinstance(whole, list):
        return Rows(_counted(enumerate(whole, 1)), 1, lambda numbers: _listed(whole, numbers))
    return Rows([(1, whole)], 1, lambda _: raw, alone=True)


def as_bytes(item: Any) -> bytes:
    """Return a row as a record of its own; what is no object is ``null``, so that it is refused as it is in its file.

    A line that is no JSON stays as it is, for the same reason.

    Half a character (a lone surrogate) stays as JSON escapes it: the row is then refused, and not the file.
    """
    if isinstance(item, Unreadable):
        return _encoded(item.written)
    return _encoded(json.dumps(item if isinstance(item, dict) else None, ensure_ascii=False))


def _listed(whole: list[Any], numbers: Collection[int]) -> bytes:
    kept = [each for number, each in enumerate(whole, 1) if number in numbers]
    return _encoded(json.dumps(kept, ensure_ascii=False, indent=2)) + b"\n"


def _encoded(written: str) -> bytes:
    """Return JSON as UTF-8, and what UTF-8 has no bytes for as JSON escapes it: Python's way to do so is the same."""
    return written.encode(errors="backslashreplace")


def _one_a_line(text: str) -> Rows:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) == 1 or not all(line.lstrip().startswith("{") for _, line in lines):
        raise rejected("record", "json_invalid")

    def only(numbers: Collection[int]) -> bytes:
        return "".join(f"{line.rstrip()}\n" for number, line in lines if number in numbers).encode()

    return Rows(_counted(_line(number, line) for number, line in lines), 1, only)


def _counted(found: Iterable[Item]) -> list[Item]:
    rows = list(found)
    if not rows:
        raise rejected("record", "no_rows")
    if len(rows) > ROWS_MAX:
        raise rejected("record", "too_many_rows")
    return rows


def _line(number: int, line: str) -> Item:
    try:
        return number, decoded(line)
    except ValueError:
        return number, Unreadable(line)


def _text(raw: bytes) -> str:
    try:
        return raw.removeprefix(BOM).decode()
    except UnicodeDecodeError:
        raise rejected("record", "encoding_unknown") from None
