"""Which fields of a contract name a party, several parties, or a role: what a name gives away is decided about."""

from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from schakel_contracts.codes import Role
from schakel_contracts.consent import Recipient
from schakel_contracts.event import Event
from schakel_contracts.identifiers import PARTY_PATTERN


class Naming(NamedTuple):
    """The fields of one contract that name somebody."""

    party: frozenset[str]
    parties: frozenset[str]
    role: frozenset[str]


@cache
def naming(contract: type[Event]) -> Naming:
    """Return which fields name one party, several parties, or a role."""
    found: dict[str, set[str]] = {"party": set(), "parties": set(), "role": set()}
    for name, field in contract.model_fields.items():
        inner = set(_parts(field.annotation))
        if any(getattr(each, "pattern", None) == PARTY_PATTERN for each in field.metadata):
            inner.add("party")
        several = "tuple" in inner
        if "party" in inner:
            found["parties" if several else "party"].add(name)
        elif "role" in inner:
            found["role"].add(name)
    return Naming(*(frozenset(names) for names in found.values()))


def _parts(annotation: Any) -> list[str]:
    """Return what an annotation is made of: ``tuple``, ``party``, ``role``."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is Role:
        return ["role"]
    if annotation is Recipient:
        return ["party"]
    if origin is Annotated:
        patterned = any(getattr(each, "pattern", None) == PARTY_PATTERN for each in parts[1:])
        return ["party"] if patterned else _parts(parts[0])
    if origin in (Union, UnionType, tuple):
        return [*(["tuple"] if origin is tuple else []), *(found for part in parts for found in _parts(part))]
    return []
