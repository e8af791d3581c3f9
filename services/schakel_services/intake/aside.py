"""What a sender says beside a record, as it may stand on a topic that others read."""

import re
from collections.abc import Iterable

from schakel_connectors.rejection import rejected
from schakel_contracts.codes import Role

TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context; anything else in that place is dropped."""

DISPROPORTIONATE = "{role}=disproportionate"
"""The one reason that there is (R7)."""

WITHHOLD = "schakel-withhold"
WITHHOLD_MAX = 1_000
"""Characters: room for every role that there is, twice."""

NAMED = re.compile(r"[0-9A-Za-z_]+(?:=disproportionate)?")
BETWEEN = re.compile(r"[ \t,]+")


def trace(text: str | None) -> str | None:
    """Return the trace that a record belongs to, if that is what the text says."""
    return text if text is not None and TRACEPARENT.fullmatch(text) else None


def joined(lines: Iterable[bytes | None]) -> str | None:
    """Return all lines of a header as one text, as RFC 9110 has it; None when there is no such header.

    Of a text that is too long so much is kept that ``veto`` refuses it; never the part that fits.
    """
    found = [line.decode("latin-1").encode("ascii", "replace").decode() for line in lines if line is not None]
    return ", ".join(found)[: WITHHOLD_MAX + 1] if found else None


def veto(text: str | None) -> str | None:
    """Return the roles that must not be told, each with its reason; None for nobody.

    Raises ``RecordRejected`` for whatever is not read in full: the sender meant somebody, and a guess would tell them.
    """
    if text is None:
        return None
    if len(text) > WITHHOLD_MAX:
        raise rejected(WITHHOLD, "too_long")
    words = [word for word in BETWEEN.split(text) if word]
    if not all(NAMED.fullmatch(word) for word in words):
        raise rejected(WITHHOLD, "withhold_malformed")
    named = {word.partition("=")[0] for word in words}
    if named.difference(Role):
        raise rejected(WITHHOLD, "unknown_role")
    return " ".join(DISPROPORTIONATE.format(role=role) for role in Role if role.value in named) or None
