"""A region's overlay: a folder of TOML files that may only tighten the policy, and that is proven to.

``overlay.toml`` names it; every other file holds ``[[row]]`` entries (what one row loses) and ``[[agreement]]`` entries
(a partner whose agreements end earlier here). What is not right stops the start, with file, row and rule.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from schakel_contracts.codes import Role
from schakel_contracts.policy.checks import findings
from schakel_contracts.policy.compiling import compile_cells
from schakel_contracts.policy.loading import shaped
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.problem import PolicyError
from schakel_contracts.policy.tables_format import Closed, Code, FlowRow, Signature
from schakel_contracts.policy.tightening import Widening, widenings

HEAD = "overlay.toml"


class OverlayHead(Closed):
    """What an overlay is called, and on which tables it was made."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48, description="Of the region.")
    version: int = Field(ge=1, description="One higher each time.")
    base: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", description="Version of the tables that it tightens.")
    signed_by: Signature | None = None


class RowChange(Closed):
    """What one row of the tables loses in this region."""

    id: str = Field(description="The row.")
    why: str = Field(min_length=1, max_length=400, description="For the reader, in Dutch.")
    remove: bool = Field(default=False, description="The whole row.")
    without_source_roles: tuple[Role, ...] = ()
    without_recipient_roles: tuple[Role, ...] = ()
    without_fields: tuple[str, ...] = ()
    mask: tuple[Literal["source", "type"], ...] = Field(default=(), description="Beside what is masked already.")
    basis: tuple[Code, ...] = Field(default=(), description="In the place of the row's: each as strict, or stricter.")


class AgreementChange(Closed):
    """A partner whose agreements end earlier for this chain."""

    partner: str
    until: date = Field(description="Last day; not after that of the chain file.")


@dataclass(frozen=True, slots=True)
class Overlay:
    """One overlay as it was read; each change with the file in which it stands."""

    head: OverlayHead
    rows: tuple[tuple[str, RowChange], ...]
    agreements: tuple[tuple[str, AgreementChange], ...]
    digest: str


def read_overlay(folder: Path) -> Overlay:
    """Return the overlay of a folder; raises ``PolicyError`` with file, row and rule."""
    if not (folder / HEAD).is_file():
        raise PolicyError(HEAD, "-", "present", "the overlay has no head")
    rows: list[tuple[str, RowChange]] = []
    agreements: list[tuple[str, AgreementChange]] = []
    digest = sha256()
    head: OverlayHead | None = None
    for path in sorted(folder.rglob("*.toml")):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        digest.update(name.encode() + b"\0" + content + b"\0")
        raw = _parsed(name, content)
        if name == HEAD:
            head = shaped(OverlayHead, raw, name, "head")
            continue
        if unknown := sorted(set(raw) - {"row", "agreement"}):
            raise PolicyError(name, unknown[0], "shape", "expected nothing but [[row]] and [[agreement]]")
        rows += [(name, shaped(RowChange, entry, name, label)) for entry, label in _entries(raw, "row", name, "id")]
        found = _entries(raw, "agreement", name, "partner")
        agreements += [(name, shaped(AgreementChange, entry, name, label)) for entry, label in found]
    if head is None:
        raise PolicyError(HEAD, "-", "present", "the overlay has no head")
    _refuse_twice([(name, change.id) for name, change in rows])
    _refuse_twice([(name, change.partner) for name, change in agreements])
    return Overlay(head, tuple(rows), tuple(agreements), digest.hexdigest())


def apply(policy: Policy, overlay: Overlay) -> Policy:
    """Return the policy as the region has it, named after both; raises ``PolicyError`` for what would widen it.

    The proof does not trust the changes: it compares every cell of the result with that of the tables.
    """
    if overlay.head.base != policy.header.version:
        raise PolicyError(HEAD, "head", "base", f"made for {overlay.head.base}, the tables are {policy.header.version}")
    rows = dict(policy.rows)
    files: dict[str, str] = {}
    for file, change in overlay.rows:
        files[change.id] = file
        if change.id not in rows:
            raise PolicyError(file, change.id, "row", "the tables have no such row")
        changed = _changed(rows.pop(change.id), change, file)
        if changed is None:
            continue
        for rule, says in findings(changed, dict(policy.roles), dict(policy.bases), []):
            raise PolicyError(file, change.id, rule, says)
        rows[change.id] = changed
    tightened = replace(
        policy,
        rows=rows,
        cells=compile_cells(rows, policy.roles, policy.bases),
        digest=sha256(f"{policy.digest}{overlay.digest}".encode()).hexdigest(),
        overlay=f"{overlay.head.name}.{overlay.head.version}",
    )
    if (found := tightens(policy, tightened)) is not None:
        raise PolicyError(files.get(found.row, HEAD), found.row, found.rule, found.says)
    return tightened


def tightens(base: Policy, tightened: Policy) -> Widening | None:
    """Return the first thing that is wider than in the base, over all cells; None: proven to be nowhere wider."""
    return next(widenings(base, tightened), None)


def _changed(row: FlowRow, change: RowChange, file: str) -> FlowRow | None:
    """Return a row without what it loses, or none; raises ``PolicyError`` when it never had it."""
    named: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "source_roles": (row.source_roles, change.without_source_roles),
        "recipient_roles": (row.recipient_roles, change.without_recipient_roles),
        "fields": (row.fields, change.without_fields),
    }
    update: dict[str, Any] = {}
    for name, (there, without) in named.items():
        if absent := [each for each in without if each not in there]:
            raise PolicyError(file, row.id, f"without_{name}", f"the row has no {absent[0]}")
        update[name] = tuple(each for each in there if each not in without)
    if change.remove or not all(update.values()):
        return None
    update["mask"] = tuple(part for part in ("source", "type") if part in {*row.mask, *change.mask})
    update["basis"] = change.basis or row.basis
    return row.model_copy(update=update)


def _entries(raw: Mapping[str, Any], key: str, file: str, label: str) -> Iterator[tuple[Any, str]]:
    entries = raw.get(key, [])
    if not isinstance(entries, list):
        raise PolicyError(file, key, "shape", f"expected [[{key}]]")
    for number, entry in enumerate(entries, start=1):
        known = isinstance(entry, dict) and isinstance(entry.get(label), str)
        yield entry, entry[label] if known else f"{key} {number}"


def _parsed(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(name, "-", "toml", str(error)) from None


def _refuse_twice(named: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for file, row in named:
        if row in seen:
            raise PolicyError(file, row, "unique", f"also in {seen[row]}")
        seen[row] = file
