"""Organisations in the few characters of a statement's memory."""

from collections.abc import Iterable

from schakel_connectors.statement import OrganisationRef
from schakel_contracts.codes import Role

Named = tuple[OrganisationRef, Role | None]


def packed(word: str, named: Iterable[Named]) -> str:
    """Return a word and the organisations after it: ``active partner:jobcoach-opstap/JOB``."""
    return " ".join((word, *(f"{ref.scheme}:{ref.value}/{role.value if role else ''}" for ref, role in named)))


def unpacked(memory: str) -> tuple[str, tuple[Named, ...]]:
    """Return what ``packed`` wrote, or a lone word of somebody else's."""
    word, *rest = memory.split(" ")
    return word, tuple(_named(each) for each in rest)


def _named(text: str) -> Named:
    ref, _, role = text.rpartition("/")
    scheme, _, value = ref.partition(":")
    return OrganisationRef(scheme, value), Role(role) if role else None
