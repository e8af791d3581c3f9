"""Names for the strings that identify something, so that one can't stand where another is meant."""

from hashlib import sha1
from operator import mul
from typing import Annotated, NewType
from uuid import UUID, uuid5

from pydantic import StringConstraints

Bsn = NewType("Bsn", str)
"""A citizen service number. Lives inside a connector and an intake, never beyond."""

Pseudonym = NewType("Pseudonym", str)
"""A person on the log: ``k1.`` and the keyed HMAC of the BSN, base64url without padding (R19)."""

PartnerId = NewType("PartnerId", str)
"""A party in a chain file: one organisation in one role."""

PARTY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$|^(oin|ura|agb|kvk|rsin|gemeente|unknown):[0-9A-Za-z.-]{1,40}$"
PartyText = Annotated[str, StringConstraints(pattern=PARTY_PATTERN, max_length=64)]
"""A partner id, or ``scheme:value`` for an organisation that this chain does not know."""

NAMESPACE = UUID("5c9e2c3a-7f4b-5d0e-8a53-1f6f0a8c7d21")
"""The root of every deterministic id in Schakel."""


NAMESPACE_BYTES = NAMESPACE.bytes
VARIANT = {f"{n:x}": f"{n & 3 | 8:x}" for n in range(16)}


def deterministic_id(*parts: str) -> UUID:
    """Return the same UUIDv5 for the same parts, so that a repeat is recognisable at every stage.

    Parts are joined with a separator that no part may contain, so ``("a", "bc")`` and ``("ab", "c")`` differ.
    """
    return uuid5(NAMESPACE, "\x1f".join(parts))


def deterministic_text(*parts: str) -> str:
    """Return ``str(deterministic_id(*parts))`` in a third of the time; the hot path needs no UUID objects."""
    digest = sha1(NAMESPACE_BYTES + "\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()
    variant = VARIANT[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
OF_NINE_ZEROS = ord("0") * sum(WEIGHTS) % 11
"""What the eleven test gives for the bytes of nine zeros: a digit is its byte less that of zero."""


def is_bsn(digits: str) -> bool:
    """Say whether nine digits pass the eleven test (weights 9..2 and -1, sum divisible by 11, not zero)."""
    if len(digits) != len("999999990") or not digits.isascii() or not digits.isdigit() or digits == "000000000":
        return False
    total: int = sum(map(mul, WEIGHTS, digits.encode()))
    return total % 11 == OF_NINE_ZEROS
