"""The persons of the story: six files with a number, and nobody behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from schakel_contracts.identifiers import Bsn, is_bsn

FIRST = 999_940_000
"""In the range that is never issued; what passes the eleven test from here on is taken."""

SURNAMES = ("Lindehof", "Zandpad", "Rietveen", "Molenbeek", "Kastanje", "Hagedoorn")
"""In the partners' own files people have names; none of these may be found anywhere else."""


@dataclass(frozen=True)
class Dossier:
    """One fictitious person, known to each partner under that partner's own number."""

    number: int
    bsn: Bsn
    surname: str

    def own_number(self, partner: str) -> str:
        """Return the number under which one partner knows this person."""
        return f"{partner[:3].upper()}-{70_000 + 137 * self.number}"


def dossiers() -> tuple[Dossier, ...]:
    """Return all of them, always the same."""
    return tuple(Dossier(n, bsn, name) for n, (bsn, name) in enumerate(zip(_bsns(), SURNAMES, strict=True), start=1))


def impossible_bsn() -> str:
    """Return nine digits that fail the eleven test."""
    return next(str(number) for number in range(FIRST, FIRST + 20) if not is_bsn(str(number)))


def _bsns() -> Iterator[Bsn]:
    passing = (Bsn(str(number)) for number in range(FIRST, 999_999_999) if is_bsn(str(number)))
    return islice(passing, len(SURNAMES))
