"""The last word of every command: whatever was not foreseen is one line, without a value of anybody's record."""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from schakel_services.cli.output import Refusal, print_json, refuse
from schakel_services.cli.usage_line import usage_line

SHOW_ALL = "SCHAKEL_TRACEBACK"
"""Set it to see where an unforeseen error came from; a traceback may quote a record, so it is never the default."""
AS_JSON = "--json"


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


class InJson(OneLine):
    """A group whose errors are one JSON line too, on standard output, where ``--json`` asks for JSON."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        as_json = AS_JSON in ctx.args
        try:
            return super().invoke(ctx)
        except Refusal as error:
            if as_json:
                print_json(error.line)
            raise
        except typer.TyperException as error:
            if as_json:
                print_json(usage_line(error))
            raise
