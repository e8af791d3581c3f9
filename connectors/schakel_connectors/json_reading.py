"""JSON from a partner, read as the standard has it (RFC 8259), and so that nothing in it is lost without a word."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from jiter import from_json

from schakel_connectors.rejection import rejected


def json_of(raw: bytes) -> Any:
    """Return what a record says that is JSON in UTF-8.

    Raises ``RecordRejected``: ``repeated`` for a name that stands twice in one object, ``too_deep`` for more than two
    hundred levels, and ``json_invalid``, also for ``NaN``, which many programs write, and for half a character.
    """
    try:
        return from_json(raw, allow_inf_nan=False, cache_mode="keys", catch_duplicate_keys=True)
    except ValueError as error:
        raise rejected("record", _rule(raw, str(error))) from None


def _rule(raw: bytes, said: str) -> str:
    if "recursion limit" in said:
        return "too_deep"
    try:
        from_json(raw, allow_inf_nan=False)
    except ValueError:
        return "json_invalid"
    return "repeated"


def decoded(text: str) -> Any:
    """Return what a text says that may hold half a character: then its row is refused, and those beside it are not.

    Raises ``ValueError`` for what is no JSON, and for a name that stands twice in one object.
    """
    return _DECODER.decode(text)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("a name stands twice: one of the two values would be left, and nobody knows which")
        found[name] = value
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
