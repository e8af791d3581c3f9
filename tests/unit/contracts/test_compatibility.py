"""What breaks a reader is found, and what merely widens is let through."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schakel_contracts.compatibility import breaking_changes
from schakel_contracts.export import schemas

NAME = "nl.schakel.placement.ended.v1"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def released() -> dict[str, Document]:
    """Return today's schemas, as if they had been released."""
    return schemas()


def changed(released: dict[str, Document], change: Callable[[Document], object]) -> list[str]:
    """Return what a change to one schema breaks."""
    new = copy.deepcopy(released)
    change(new[NAME])
    return breaking_changes(released, new)


def properties(schema: Document) -> Document:
    """Return the fields of a schema."""
    found: Document = schema["properties"]
    return found


def codes(schema: Document) -> list[str]:
    """Return the codes of one vocabulary."""
    found: list[str] = schema["$defs"]["PlacementKind"]["enum"]
    return found


def rename(schema: Document) -> None:
    """Call one field otherwise."""
    properties(schema)["last_day"] = properties(schema).pop("end")


def test_same_contracts_break_nothing(released: dict[str, Document]) -> None:
    """Compared with themselves, all contracts are fine."""
    assert breaking_changes(released, schemas()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: properties(s).pop("start"), ".start: removed"),
        (rename, ".end: removed"),
        (lambda s: s["required"].append("start"), ".start: required now"),
        (lambda s: s["required"].remove("end"), ".end: was always there, no longer"),
        (lambda s: codes(s).remove("trial"), ".kind: code trial removed"),
        (
            lambda s: properties(s)["end"].update(type="integer"),
            ".end: type was string, is integer",
        ),
        (lambda s: properties(s)["end"].update(format="date-time"), ".end: format changed"),
        (lambda s: properties(s)["start"]["anyOf"].pop(), ".start: type was null, is string"),
        (
            lambda s: properties(s)["employer"]["anyOf"][0].update(pattern="^kvk:"),
            ".employer: pattern changed",
        ),
        (
            lambda s: properties(s)["employer"]["anyOf"][0].update(maxLength=10),
            ".employer: maxLength narrowed",
        ),
        (
            lambda s: properties(s)["ending_kind"].update(default="mutual"),
            ".ending_kind: what it means to leave it out changed",
        ),
        (lambda s: properties(s)["end"].update({"not": {}}), ".end: not changed"),
    ],
    ids=lambda value: value.rpartition(".")[2] if isinstance(value, str) else "",
)
def test_narrowing_is_found(change: Callable[[Document], object], says: str, released: dict[str, Document]) -> None:
    """Removed, renamed, newly required, narrowed: each is named with its field."""
    assert f"{NAME}{says}" in changed(released, change)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: properties(s).update(seat={"type": "string", "default": None}),
        lambda s: codes(s).append("internship"),
        lambda s: properties(s)["employer"]["anyOf"][0].update(maxLength=100),
        lambda s: properties(s)["employer"]["anyOf"][0].pop("pattern"),
        lambda s: properties(s)["end"].update(description="Said better."),
        lambda s: properties(s)["end"].update(anyOf=[{"type": "string", "format": "date"}, {"type": "null"}]),
    ],
    ids=["field", "code", "bound", "pattern", "words", "null"],
)
def test_widening_is_let_through(change: Callable[[Document], object], released: dict[str, Document]) -> None:
    """An optional field, a code, a wider bound, other words: readers first, but no new version."""
    assert changed(released, change) == []


def test_removed_contract_is_found(released: dict[str, Document]) -> None:
    """A contract that is gone breaks whoever reads it; a new one breaks nobody."""
    fewer = {name: schema for name, schema in released.items() if name != NAME}
    assert breaking_changes(released, fewer) == [f"{NAME}: removed"]
    assert breaking_changes(fewer, released) == []
