"""How commands speak: to people on a console, to programs in JSON, to shells in exit codes."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer

if TYPE_CHECKING:
    from rich.console import Console


class Exit(IntEnum):
    """What every command's exit code means."""

    DONE = 0
    REFUSED = 1
    """Refused or failed: it was understood, and did not happen."""

    WRONG_USAGE = 2
    """Typer's own."""


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines with stable keys.")]


class Voice:
    """A rich console that is made at its first word: loading rich is a third of the time that ``--help`` takes."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr

    @cached_property
    def _console(self) -> "Console":
        from rich.console import Console

        return Console(stderr=self._stderr, highlight=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as ``rich.console.Console.print`` does."""
        self._console.print(*objects, **options)


console = Voice()
problems = Voice(stderr=True)


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
