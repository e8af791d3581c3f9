"""Run a command as a shell would, in this process: for tests of the command line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from schakel_services.cli.main import app


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    exit_code: int
    raw: bytes
    """Standard output."""

    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """Return the JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def line(self) -> dict[str, Any]:
        """Return the one JSON object on standard output."""
        (only,) = self.lines()
        return only


def schakel(*arguments: object, environment: Mapping[str, str | None] | None = None) -> Said:
    """Run ``schakel`` with these arguments; a variable of None is not set."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
    return Said(done.exit_code, done.stdout_bytes, done.stdout_bytes.decode("utf-8", "replace"), done.stderr)
