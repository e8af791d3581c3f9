"""How commands speak: to people on a console, to programs in JSON, to shells in exit codes."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any, Never

import typer
from rich.console import Console


class Exit(IntEnum):
    """What every command's exit code means."""

    DONE = 0
    REFUSED = 1
    """Refused or failed: it was understood, and did not happen."""

    WRONG_USAGE = 2
    """Typer's own."""


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines with stable keys.")]

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


def print_json(line: Mapping[str, Any]) -> None:
    """Write one JSON object on one line of standard output, at once."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def refuse(reason: str) -> Never:
    """Say in one line why it did not happen, and end with ``Exit.REFUSED``."""
    problems.print(reason, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(Exit.REFUSED)


@contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """Turn these errors into a refusal: their text is one line for a person and names no value."""
    try:
        yield
    except errors as error:
        refuse(str(error))
