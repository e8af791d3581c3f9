"""Write every contract as a JSON Schema, the same bytes each time."""

import json
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import SCHEMA
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import Record

REGISTRY_RECORDS: tuple[type[BaseModel], ...] = get_args(Record)
RECORDS: dict[str, type[BaseModel]] = {
    **{f"nl.schakel.registry.{record.model_fields['kind'].default}.v1": record for record in REGISTRY_RECORDS},
    "nl.schakel.decision.v1": Decision,
    "nl.schakel.receipt.v1": Receipt,
}
"""What is written beside events, by the name of its schema."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by name; an event's is what a reader of ``data`` must accept."""
    contracts: dict[str, type[BaseModel]] = {**EVENTS, **RECORDS}
    return {name: _schema(name, contracts[name]) for name in sorted(contracts)}


def export_schemas(directory: Path) -> list[str]:
    """Write ``<type>.json`` for every contract, remove what is of none; return what changed."""
    changed = stale_schemas(directory)
    directory.mkdir(parents=True, exist_ok=True)
    texts = _texts()
    for name in changed:
        path = directory / name
        if name in texts:
            path.write_text(texts[name], "utf-8")
        else:
            path.unlink()
    return changed


def stale_schemas(directory: Path) -> list[str]:
    """Return the names of the files that differ from the contracts, are missing, or are of none."""
    texts = _texts()
    found = {path.name: path.read_text("utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in texts.keys() | found if texts.get(name) != found.get(name))


def _texts() -> dict[str, str]:
    return {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name, schema in schemas().items()
    }


def _schema(name: str, contract: type[BaseModel]) -> dict[str, Any]:
    schema = contract.model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$id": SCHEMA.format(type=name), **schema}
