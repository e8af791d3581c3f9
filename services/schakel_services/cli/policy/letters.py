"""A cell of the matrix, in the letters that privacy officers agreed on: N, C, CW, CX, S, Sr, A, and m for masked."""

from collections.abc import Iterable

from schakel_contracts.policy.model import Cell
from schakel_contracts.policy.tables_format import BasisKind

LETTERS = {
    BasisKind.CONSENT: "C",
    BasisKind.WRITTEN_CONSENT: "CW",
    BasisKind.CHECKED_CONSENT: "CX",
    BasisKind.STATUTORY: "S",
    BasisKind.ON_REQUEST: "Sr",
    BasisKind.OWN: "A",
    BasisKind.HOST: "H",
    BasisKind.EMERGENCY: "V",
}
CLOSED = "N"
MEANINGS = {
    CLOSED: "nooit",
    "C": "uitdrukkelijke toestemming",
    "CW": "schriftelijke toestemming",
    "CX": "toestemming met de vijf vragen naar vrijwilligheid",
    "S": "wettelijke grondslag",
    "Sr": "wettelijk, alleen op verzoek",
    "A": "eigen gegevens, of wat elke betrokken partij moet weten",
    "H": "als de gastorganisatie van de sleutelfiguur het op een wettelijke grondslag mag weten",
    "V": "noodprocedure, een dag",
    "m": "afgeschermd: de ontvanger ziet niet van wie het komt of wat voor bericht het was",
}
"""What each letter says; with two bases, such as ``H/CW``, the first that holds counts."""


def letters(cell: Cell | None) -> str:
    """Return one cell of one kind of message: ``N``, ``C``, ``CX m``, ``H/CW``.

    A basis that never holds for this role is left out: the emergency procedure is for few.
    """
    if cell is None:
        return CLOSED
    through_hosts = [attempt for inner in (cell.hosted or {}).values() for attempt in inner.attempts]
    kinds = {attempt.granted.basis[0]: attempt.kind for attempt in (*cell.attempts, *through_hosts)}
    found = "/".join(dict.fromkeys(LETTERS[kinds[code]] for code in cell.row.basis if code in kinds))
    return f"{found} m" if cell.row.mask else found


def together(cells: Iterable[Cell | None]) -> str:
    """Return several kinds of messages in one: ``N`` only when all are closed, else each way that differs."""
    found = dict.fromkeys(letters(cell) for cell in cells if cell is not None)
    return " · ".join(sorted(found)) or CLOSED


def legend() -> str:
    """Return what each letter says, in Dutch."""
    return " · ".join(f"**{letter}** {meaning}" for letter, meaning in MEANINGS.items())
