"""The rows, made of the contracts: a field that a contract gets is a field of its row, read as people write it."""

from collections.abc import Iterator
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints, create_model
from pydantic.fields import FieldInfo

from schakel_connectors.chain_record.kinds import KINDS, Kind
from schakel_connectors.chain_record.row import Row
from schakel_connectors.chain_record.values import (
    clock,
    code_of,
    day,
    end,
    identifier,
    key,
    moment,
    number,
    organisation,
    parts,
    recipient,
    reference_in,
    text,
    yes_or_no,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.identifiers import PartyText

READERS: MappingProxyType[Any, Any] = MappingProxyType(
    {
        date: Annotated[date, BeforeValidator(day)],
        datetime: Annotated[datetime, BeforeValidator(moment)],
        time: Annotated[time, BeforeValidator(clock)],
        bool: Annotated[bool, BeforeValidator(yes_or_no)],
        int: Annotated[int, BeforeValidator(number)],
        str: Annotated[str, BeforeValidator(text)],
        PartyText: Annotated[Any, PlainValidator(organisation)],
        Recipient: Annotated[Any, PlainValidator(recipient)],
    }
)
OWN_KEYS = frozenset({"supersedes"})
"""Fields that name another row of the sender's."""

IDS = frozenset({"consent_id"})
"""Fields that name a thing of another partner's by its id, as a notification gives it, and by nothing else."""

ENDS = frozenset({"valid_until", "until"})
"""Moments that end something: who writes a day alone, means that it holds all that day."""

SHARED = "request"
"""A request number is one of a kind of requests; any other reference means the same thing in every contract."""


@cache
def row_of(type_: str) -> type[Row]:
    """Return the model of one kind of row."""
    kind = KINDS[type_]
    fields: dict[str, Any] = {"type": (Literal[type_], Field(description="Which kind of fact this is."))}
    fields |= {name: _readable(name, hint, info, kind) for name, hint, info in fields_of(kind)}
    return create_model(type_, __base__=Row, __module__=__name__, **fields)


@cache
def names() -> frozenset[str]:
    """Return every name that a field of any row can have."""
    return frozenset(name for type_ in KINDS for name in row_of(type_).model_fields)


def fields_of(kind: Kind) -> Iterator[tuple[str, Any, FieldInfo]]:
    """Yield the name, the annotation and the description of each field that a row of this kind has of its own."""
    hints = get_type_hints(kind.contract, include_extras=True)
    for name, info in kind.contract.model_fields.items():
        if name not in kind.left_out:
            yield name, hints[name], info
    for name, extra in kind.extra.items():
        default = ... if extra.required else () if get_origin(extra.annotation) is tuple else None
        yield (
            name,
            extra.annotation,
            FieldInfo(annotation=extra.annotation, default=default, description=extra.description),
        )


def _readable(name: str, hint: Any, info: FieldInfo, kind: Kind) -> tuple[Any, FieldInfo]:
    limits = [each for each in info.metadata if not isinstance(each, StringConstraints)]
    shape = _read(hint, name, kind)
    default = info.default
    if name in kind.optional:
        limits = [each for each in limits if not hasattr(each, "min_length")]
        is_list = get_origin(hint) is tuple
        default = () if is_list else None
        shape = shape if is_list else shape | None
    if name in kind.needed:
        default = ...
    for limit in limits:
        shape = Annotated[shape, limit]
    return shape, Field(default=default, description=info.description)


def _reader(name: str, kind: Kind) -> Any:
    """Return what reads a field that names another thing."""
    if name in OWN_KEYS:
        return key
    return identifier if name in IDS else reference_in(_scope(name, kind))


def _read(hint: Any, name: str, kind: Kind) -> Any:
    if hint is datetime and name in ENDS:
        return Annotated[datetime, BeforeValidator(end)]
    if hint in READERS:
        return READERS[hint]
    if hint is UUID:
        return Annotated[Any, PlainValidator(_reader(name, kind))]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Annotated[hint, BeforeValidator(code_of(hint))]
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return _read(inner, name, kind) | None
    if origin is tuple:
        inner = get_args(hint)[0]
        each = Annotated[Any, PlainValidator(identifier)] if inner is UUID else _read(inner, name, kind)
        return Annotated[tuple[each, ...], BeforeValidator(parts)]  # type: ignore[valid-type]
    raise TypeError(f"no way to read a {hint}")


def _scope(name: str, kind: Kind) -> str:
    """Return what kind of thing a field refers to: ``return_ref`` to a return, wherever it stands."""
    stem = name.removesuffix("_ref").removesuffix("_id")
    return f"{kind.name.partition('.')[0]}_{stem}" if stem == SHARED else stem
