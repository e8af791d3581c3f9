"""JSON Schemas are written from the contracts, the same each time."""

from pathlib import Path

from jsonschema import Draft202012Validator

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.export import export_schemas, schemas, stale_schemas


def test_every_contract_has_a_valid_schema() -> None:
    """Each event and record has one, with the address that notifications name in ``dataschema``."""
    found = schemas()
    assert set(EVENTS) < set(found)
    for name, schema in found.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"https://schakel.example/schemas/{name}.json"
        assert schema["additionalProperties"] is False


def test_export_writes_what_is_stale_and_removes_what_is_of_no_contract(tmp_path: Path) -> None:
    """The first time all, then only what differs, and then nothing."""
    assert len(export_schemas(tmp_path)) == len(schemas())
    assert stale_schemas(tmp_path) == []
    (tmp_path / "nl.schakel.receipt.v1.json").write_text("{}", "utf-8")
    (tmp_path / "nl.schakel.gone.v1.json").write_text("{}", "utf-8")
    (tmp_path / "nl.schakel.decision.v1.json").unlink()
    stale = [f"nl.schakel.{name}.v1.json" for name in ("decision", "gone", "receipt")]
    assert stale_schemas(tmp_path) == stale
    assert export_schemas(tmp_path) == stale
    assert stale_schemas(tmp_path) == []
