"""What a sender says beside a record, cut down to what may stand on a topic that others read."""

import re

from schakel_contracts.codes import Role

TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context; anything else in that place is dropped, since a sender could write in it."""

DISPROPORTIONATE = "{role}=disproportionate"
"""The one reason that there is (R7)."""


def trace(text: str | None) -> str | None:
    """Return the trace that a record belongs to, if that is what the text says."""
    return text if text is not None and TRACEPARENT.fullmatch(text) else None


def veto(text: str | None) -> str | None:
    """Return the roles that must not be told, each with its reason; whatever else was written is left out."""
    if not text:
        return None
    named = {part.partition("=")[0] for part in text.replace(",", " ").split()}
    return " ".join(DISPROPORTIONATE.format(role=role) for role in Role if role.value in named) or None
