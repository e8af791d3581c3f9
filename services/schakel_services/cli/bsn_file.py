"""The file with a person's BSN: read once, never on the command line, and nothing of it is ever said."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from schakel_services.cli.output import WrongUsage

if TYPE_CHECKING:
    from schakel_contracts.identifiers import Bsn

STANDARD_INPUT = "-"
BSN_FILE_MAX = 100
"""Characters that are read; a BSN has nine."""

BsnFile = Annotated[
    str | None,
    typer.Option(
        "--bsn-file",
        help="File with the person's BSN, - for standard input; never on the command line.",
        metavar="FILE",
    ),
]


def bsn_of(name: str) -> "Bsn":
    """Return the number in a file, or raise ``WrongUsage``: what can't be one is neither sent nor said.

    Nor is the name of a file that is not there: it may be a number that was meant to stand in the file.
    """
    if name == STANDARD_INPUT:
        return _bsn_in(sys.stdin)
    try:
        with Path(name).open(encoding="utf-8") as file:
            return _bsn_in(file)
    except (OSError, ValueError):
        raise WrongUsage("there is no such file, or it can't be read", "--bsn-file", "no_such_file") from None


def _bsn_in(file: TextIO) -> "Bsn":
    from schakel_contracts.identifiers import Bsn, is_bsn

    try:
        found = str(file.read(BSN_FILE_MAX)).strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if is_bsn(found):
        return Bsn(found)
    raise WrongUsage("no BSN: nine digits that pass the eleven test, and nothing else", "--bsn-file", "bsn_invalid")
