"""A connector that is wrongly written is named, with file and line: to who writes it, and to who starts a service."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import schakel_connectors
from schakel_connectors import connector
from schakel_services.cli.scaffold import write_connector
from schakel_services.cli.testing.command import schakel

NAME = "tried_out"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], Path]]:
    """Make a connector that is found beside the others, with one thing in it replaced; return a sample of it."""
    monkeypatch.setattr(schakel_connectors, "__path__", [*schakel_connectors.__path__, str(tmp_path)])

    def written(file: str, old: str, new: str) -> Path:
        write_connector(NAME, tmp_path, with_test=False)
        changed = tmp_path / NAME / file
        text = changed.read_text("utf-8")
        assert old in text
        changed.write_bytes(text.replace(old, new, 1).encode("latin-1" if "\xe9" in new else "utf-8"))
        return tmp_path / NAME / "samples" / "accepted_running.json"

    forget()
    yield written
    forget()


def forget() -> None:
    """Look for connectors anew."""
    for known in (connector.load, connector.manifest_of, connector.names):
        known.cache_clear()
    for module in [name for name in sys.modules if name.startswith(f"schakel_connectors.{NAME}")]:
        del sys.modules[module]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("mapping.py", "SYSTEM =", "def (\nSYSTEM =", "mapping.py:22: no Python"),
        ("mapping.py", "SYSTEM =", "SYSTEM = SYSTEN + ", "mapping.py:22: name 'SYSTEN' is not defined"),
        ("mapping.py", "from datetime import date", "import datum", "mapping.py:4: No module named 'datum'"),
        ("mapping.py", "def parse", "def parse_it", "has no attribute 'parse'"),
        ("manifest.toml", "owner =", "ownr =", "manifest.toml: owner: missing; ownr: extra_forbidden"),
        ("manifest.toml", '"GGZ"', '"GZZ"', "manifest.toml: roles.0: enum"),
        ("manifest.toml", "title =", "title", "manifest.toml: Expected '='"),
        ("manifest.toml", "Vul in", "\xe9", "manifest.toml: 'utf-8' codec"),
    ],
)
def test_what_is_wrong_with_it_is_said(
    write: Callable[[str, str, str], Path], file: str, old: str, new: str, says: str
) -> None:
    """Where, and what; nothing in a connector is of a person."""
    sample = write(file, old, new)
    said = schakel("connector", "try", NAME, sample, "--json")
    problem = said.line()["problem"]
    assert (said.exit_code, problem["rule"]) == (1, "broken_connector")
    assert problem["says"].startswith(f"connector {NAME}: ")
    assert says in problem["says"]
    assert said.err == f"{problem['says']}\n"


def test_one_that_is_right_is_tried(write: Callable[[str, str, str], Path]) -> None:
    """The same connector with nothing wrong in it."""
    assert schakel("connector", "try", NAME, write("mapping.py", "SYSTEM =", "SYSTEM =")).exit_code == 0
