"""A file of many records, each of which is taken or refused by itself."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One record of a batch."""

    number: int
    """Which row it is, as who made the file counts them: in a table, the header is the first."""

    raw: bytes
    """The record as a connector takes it by itself."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one file, in its order."""

    parts: tuple[Part, ...]
    first: int
    """The number of the first row of a file of this kind."""

    only: Callable[[Collection[int]], bytes]
    """Write a file of the same kind that holds only the rows of these numbers."""
