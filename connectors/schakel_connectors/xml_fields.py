"""XML into the fields that a record declares, and into no others.

The model of a record is the only list of what is read: an element that it doesn't name is never
looked into, so a name, an amount or a note can't slip along.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from schakel_connectors.rejection import rejected

if TYPE_CHECKING:
    from lxml.etree import _Element

Fields = dict[str, Any]
_Shape = dict[str, tuple[bool, type[BaseModel] | None]]


def fields_of(element: "_Element", model: type[BaseModel], path: str = "") -> Fields:
    """Return the declared children of an element, by local name, as the input of its model.

    Namespaces are ignored, because published messages disagree about them. Text is stripped, and
    an empty element counts as absent. One that may occur once and occurs twice raises
    ``RecordRejected`` with the rule ``repeated``; a text with an element in it, of which half would
    be read, with ``not_a_text``.
    """
    shape = _shape(model)
    found: Fields = {}
    for child in element:
        name = local_name(child)
        if name not in shape:
            continue
        repeats, nested = shape[name]
        here = f"{path}.{name}" if path else name
        if nested is None and len(child):
            raise rejected(here, "not_a_text")
        value = fields_of(child, nested, here) if nested else (child.text or "").strip()
        if not value and not nested:
            continue
        if repeats:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise rejected(here, "repeated")
        else:
            found[name] = value
    return found


def local_name(element: "_Element") -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


@cache
def _shape(model: type[BaseModel]) -> _Shape:
    """Tell of each field whether it repeats, and the model of its own fields if it has any."""
    return {
        field.alias or name: (_repeats(field.annotation), _model(field.annotation))
        for name, field in model.model_fields.items()
    }


def _repeats(annotation: Any) -> bool:
    parts = get_args(annotation)
    return get_origin(annotation) in (tuple, list) or any(_repeats(part) for part in parts)


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model(part))), None)
