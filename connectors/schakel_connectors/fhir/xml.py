"""FHIR XML into the same fields as FHIR JSON: the declared ones, and no others.

The record's own types say which elements are read, so a diagnosis or a note in XML is passed over as it is in JSON.
(``fhir.resources`` reads XML too, but reads all of it, and fails on an element of another FHIR version without naming
it; the tests hold this reader against it.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import get_type_hints, is_typeddict

from schakel_connectors.rejection import rejected

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "{http://hl7.org/fhir}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """How an element is read: as a value, as an object of a type, or as a resource of one of several types."""

    repeats: bool = False
    type: Any = None
    resources: Mapping[str, Any] | None = None


def fields_of_resource(root: "_Element", record: type[BaseModel]) -> dict[str, Any]:
    """Return the declared fields of a resource, as FHIR JSON would give them; values stay text.

    An element that may stand once and stands twice raises ``RecordRejected`` with the rule ``repeated``, one that is
    not FHIR's ``namespace_unknown``.
    """
    return _resource(root, _shape(record.model_fields["root"].annotation), "")


def _resource(element: "_Element", shape: _Shape, path: str) -> dict[str, Any]:
    """An unknown type keeps its name alone, which the record then refuses."""
    tag = str(element.tag)
    name = tag.removeprefix(NAMESPACE) if tag.startswith(NAMESPACE) else ""
    declared = (shape.resources or {}).get(name)
    at = f"{path}.{name}" if path else name
    return {"resourceType": name} | (_fields(element, declared, at) if declared else {})


def _fields(element: "_Element", declared: Any, path: str) -> dict[str, Any]:
    shapes = _shapes(declared)
    found: dict[str, Any] = {}
    if "url" in shapes and "url" in element.attrib:
        found["url"] = element.get("url")
    for child in element:
        tag = str(child.tag)
        if not tag.startswith(NAMESPACE):
            raise rejected(path, "namespace_unknown")
        name = tag.removeprefix(NAMESPACE)
        shape = shapes.get(name)
        if shape is None:
            continue
        value = _value(child, shape, f"{path}.{name}")
        if value is None:
            if f"_{name}" in shapes:
                found[f"_{name}"] = {}
            continue
        if shape.repeats:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise rejected(f"{path}.{name}", "repeated")
        else:
            found[name] = value
    return found


def _value(element: "_Element", shape: _Shape, path: str) -> Any:
    if shape.resources is not None:
        if len(element) > 1:
            raise rejected(path, "repeated")
        return _resource(element[0], shape, path) if len(element) else None
    if shape.type is NoneType:
        return True  # a modifier that the hub does not know: that it stands there is enough
    if shape.type is not None:
        return _fields(element, shape.type, path)
    return element.get("value")


@cache
def _shapes(declared: Any) -> dict[str, _Shape]:
    return {name: _shape(hint) for name, hint in get_type_hints(declared).items() if name != "resourceType"}


def _shape(hint: Any) -> _Shape:
    repeats = get_origin(hint) is list
    if repeats:
        (hint,) = get_args(hint)
    members = [part for part in _members(hint) if is_typeddict(part)]
    resources = {name: part for part in members for name in _resource_types(part)}
    if resources:
        return _Shape(repeats, resources=resources)
    return _Shape(repeats, members[0] if members else NoneType if hint in {None, NoneType} else None)


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _resource_types(declared: Any) -> tuple[str, ...]:
    hint = get_type_hints(declared).get("resourceType")
    return get_args(hint) if get_origin(hint) is Literal else ()
