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

CUTS_MAX = 30
SWAPS_MAX = 400
"""In a large document each place gets its share of the swaps, another share than its neighbours."""

SWAPS: tuple[Any, ...] = (
    *(None, True, -1, 10**30, "", CANARY, "2026-13-45", "\x1f\x00"),
    *([], {}, [CANARY], {CANARY: CANARY}, [{}]),
)
TEXTS = ("", CANARY, "-1", "9" * 30, "2026-13-45")

Damaged = Iterator[tuple[str, bytes]]
"""What was done, and the copy."""


def damaged(raw: bytes) -> Damaged:
    """Yield a JSON or XML document and copies, each damaged in one place; of anything else only cut copies."""
    yield "as it is", raw
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
    if b"<!DOCTYPE" not in raw:
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
    places = list(_places(document))
    share = 1 + len(places) * len(SWAPS) // SWAPS_MAX
    for n, (holder, key) in enumerate(places):
        kept = holder[key]
        for swap in SWAPS[n % share :: share]:
            holder[key] = swap
            yield f"{swap!r} at {key}", json.dumps(document).encode()
        holder[key] = kept
        yield from _left_out(document, holder, key)
    for swap in SWAPS:
        yield f"{swap!r} alone", json.dumps(swap).encode()


def _left_out(document: Any, holder: Any, key: Any) -> Damaged:
    kept = holder.pop(key)
    yield f"without {key}", json.dumps(document).encode()
    if isinstance(holder, list):
        holder.insert(key, kept)
        return
    holder[CANARY] = kept
    yield f"{key} renamed", json.dumps(document).encode()
    holder[key] = holder.pop(CANARY)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and under which key or at which index."""
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _leaves(child)
    elif isinstance(node, str | int | float) and not isinstance(node, bool):
        yield str(node)


def _damaged_xml(root: "_Element") -> Damaged:
    elements = list(root.iter(etree.Element))
    share = 1 + len(elements) * len(TEXTS) * 2 // SWAPS_MAX
    for n, element in enumerate(elements):
        name = etree.QName(element).localname
        yield from _rewritten(root, element, name, TEXTS[n % share :: share])
        parent = element.getparent()
        if parent is None:
            continue
        twin = deepcopy(element)
        element.addnext(twin)
        yield f"{name} twice", etree.tostring(root)
        parent.remove(twin)
        at = parent.index(element)
        parent.remove(element)
        yield f"without {name}", etree.tostring(root)
        parent.insert(at, element)


def _rewritten(root: "_Element", element: "_Element", name: str, others: tuple[str, ...]) -> Damaged:
    tag, text = element.tag, element.text
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    element.tag = CANARY
    yield f"{name} renamed", etree.tostring(root)
    element.tag = tag
    for other in others:
        element.text = other
        yield f"{other!r} in {name}", etree.tostring(root)
        element.text = text
        for key, value in attributes.items():
            element.set(key, other)
            yield f"{other!r} as {key} of {name}", etree.tostring(root)
            element.set(key, value)
    for key, value in attributes.items():
        del element.attrib[key]
        yield f"{name} without {key}", etree.tostring(root)
        element.set(key, value)


def _values(element: "_Element") -> Iterator[str]:
    yield (element.text or "").strip()
    yield from (str(value) for value in element.attrib.values())
