"""``schakel contracts`` writes the contracts for others, and sees what would break them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts.export import export_schemas, schemas
from schakel_services.cli import checkout, published
from schakel_services.cli.published import ASYNCAPI, SCHEMAS, breaking, stale
from schakel_services.cli.testing.command import schakel

KEYS = {"ok", "stale", "breaking", "compared"}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy in which everything was just written and committed."""
    published.export(tmp_path / SCHEMAS, tmp_path / ASYNCAPI)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    monkeypatch.setattr(checkout, "checkout", lambda: tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True)


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")


def change(root: Path, name: str, how: Callable[[Any], None]) -> None:
    """Change a committed schema, so that the contracts of today differ from it."""
    path = root / SCHEMAS / f"{name}.json"
    schema = json.loads(path.read_text("utf-8"))
    how(schema)
    path.write_text(json.dumps(schema), "utf-8")


def test_an_export_has_every_contract_and_service(tmp_path: Path) -> None:
    """As files that say what they are, the same each time."""
    said = schakel("contracts", "export", "--to", tmp_path, "--json")
    again = schakel("contracts", "export", "--to", tmp_path, "--json")
    assert said.exit_code == 0
    assert {path.stem for path in (tmp_path / "schemas").iterdir()} == set(schemas())
    documents = {path.stem: json.loads(path.read_text("utf-8")) for path in (tmp_path / "asyncapi").iterdir()}
    assert {"intake", "gate", "deliver"} <= set(documents)
    assert {document["asyncapi"] for document in documents.values()} == {"3.0.0"}
    assert len(said.line()["changed"]) == len(schemas()) + len(documents)
    assert again.line()["changed"] == []


def test_an_export_removes_no_file_of_another(tmp_path: Path) -> None:
    """A folder that holds other things is refused, whole."""
    (tmp_path / "schemas").mkdir()
    other = tmp_path / "schemas" / "other.json"
    other.write_text("{}", "utf-8")
    said = schakel("contracts", "export", "--to", tmp_path)
    assert (said.exit_code, other.read_text("utf-8")) == (1, "{}")
    assert "other.json" in said.err
    assert not (tmp_path / "asyncapi").exists()


def test_what_was_just_written_is_fresh(copy: Path) -> None:
    """And breaks nobody."""
    said = schakel("contracts", "check", "--json")
    assert (said.exit_code, said.line()) == (0, {"ok": True, "stale": [], "breaking": [], "compared": True})
    assert schakel("contracts", "check").exit_code == 0


def test_what_no_longer_says_the_same_is_stale(copy: Path) -> None:
    """Changed, missing or too many; named by path."""
    change(copy, "nl.schakel.receipt.v1", lambda schema: schema.update(description="other"))
    (copy / ASYNCAPI / "gate.json").unlink()
    (copy / SCHEMAS / "nl.schakel.gone.v1.json").write_text("{}", "utf-8")
    expected = [f"{SCHEMAS}/nl.schakel.gone.v1.json", f"{SCHEMAS}/nl.schakel.receipt.v1.json", f"{ASYNCAPI}/gate.json"]
    said = schakel("contracts", "check", "--json")
    assert (said.exit_code, set(said.line()), said.line()["stale"]) == (1, KEYS, expected)
    assert schakel("contracts", "check").out.count("stale, run schakel contracts export") == 3
    export_schemas(copy / SCHEMAS)
    assert stale(copy) == [f"{ASYNCAPI}/gate.json"]


def test_a_reader_of_the_last_commit_must_not_break(copy: Path) -> None:
    """A field that was committed and is gone, as if it had been removed from the contract today."""
    change(copy, "nl.schakel.receipt.v1", lambda schema: schema["properties"].update(colour={"type": "string"}))
    commit(copy)
    export_schemas(copy / SCHEMAS)
    said = schakel("contracts", "check", "--json")
    assert (said.exit_code, said.line()["breaking"]) == (1, ["nl.schakel.receipt.v1.colour: removed"])
    assert "breaking, needs a new version: nl.schakel.receipt.v1.colour: removed" in schakel("contracts", "check").out


def test_nor_one_of_the_commit_before_it(copy: Path) -> None:
    """The break itself may be what was committed last."""
    change(copy, "nl.schakel.receipt.v1", lambda schema: schema["properties"].update(colour={"type": "string"}))
    commit(copy)
    export_schemas(copy / SCHEMAS)
    commit(copy)
    assert breaking(copy) == ["nl.schakel.receipt.v1.colour: removed"]


def test_without_git_it_says_what_it_could_not_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freshness it can; breaking changes it can't."""
    published.export(tmp_path / SCHEMAS, tmp_path / ASYNCAPI)
    monkeypatch.setattr(checkout, "checkout", lambda: tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    said = schakel("contracts", "check", "--json")
    assert (said.exit_code, said.line()["compared"]) == (0, False)
    assert "no version is committed here" in said.err


def test_an_installed_package_has_nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a place of its own to write to."""
    monkeypatch.setattr(checkout, "checkout", lambda: None)
    assert (schakel("contracts", "check").exit_code, schakel("contracts", "export").exit_code) == (1, 1)
    assert (
        schakel("connector", "new", "acme_clients").err == "this is no working copy of Schakel: say where with --into\n"
    )
