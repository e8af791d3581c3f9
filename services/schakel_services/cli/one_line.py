"""The last word of every command: whatever was not foreseen is one line, without a value of anybody's record."""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from schakel_services.cli.output import refuse

SHOW_ALL = "SCHAKEL_TRACEBACK"
"""Set it to see where an unforeseen error came from; a traceback may quote a record, so it is never the default."""


class OneLine(TyperGroup):
    """The root of all commands: names an unforeseen error by its kind and place, never by its text."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(SHOW_ALL):
                raise
            from schakel_services.runtime.crash import place_of

            refuse(f"unforeseen: {type(error).__name__} at {place_of(error)}; {SHOW_ALL}=1 shows all of it")
