"""Rows in a table: CSV with ``;`` or ``,``, in UTF-8 or Windows-1252."""

import csv
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from schakel_connectors.chain_record.rows import names
from schakel_connectors.rejection import FieldError, RecordRejected, rejected

BOM = "\ufeff"
WINDOWS = "cp1252"
_WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
"""Characters of UTF-8 outside ASCII: in a text that is not UTF-8, the work of two programs that did not agree."""

HEADER = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read, so that part of it can be written as it was."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The number of each row, the header being the first, and its cells."""

    delimiter: str
    encoding: str
    marked: bool
    """Whether it began with a byte order mark."""

    def objects(self) -> Iterable[tuple[int, dict[str, str]]]:
        """Yield each row as an object; an empty cell says nothing, and a cell that has no column is named by number."""
        names_ = [name.strip().casefold() for name in self.header]
        for number, cells in self.rows:
            found = {}
            for at, cell in enumerate(cells):
                if cell.strip():
                    name = names_[at] if at < len(names_) else ""
                    found[name or column(at)] = cell
            yield number, found

    def only(self, numbers: Collection[int]) -> bytes:
        """Write the header and the rows of these numbers."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow(self.header)
        writer.writerows(cells for number, cells in self.rows if number in numbers)
        return ((BOM if self.marked else "") + text.getvalue()).encode(self.encoding)


def column(at: int) -> str:
    """Return how a column without a known name is named: its name could be anything, even somebody's."""
    return f"column.{at + 1}"


def table(raw: bytes) -> Table:
    """Read a table; raises ``RecordRejected`` for what is no table, and for a header that can't be trusted."""
    text, encoding = _decoded(raw)
    marked = text.startswith(BOM)
    text = text.removeprefix(BOM)
    head = text.partition("\n")[0]
    delimiter = ";" if ";" in head else ","
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise rejected(f"rows.{HEADER + len(lines)}.record", "csv_malformed") from None
    if not lines:
        raise rejected("record", "no_rows")
    header = tuple(lines[0])
    _check(header)
    rows = tuple(
        (number, tuple(cells))
        for number, cells in enumerate(lines[1:], HEADER + 1)
        if any(cell.strip() for cell in cells)
    )
    return Table(header, rows, delimiter, encoding, marked)


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in raw:
        # UTF-16, or no text at all.
        raise rejected("record", "encoding_unknown")
    if _WIDE.search(raw):
        raise rejected("record", "encoding_mixed")
    try:
        return raw.decode(WINDOWS), WINDOWS
    except UnicodeDecodeError:
        raise rejected("record", "encoding_unknown") from None


def _check(header: tuple[str, ...]) -> None:
    seen: set[str] = set()
    broken = []
    for at, cell in enumerate(header):
        name = cell.strip().casefold()
        if name in seen:
            broken.append(FieldError(column(at), "repeated"))
        elif name and name not in names():
            broken.append(FieldError(column(at), "unknown_column"))
        if name:
            seen.add(name)
    if seen.isdisjoint(names()):
        raise rejected("record", "no_header")
    if "type" not in seen:
        broken = [FieldError("type", "missing")]
    if broken:
        raise RecordRejected(*broken)
