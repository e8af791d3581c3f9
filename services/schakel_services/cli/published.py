"""The contracts as others read them: JSON Schemas and AsyncAPI documents, generated, and held to what was committed."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from schakel_contracts.compatibility import breaking_changes
from schakel_contracts.export import export_schemas, schemas, stale_schemas
from schakel_services.cli.reference.asyncapi import SERVICES, asyncapi

SCHEMAS = "contracts/schemas"
ASYNCAPI = "docs/reference/asyncapi"
REFS = ("HEAD", "HEAD^")
"""The last commit, and the one before it, since a check may run right after a commit."""

OWN_SCHEMA = "nl.schakel."


class NotOurs(ValueError):
    """A folder holds files that no contract wrote, which an export would remove."""


def export(schema_folder: Path, asyncapi_folder: Path) -> list[Path]:
    """Write every document, remove those of no contract, and return the paths that changed.

    Raises ``NotOurs`` rather than remove a file that is not Schakel's.
    """
    strange = sorted(path.name for path in schema_folder.glob("*.json") if not path.name.startswith(OWN_SCHEMA))
    if strange:
        raise NotOurs(f"{schema_folder} holds {strange[0]}, which is not Schakel's: choose another folder")
    changed = [schema_folder / name for name in export_schemas(schema_folder)]
    asyncapi_folder.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        path, text = asyncapi_folder / f"{service}.json", _document(service)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def stale(root: Path) -> list[str]:
    """Return the documents of a working copy that differ from the contracts, are missing, or are of none."""
    found = [f"{SCHEMAS}/{name}" for name in stale_schemas(root / SCHEMAS)]
    for service in SERVICES:
        path = root / ASYNCAPI / f"{service}.json"
        if not path.is_file() or path.read_text("utf-8") != _document(service):
            found.append(f"{ASYNCAPI}/{service}.json")
    return found


def breaking(root: Path) -> list[str] | None:
    """Return what would break a reader of a committed version; None where no version is committed."""
    committed = [known for ref in REFS if (known := _committed(root, ref))]
    if not committed:
        return None
    now = schemas()
    return list(dict.fromkeys(one for known in committed for one in breaking_changes(known, now)))


@cache
def _document(service: str) -> str:
    """A service's document does not change while this runs, and takes half a second to make."""
    return asyncapi(service)


def _committed(root: Path, ref: str) -> dict[str, Any]:
    """Return the schemas of a commit by name; none when it is not there, or git is not."""
    names = _git(root, "ls-tree", "--name-only", f"{ref}:{SCHEMAS}").splitlines()
    return {
        name.removesuffix(".json"): json.loads(_git(root, "show", f"{ref}:{SCHEMAS}/{name}"))
        for name in names
        if name.endswith(".json")
    }


def _git(root: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    done = subprocess.run([program, "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""
