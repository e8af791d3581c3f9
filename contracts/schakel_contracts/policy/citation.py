"""Citations of articles, compared part by part: a request opens what it cites, and nothing beside it (R6)."""

import re
from functools import lru_cache

PART = re.compile(r"[A-Z]+[0-9.]*|[0-9]+|[a-z]+")
Citation = tuple[str, ...]
"""Law and article, then paragraph, part and so on: ``("PW64", "1", "n")``."""


@lru_cache(maxsize=1_024)
def citation(code: str) -> Citation:
    """Return the parts of a citation: ``PW64(1)(n)`` and ``PW64-1-n`` have the same."""
    return tuple(PART.findall(code))


def cites(asked: Citation, wanted: Citation) -> bool:
    """Say whether a request's citation is that of a basis, or a wider one: law and article alone are enough."""
    left = iter(wanted)
    return asked[:1] == wanted[:1] and all(part in left for part in asked)
