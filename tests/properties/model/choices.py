"""Choices out of drawn bytes: one draw an action, and all zeros is the first choice everywhere, so it shrinks."""

from collections.abc import Sequence
from typing import Any


class Choices:
    """Chooses, until the bytes are used up; then it takes what comes first."""

    def __init__(self, drawn: bytes) -> None:
        self.left = int.from_bytes(drawn, "big")

    def of(self, options: Sequence[Any]) -> Any:
        """Choose one."""
        self.left, index = divmod(self.left, len(options))
        return options[index]

    def seldom(self, usual: Any, options: Sequence[Any], one_in: int = 6) -> Any:
        """Choose what is usual, or now and then one of the others."""
        return self.of(options) if self.of(range(one_in)) == one_in - 1 else usual
