"""The fields of a pydantic model, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from schakel_services.cli.reference.markdown import code, table

Schema = Mapping[str, Any]
LIMITS = {
    "pattern": "must match {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minItems": "at least {}",
}
FORMATS = {"date": "date", "date-time": "date and time", "uuid": "UUID", "uri": "URL", "path": "path"}


def fields(model: type[BaseModel], vocabulary: str | None = None) -> str:
    """Return a table of a model's fields; ``vocabulary`` is the page that lists closed vocabularies."""
    schema = model.model_json_schema(mode="validation")
    required = set(schema.get("required", ()))
    rows = [
        (code(name), _kind(field, schema, vocabulary), "yes" if name in required else _default(field), _says(field))
        for name, field in schema.get("properties", {}).items()
    ]
    return table(("field", "kind", "required", "what it says"), rows) if rows else "No fields."


def _kind(field: Schema, schema: Schema, vocabulary: str | None) -> str:
    if "$ref" in field:
        return _named(field["$ref"], schema, vocabulary)
    options = [option for option in field.get("anyOf", field.get("oneOf", ())) if option.get("type") != "null"]
    if options:
        return " or ".join(dict.fromkeys(_kind(option, schema, vocabulary) for option in options))
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}), schema, vocabulary)}"
    if "const" in field:
        return code(field["const"])
    if "enum" in field:
        return " or ".join(code(value) for value in field["enum"])
    kind = str(field.get("type", "any"))
    return FORMATS.get(str(field.get("format")), "text" if kind == "string" else kind)


def _named(reference: str, schema: Schema, vocabulary: str | None) -> str:
    name = reference.rpartition("/")[2]
    target = schema["$defs"][name]
    if "enum" in target and vocabulary is not None:
        return f"[{name}]({vocabulary}#{name.lower()})"
    return name if "properties" in target else f"{name}: " + " or ".join(code(value) for value in target["enum"])


def _default(field: Schema) -> str:
    default = field.get("default")
    return "" if default in (None, [], "") else f"default {code(default)}"


def _says(field: Schema) -> str:
    limits = ", ".join(_limits(field))
    text = field.get("description", "")
    return f"{text} ({limits})" if limits and text else text or limits


def _limits(field: Schema) -> Iterator[str]:
    for part in (field, *field.get("anyOf", ()), *([field["items"]] if "items" in field else ())):
        for name, words in LIMITS.items():
            if name in part:
                value = part[name]
                yield words.format(code(value) if name == "pattern" else value)
