"""Records from a partner's topic that were refused: kept for that partner, encrypted with its key."""

import json
from dataclasses import dataclass

from schakel_connectors.rejection import FieldError
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.runtime import topics
from schakel_services.runtime.keys import PartnerKeys

UNDECIPHERABLE = FieldError("record", "undecipherable")
"""What came in encrypted was not encrypted with this partner's key for this topic."""

KEPT_MAX = 800_000
"""Bytes of a record that are kept; a larger one would fit in no batch, and stays only where it came in."""

ERRORS_MAX, FIELD_MAX = 20, 200


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One refused record, and all that it needs to be put back as it was."""

    key: str
    connector: str
    outcome: str
    position: str
    """``raw.<partner>.<connector>/<partition>/<offset>``: where it came in."""

    errors: tuple[FieldError, ...]
    at: str
    size: int
    """Bytes."""

    withhold: str | None
    traceparent: str | None
    raw: bytes | None
    """None when it was too large to keep. Still encrypted when it was undecipherable."""


def seal(partner: str, keys: PartnerKeys, position: str, item: Incoming, result: Result, at: str) -> tuple[str, bytes]:
    """Return the key and the value to write to ``quarantine.<partner>``."""
    # A dot where a name has a dash: on a command line, a key that begins with a dash would be taken for an option.
    key = keys.name("quarantine", position).replace("-", ".")
    content = {
        "connector": item.connector,
        "outcome": result.outcome,
        "position": position,
        "errors": [{"field": e.field[:FIELD_MAX], "rule": e.rule} for e in result.errors[:ERRORS_MAX]],
        "at": at,
        "size": len(item.raw),
        "withhold": item.withhold,
        "traceparent": item.traceparent,
        "kept": len(item.raw) <= KEPT_MAX,
    }
    raw = item.raw if content["kept"] else b""
    return key, keys.encrypt(json.dumps(content).encode() + b"\n" + raw, _bound(partner, key))


def open_sealed(partner: str, keys: PartnerKeys, key: str, value: bytes) -> Quarantined:
    """Return what was kept. Raises ``Undecipherable`` with another partner's key."""
    head, _, raw = keys.decrypt(value, _bound(partner, key)).partition(b"\n")
    content = json.loads(head)
    errors = tuple(FieldError(error["field"], error["rule"]) for error in content.pop("errors"))
    kept = content.pop("kept")
    return Quarantined(key=key, errors=errors, raw=raw if kept else None, **content)


def _bound(partner: str, key: str) -> str:
    return f"{topics.quarantine(partner)}/{key}"
