r"""FHIR JSON in which no name stands twice: of two values each reader takes another, and somebody takes the wrong one.

The parser takes the last without a word. Whether a name was lost shows in the quotation marks: what was read is written
again, and has as many as the bytes, or fewer. That is cheaper than to look at every name, which is done where the marks
differ, and where one is written otherwise (``\u0022``).
"""

from typing import Any

from pydantic_core import from_json, to_json

from schakel_connectors.json_reading import RepeatedName, decoded
from schakel_connectors.rejection import rejected


def fields_of_json(raw: bytes) -> Any:
    """Return what a document says; raises ``RecordRejected``: ``json_invalid`` or ``repeated``."""
    try:
        found = from_json(raw, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        raise rejected("record", "json_invalid") from None
    if to_json(found).count(b'"') != raw.count(b'"') or b"\\u0022" in raw:
        _look_at_every_name(raw)
    return found


def _look_at_every_name(raw: bytes) -> None:
    try:
        decoded(raw.decode())
    except RepeatedName:
        raise rejected("record", "repeated") from None
    except (ValueError, RecursionError):
        raise rejected("record", "json_invalid") from None
