"""Which fields a record declares, as the dotted names that a manifest gives reasons for."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from typing_extensions import get_type_hints, is_typeddict

ANYWHERE = "*."
"""A manifest writes ``*.resourceType`` for a field that means the same wherever it stands."""


def declared_fields(record: type[BaseModel]) -> frozenset[str]:
    """Return every field that is read, by alias, dotted: ``client.number``.

    Where a field may hold one of several models, each of them starts a name of its own: ``Patient.identifier.value``,
    wherever a Patient stands. A model inside itself is named once.
    """
    return frozenset(_fields(record, "", [], set()))


def kinds(record: type[BaseModel]) -> frozenset[str]:
    """Return the names by which a record tells its models apart, such as ``Patient`` in ``resourceType``."""
    found: set[Any] = set()
    list(_fields(record, "", [], found))
    hints = (hint for model in found for _, hint in _hints(model))
    return frozenset(str(value) for hint in hints if get_origin(hint) is Literal for value in get_args(hint))


def unexplained(fields: frozenset[str], reads: frozenset[str]) -> frozenset[str]:
    """Return the fields for which the manifest gives no reason."""
    return frozenset(field for field in fields if not any(_covers(name, field) for name in reads))


def unread(fields: frozenset[str], reads: frozenset[str]) -> frozenset[str]:
    """Return the names in the manifest that no field has."""
    return frozenset(name for name in reads if not any(_covers(name, field) for field in fields))


def _covers(name: str, field: str) -> bool:
    if name.startswith(ANYWHERE):
        return f".{field}".endswith(name.removeprefix("*"))
    return name == field


def _fields(shape: Any, path: str, above: list[Any], seen: set[Any]) -> Iterator[str]:
    for name, hint in _hints(shape):
        here = ".".join(filter(None, (path, name)))
        models = [model for model in _models(hint) if _hints(model)]
        if not models or (len(models) == 1 and models[0] in (*above, shape)):
            yield here
        elif len(models) == 1:
            yield from _fields(models[0], here, [*above, shape], seen)
        for model in models if len(models) > 1 else ():
            if model not in seen:
                seen.add(model)
                yield from _fields(model, model.__name__, [], seen)


def _hints(shape: Any) -> list[tuple[str, Any]]:
    if is_typeddict(shape):
        return list(get_type_hints(shape).items())
    fields = shape.model_fields.items()
    if issubclass(shape, RootModel):
        return [("", field.annotation) for _, field in fields]
    return [(field.alias or name, field.annotation) for name, field in fields]


def _models(hint: Any) -> list[Any]:
    """The models that a value may be, through lists, optional values and unions."""
    if is_typeddict(hint) or (isinstance(hint, type) and issubclass(hint, BaseModel)):
        return [hint]
    if get_origin(hint) in {list, tuple, Union, UnionType, frozenset, set}:
        return [model for part in get_args(hint) for model in _models(part)]
    return [model for part in get_args(hint)[:1] for model in _models(part)]
