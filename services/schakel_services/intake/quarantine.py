"""Records from a partner's topic that were refused: kept for that partner, encrypted with its key."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from schakel_connectors.rejection import FieldError
from schakel_services.runtime import topics
from schakel_services.runtime.keys import PartnerKeys

UNDECIPHERABLE = FieldError("record", "undecipherable")
"""What came in encrypted was not encrypted with this partner's key for this topic."""


def seal(  # noqa: PLR0913 - what a refused record is kept with
    partner: str,
    keys: PartnerKeys,
    position: str,
    connector: str,
    outcome: str,
    raw: bytes,
    errors: Sequence[FieldError],
    at: str,
) -> tuple[str, bytes]:
    """Return the key and the value to write to ``quarantine.<partner>``."""
    key = keys.name("quarantine", position)
    content = {
        "connector": connector,
        "outcome": outcome,
        "position": position,
        "errors": [{"field": error.field, "rule": error.rule} for error in errors],
        "at": at,
        "raw": base64.b64encode(raw).decode(),
    }
    return key, keys.encrypt(json.dumps(content).encode(), f"{topics.quarantine(partner)}/{key}")


def open_sealed(partner: str, keys: PartnerKeys, key: str, value: bytes) -> dict[str, Any]:
    """Return what was kept; ``raw`` is bytes again. Raises ``Undecipherable`` with another partner's key."""
    content: dict[str, Any] = json.loads(keys.decrypt(value, f"{topics.quarantine(partner)}/{key}"))
    content["raw"] = base64.b64decode(content["raw"])
    return content
