"""Rows as they come in: JSON, as one object, a list of them or one a line, or a table."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from schakel_connectors.chain_record.table import HEADER, table
from schakel_connectors.rejection import rejected

ROWS_MAX = 10_000
"""So many rows in one file."""

BOM = b"\xef\xbb\xbf"

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
    if raw.removeprefix(BOM).lstrip()[:1] not in {b"{", b"["}:
        found = table(raw)
        return Rows(_counted(found.objects()), HEADER + 1, found.only)
    text = _text(raw)
    try:
        whole = _document(text)
    except ValueError:
        return _one_a_line(text)
    if isinstance(whole, list):
        return Rows(_counted(enumerate(whole, 1)), 1, lambda numbers: _listed(whole, numbers))
    return Rows([(1, whole)], 1, lambda _: raw, alone=True)


def as_bytes(item: Any) -> bytes:
    """Return a row as a record of its own."""
    return json.dumps(item, ensure_ascii=False).encode()


def _listed(whole: list[Any], numbers: Collection[int]) -> bytes:
    kept = [each for number, each in enumerate(whole, 1) if number in numbers]
    return json.dumps(kept, ensure_ascii=False, indent=2).encode() + b"\n"


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
        return number, _document(line)
    except ValueError:
        return number, None


def _text(raw: bytes) -> str:
    try:
        return raw.removeprefix(BOM).decode()
    except UnicodeDecodeError:
        raise rejected("record", "encoding_unknown") from None


def _document(text: str) -> Any:
    return _DECODER.decode(text)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would leave one of two values, and nobody knows which."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("repeated")
        found[name] = value
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
