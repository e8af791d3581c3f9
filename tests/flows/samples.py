"""A valid event of any contract, out of its JSON schema: every field is there, and parties and roles are as asked."""

from functools import cache
from typing import Any

from schakel_contracts.codes import Role
from schakel_contracts.event import Event

Json = dict[str, Any]
FORMATS = {
    "uuid": "6b1f2f64-57a3-4f0e-9c1c-0d7a3f9a1e55",
    "date": "2026-12-01",
    "date-time": "2026-12-01T09:30:00Z",
    "time": "08:15:00",
}
PATTERNS = {
    "^[0-9]{1,4}(\\.[0-9]{1,4}){0,2}$": "1.2",
    "^[0-9]{4}$": "0141",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "2027-01",
    "^[1-9][0-9]{3}$": "7511",
    "^[1-9][0-9]{3}[A-Z]{2}$": "7511AA",
    "^[A-Z]{2,5}[0-9a-z.()-]{1,16}$": "PW64(1)(n)",
    "^[A-Za-z]+(:[A-Z]*[0-9a-zA-Z.()/-]*)?$": "S:PW63",
    "^nl\\.schakel\\.[a-z_]+\\.[a-z_]+\\.v[0-9]+$": "nl.schakel.subject_right.exercised.v1",
}
PARTY = "|^(oin|ura|agb|kvk|rsin|gemeente|unknown):"


@cache
def schema_of(contract: type[Event]) -> Json:
    """Return the schema that the contract publishes."""
    return contract.model_json_schema()


def sample(contract: type[Event], party: str, role: Role, **given: Any) -> Event:
    """Return an event with every field set; each party in it is ``party`` and each role ``role``."""
    schema = schema_of(contract)
    fields = {name: _value(field, schema, party, role) for name, field in schema["properties"].items()}
    return contract.model_validate(fields | given)


def _value(schema: Json, root: Json, party: str, role: Role) -> Any:  # noqa: PLR0911 - one for each kind of schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return role.value if name == "Role" else _value(root["$defs"][name], root, party, role)
    if "anyOf" in schema:
        return _value(next(each for each in schema["anyOf"] if each.get("type") != "null"), root, party, role)
    if "enum" in schema:
        return schema["enum"][0]
    if "format" in schema:
        return FORMATS[schema["format"]]
    match schema["type"]:
        case "boolean":
            return True
        case "integer":
            return schema.get("minimum", 1)
        case "array":
            return [_value(schema["items"], root, party, role)]
        case "object":
            fields = schema["properties"].items()
            return {name: _value(field, root, party, role) for name, field in fields}
    pattern = schema["pattern"]
    return party if PARTY in pattern else PATTERNS[pattern]
