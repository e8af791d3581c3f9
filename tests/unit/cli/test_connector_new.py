"""``schakel connector new`` makes a connector that keeps every promise at once; ``list`` shows those there are."""

import subprocess
import sys
from pathlib import Path

import pytest

from schakel_connectors.connector import load, names
from schakel_connectors.testing import connector_in
from schakel_connectors.trial import try_record
from schakel_services.cli.scaffold import is_name
from schakel_services.cli.testing.command import schakel

ROOT = Path(__file__).parents[3]
KEYS = {
    *("name", "title", "standard", "owner", "purpose", "legal_basis", "roles", "bsn", "content_types"),
    *("size_max", "emits", "registry"),
}


def test_a_new_connector_passes_the_acceptance_kit(tmp_path: Path) -> None:
    """Two of them, so that one does not take what the other does; linted by the project's own rules."""
    made = schakel("connector", "new", "acme_clients", "--into", tmp_path, "--json")
    schakel("connector", "new", "zorg2", "--into", tmp_path)
    assert made.exit_code == 0
    assert made.line()["name"] == "acme_clients"
    assert {"manifest.toml", "mapping.py", "README.md", "test_acceptance.py"} <= set(made.line()["files"])
    kit = [sys.executable, "-m", "pytest", "-q", "-p", "schakel_connectors.testing", "-p", "no:cacheprovider"]
    options = ["--import-mode=prepend", "-W", "ignore", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    done = subprocess.run([*kit, *options, str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    ruff = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml")]
    linted = subprocess.run([*ruff, str(tmp_path / "acme_clients")], capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_its_samples_show_every_outcome(tmp_path: Path) -> None:
    """Accepted, unlinked and rejected, each with what is expected of it."""
    folder = Path(schakel("connector", "new", "acme_clients", "--into", tmp_path, "--json").line()["folder"])
    samples = {path.stem for path in (folder / "samples").iterdir()}
    assert {name.partition("_")[0] for name in samples} == {"accepted", "unlinked", "rejected"}
    assert samples == {path.stem for path in (folder / "expected").iterdir()}


def test_the_example_that_is_copied_takes_no_sample_of_a_real_connector() -> None:
    """And no real connector takes one of its: nothing is read as what it is not."""
    example = connector_in("schakel_services.cli.new_connector")
    cases = Path(ROOT / "services/schakel_services/cli/new_connector/cases").glob("accepted_*[!e].json")
    own = [case.read_bytes() for case in cases if not case.name.endswith(".outcome.json")]
    assert own
    assert {try_record(example, raw)["outcome"] for raw in own} == {"accepted"}
    assert {try_record(load(name), raw)["outcome"] for name in names() for raw in own} == {"rejected"}


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten: not a folder, not a connector, not what connectors share."""
    (tmp_path / "acme_clients").mkdir()
    there = schakel("connector", "new", "acme_clients", "--into", tmp_path)
    assert (there.exit_code, list((tmp_path / "acme_clients").iterdir())) == (1, [])
    assert schakel("connector", "new", "suwiml").exit_code == 1
    assert schakel("connector", "new", "rejection").exit_code == 1


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """In one line."""
    (tmp_path / "file").write_text("", "utf-8")
    said = schakel("connector", "new", "acme", "--into", tmp_path / "file" / "below")
    assert said.exit_code == 1
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("acme", True),
        ("acme_clients_2", True),
        ("", False),
        ("Acme", False),
        ("acme-clients", False),
        ("_acme", False),
        ("acme__x", False),
        ("2acme", False),
        ("../acme", False),
        ("import", False),
        ("a" * 49, False),
        ("acmé", False),
        ("acme\n", False),
    ],
)
def test_a_name_is_a_python_name_in_lower_case(name: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    """It becomes a folder, a package and a word on a command line."""
    assert is_name(name) is good


def test_list_tells_every_connector() -> None:
    """What it reads, from whom, and what it gives."""
    lines = schakel("connector", "list", "--json").lines()
    assert [line["name"] for line in lines] == list(names())
    assert all(line.keys() == KEYS for line in lines)
    assert all(name in schakel("connector", "list").out for name in names())
