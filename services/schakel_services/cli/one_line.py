"""The last word of every command: whatever was not foreseen is one line, without a value of anybody's record."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from schakel_services.cli.output import Refusal, error_line, print_json, refuse
from schakel_services.cli.usage_line import usage_line

SHOW_ALL = "SCHAKEL_TRACEBACK"
"""Set it to see where an unforeseen error came from; a traceback may quote a record, so it is never the default."""
AS_JSON = "--json"
NUMBER, MASKED = re.compile(r"(?<!\d)\d{9}(?!\d)"), "*" * 9
"""Nine digits, wherever they were typed: they may be a BSN, and what was wrong can be said without them."""


class OneLine(TyperGroup):
    """The root of all commands: its errors are one JSON line too, on standard output, where ``--json`` asks for JSON.

    An unforeseen error is named by its kind and place, never by its text.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        as_json = AS_JSON in ctx.args
        try:
            return self._run(ctx)
        except Refusal as error:
            if as_json:
                _try_to_print(error.line)
            raise
        except typer.TyperException as error:
            if as_json:
                _try_to_print(usage_line(error))
            error.message = NUMBER.sub(MASKED, error.message)
            raise

    def _run(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(SHOW_ALL):
                raise
            from schakel_connectors.connector import BrokenConnector
            from schakel_services.runtime.crash import place_of

            if isinstance(error, BrokenConnector):
                refuse(str(error), error_line(error))
            # What the system says of a file, a disk or a network names nobody.
            why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
            refuse(f"unforeseen: {type(error).__name__}{why} at {place_of(error)}; {SHOW_ALL}=1 shows all of it")


def _try_to_print(line: Mapping[str, Any]) -> None:
    """Print it where that can be done: that the answer can't be written may be the very error."""
    with suppress(OSError):
        print_json(line)
