"""JSON from a partner, read as the standard has it (RFC 8259), and so that nothing in it is lost without a word."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn


class RepeatedName(ValueError):
    """A name stands twice in one object: one of the two values would be left, and nobody knows which."""


def decoded(text: str) -> Any:
    """Return what a JSON text says; raises ``ValueError`` for what is none, and ``RepeatedName``.

    ``NaN`` and ``Infinity``, which many programs write, are no JSON.
    """
    return _DECODER.decode(text)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RepeatedName
        found[name] = value
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
