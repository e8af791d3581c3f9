"""The committed JSON Schemas are up to date, and break no reader of those committed before."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts.compatibility import breaking_changes
from schakel_contracts.export import schemas, stale_schemas

ROOT = Path(__file__).parents[2]
SCHEMAS = "contracts/schemas"


def test_schemas_are_up_to_date() -> None:
    """``schakel contracts export`` would change nothing."""
    assert stale_schemas(ROOT / SCHEMAS) == []


@pytest.mark.parametrize("ref", ["HEAD", "HEAD^"])
def test_contracts_break_no_reader_of(ref: str) -> None:
    """Against the last commit, and the one before it, since a check may run right after a commit."""
    committed = committed_schemas(ref)
    if not committed:
        pytest.skip(f"no schemas at {ref}")
    assert breaking_changes(committed, schemas()) == []


def committed_schemas(ref: str) -> dict[str, Any]:
    """Return the schemas of a commit by name; none when there is no such commit here."""
    names = git("ls-tree", "--name-only", f"{ref}:{SCHEMAS}").splitlines()
    return {name.removesuffix(".json"): json.loads(git("show", f"{ref}:{SCHEMAS}/{name}")) for name in names}


def git(*arguments: str) -> str:
    """Return what git prints; nothing when it refuses."""
    program = shutil.which("git")
    if program is None:
        return ""
    done = subprocess.run([program, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""
