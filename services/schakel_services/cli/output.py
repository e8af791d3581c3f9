"""How commands speak: to people on a console, to programs in JSON, to shells in exit codes."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import cached_property
from pathlib import Path
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
    everything = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(line, ensure_ascii=not everything) + "\n")
    sys.stdout.flush()


class WrongUsage(typer.BadParameter):
    """It could not be understood: which option, which rule it breaks, and a sentence that names no value."""

    def __init__(
        self, says: str, option: str, rule: str, *, file: Path | None = None, fields: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(says if file is None else f"{file}: {says}", param_hint=option)
        self.says = says
        self.option = option
        self.rule = rule
        self.file = file
        self.fields = fields


class Refusal(typer.Exit):
    """It was understood, and did not happen; ``line`` says why to a program."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        super().__init__(Exit.REFUSED)
        self.line = line


def error_line(error: Exception, *, rule: str = "refused") -> dict[str, Any]:
    """Return an error as one JSON object: the same keys for every error, with what the error knows of itself."""
    file = getattr(error, "file", None)
    problem = {
        "option": getattr(error, "option", None),
        "file": None if file is None else str(file),
        "row": getattr(error, "row", None),
        "rule": getattr(error, "rule", rule),
        "says": getattr(error, "says", None) or str(error),
        "fields": [{"field": field, "rule": broken} for field, broken in getattr(error, "fields", ())],
    }
    return {"ok": False, "problem": problem}


def refuse(reason: str, line: Mapping[str, Any] | None = None) -> Never:
    """Say in one line why it did not happen, and end with ``Exit.REFUSED``; ``line`` is what a program reads of it."""
    problems.print(reason, style="red", markup=False, soft_wrap=True)
    raise Refusal(line or error_line(RuntimeError(reason)))


@contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """Turn these errors into a refusal: their text is one line for a person and names no value."""
    try:
        yield
    except errors as error:
        refuse(str(error), error_line(error))
