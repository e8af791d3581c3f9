"""What a process is told by its environment: read with what it must be, so that a slip is named and not run into."""

import re
from collections.abc import Mapping
from typing import TypeVar

ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+)(?::([0-9]{1,5}))?")
PORT_MAX = 65_535

Number = TypeVar("Number", int, float)


class NotConfigured(RuntimeError):
    """Something that is told by the environment is missing or can't be used; names it, and what it must be."""


def needed(environment: Mapping[str, str], name: str, what: str) -> str:
    """Return a variable that has no default; ``what`` says what it holds."""
    if found := environment.get(name):
        return found
    raise NotConfigured(f"{name} is not set: {what}")


def addresses(environment: Mapping[str, str], name: str) -> str:
    """Return a list of ``host:port``, as it stands."""
    found = needed(environment, name, "where Kafka is, as host:port")
    for one in found.split(","):
        address = ADDRESS.fullmatch(one.strip())
        if address is None or not 0 < int(address[2] or 1) <= PORT_MAX:
            raise NotConfigured(f"{name}: each is host:port, with commas between them")
    return found


def number(environment: Mapping[str, str], name: str, default: Number) -> Number:
    """Return a number above nought, of the kind of its default."""
    try:
        found = type(default)(environment.get(name) or default)
    except ValueError:
        found = type(default)(0)
    if not 0 < found < float("inf"):
        raise NotConfigured(f"{name}: a number above 0")
    return found
