"""Standard streams as every command may rely on them: they are there, and what can't be written is a failure."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from schakel_services.cli.one_line import SHOW_ALL
from schakel_services.cli.output import Exit


@contextmanager
def usable_streams() -> Iterator[None]:
    """Let a command run whatever its streams are; what it could not write out ends with ``Exit.REFUSED``, in one line.

    One that was closed leads nowhere, and a sign that a console does not know is a ``?``: the answer is none the less
    true, and the exit code says it. To who reads no further (``| head -1``) nothing is said.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open
        elif name == "stdout":
            stream.reconfigure(errors="replace")
    said = False
    try:
        try:
            yield
        except SystemExit as ended:
            said = ended.code != Exit.DONE
            raise
        finally:
            sys.stdout.flush()
    except OSError as error:
        if os.environ.get(SHOW_ALL):
            raise
        # Else Python tries once more at its end, and says so in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not said and not isinstance(error, BrokenPipeError):
            typer.echo(f"the answer can't be written: {error.strerror}", err=True)
        sys.exit(Exit.REFUSED)
