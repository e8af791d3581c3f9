"""Find what would break a reader: a contract is widened within its version, never narrowed.

Compares JSON Schemas as ``export`` writes them. What it can't judge, such as a changed pattern,
counts as breaking: a new version is cheap, a partner that stops is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
ANNOTATIONS = frozenset({"$defs", "$id", "$schema", "$ref", "title", "description", "examples", "discriminator"})
JUDGED = frozenset(
    {"anyOf", "oneOf", "type", "enum", "const", "properties", "required", "items", "default"}
    | {"minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"}
    | {"maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"}
    | {"pattern", "format", "additionalProperties", "uniqueItems"}
)
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
WIDENED_TYPES = {("integer", "number")}
ABSENT = object()


def breaking_changes(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """Return one sentence for each change that could break somebody; both are schemas by name."""
    found: list[str] = []
    for name in sorted(old):
        if name not in new:
            found.append(f"{name}: removed")
        else:
            found += _Comparison(old[name], new[name]).breaks(old[name], new[name], name)
    return found


@dataclass(frozen=True)
class _Comparison:
    """Two versions of one document, whose references point into themselves."""

    old_root: Schema
    new_root: Schema

    def breaks(self, old: Schema, new: Schema, at: str) -> list[str]:
        """Return what the old accepts, or promises, and the new does not."""
        old, new = _resolved(old, self.old_root), _resolved(new, self.new_root)
        return [
            *_default_breaks(old, new, at),
            *self._choice_breaks(_choices(old), _choices(new), at),
        ]

    def _choice_breaks(self, old: list[Schema], new: list[Schema], at: str) -> Iterator[str]:
        for choice in old:
            before = _resolved(choice, self.old_root)
            against = [list(self._plain_breaks(before, _resolved(other, self.new_root), at)) for other in new]
            if all(against):
                yield from min(against, key=len)

    def _plain_breaks(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        yield from _type_breaks(old, new, at)
        yield from _code_breaks(old, new, at)
        yield from _bound_breaks(old, new, at)
        yield from _field_breaks(old, new, at)
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() & after.keys():
            yield from self.breaks(before[name], after[name], f"{at}.{name}")
        if "items" in new:
            yield from self.breaks(old.get("items", {}), new["items"], f"{at}[]")
        for keyword in sorted((old.keys() | new.keys()) - ANNOTATIONS - JUDGED):
            if old.get(keyword, ABSENT) != new.get(keyword, ABSENT):
                yield f"{at}: {keyword} changed"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _choices(schema: Schema) -> list[Schema]:
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            choices: list[Schema] = schema[keyword]
            return choices
    return [schema]


def _default_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if old.get("default", ABSENT) != new.get("default", ABSENT) and "default" in old:
        yield f"{at}: what it means to leave it out changed"


def _type_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("type"), new.get("type")
    if after is not None and before != after and (before, after) not in WIDENED_TYPES:
        yield f"{at}: type was {before}, is {after}"


def _code_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = _codes(old), _codes(new)
    if after is None:
        return
    if before is None:
        yield f"{at}: any value was allowed, now a list"
        return
    for code in before:
        if code not in after:
            yield f"{at}: code {code} removed"


def _codes(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    codes: list[Any] | None = schema.get("enum")
    return codes


def _bound_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword in LOWER_BOUNDS:
        if keyword in new and (keyword not in old or new[keyword] > old[keyword]):
            yield f"{at}: {keyword} narrowed"
    for keyword in UPPER_BOUNDS:
        if keyword in new and (keyword not in old or new[keyword] < old[keyword]):
            yield f"{at}: {keyword} narrowed"
    for keyword in ("pattern", "format", "uniqueItems"):
        if keyword in new and new[keyword] != old.get(keyword):
            yield f"{at}: {keyword} changed"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{at}: further fields were allowed"


def _field_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = set(old.get("properties", {})), set(new.get("properties", {}))
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before - after):
        yield f"{at}.{name}: removed"
    for name in sorted(needs - needed):
        yield f"{at}.{name}: required now"
    for name in sorted((needed - needs) & after):
        yield f"{at}.{name}: was always there, no longer"
