"""Damaged copies of a sample: parts left out, doubled, renamed, of another type, cut off."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

CANARY = "kanarie-4711"
"""A value that no record has; it may stand in no error."""

CUTS_MAX = 40
SWAPS: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", " ", CANARY, "2026-13-45", "\x1f\x00"),
    *([], {}, [None], [CANARY], {CANARY: CANARY}, [[]], [{}]),
)
TEXTS = ("", " ", CANARY, "0", "-1", "9" * 30, "true", "2026-13-45")

Damaged = Iterator[tuple[str, bytes]]
"""What was done, and the copy."""


def damaged(raw: bytes) -> Damaged:
    """Yield copies of a JSON or XML document, each damaged in one place; of anything else only cut copies."""
    yield from _cut(raw)
    try:
        document = json.loads(raw)
    except ValueError:
        pass
    else:
        yield from _damaged_json(document)
        return
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return
    if not root.getroottree().docinfo.doctype:
        yield from _damaged_xml(root)


def texts(raw: bytes) -> frozenset[str]:
    """Return every value in a JSON or XML document as text, and no names of fields."""
    try:
        return frozenset(_leaves(json.loads(raw)))
    except ValueError:
        pass
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return frozenset()
    values = [value for element in root.iter(etree.Element) for value in _values(element)]
    return frozenset(value for value in values if value)


def _cut(raw: bytes) -> Damaged:
    step = max(1, len(raw) // CUTS_MAX)
    for at in range(0, len(raw), step):
        yield f"cut at {at}", raw[:at]


def _damaged_json(document: Any) -> Damaged:
    for path in list(_paths(document)):
        yield f"without {path}", _changed(document, path, lambda holder, key: holder.pop(key))
        for swap in SWAPS:
            yield (
                f"{swap!r} at {path}",
                _changed(document, path, lambda holder, key, to=swap: holder.__setitem__(key, to)),
            )
        if isinstance(path[-1], str):
            yield f"renamed {path}", _changed(document, path, _rename)
    for swap in SWAPS:
        yield f"{swap!r} alone", json.dumps(swap).encode()


def _rename(holder: Any, key: Any) -> None:
    holder[CANARY] = holder.pop(key)


def _changed(document: Any, path: tuple[Any, ...], change: Any) -> bytes:
    copy = deepcopy(document)
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return json.dumps(copy).encode()


def _paths(node: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*above, key)
        yield from _paths(child, (*above, key))


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _leaves(child)
    elif isinstance(node, str | int | float) and not isinstance(node, bool):
        yield str(node)


def _damaged_xml(root: "_Element") -> Damaged:
    for at, element in enumerate(root.iter(etree.Element)):
        name = f"{etree.QName(element).localname} ({at})"
        if element.getparent() is not None:
            yield f"without {name}", _changed_xml(root, at, _remove)
            yield f"{name} twice", _changed_xml(root, at, lambda found: found.addnext(deepcopy(found)))
        yield f"{name} renamed", _changed_xml(root, at, lambda found: setattr(found, "tag", CANARY))
        yield f"{name} emptied", _changed_xml(root, at, lambda found: found.clear())
        for text in TEXTS:
            yield f"{text!r} in {name}", _changed_xml(root, at, lambda found, to=text: setattr(found, "text", to))
            for key in element.attrib:
                yield (
                    f"{text!r} at {name}",
                    _changed_xml(root, at, lambda found, key=key, to=text: found.set(key, to)),
                )
        for key in element.attrib:
            yield f"{name} without {key}", _changed_xml(root, at, lambda found, key=key: found.attrib.pop(key))


def _changed_xml(root: "_Element", at: int, change: Any) -> bytes:
    copy = deepcopy(root)
    change(list(copy.iter(etree.Element))[at])
    return etree.tostring(copy)


def _remove(element: "_Element") -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _values(element: "_Element") -> Iterator[str]:
    yield (element.text or "").strip()
    yield from (str(value) for value in element.attrib.values())
