"""Read the policy tables, strictly: what is not right stops the start, with file, row and rule."""

import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from schakel_contracts.codes import Purpose, Role
from schakel_contracts.policy.checks import findings, role_findings
from schakel_contracts.policy.compiling import compile_cells
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.problem import PolicyError
from schakel_contracts.policy.tables_format import (
    BY_LAW,
    EMERGENCY,
    ON_REQUEST,
    BasisKind,
    BasisRow,
    FlowRow,
    Header,
    NeverRow,
    Prohibited,
    PurposeRow,
    RoleRow,
    goes_by_law,
)

TABLES = Path(__file__).parent / "tables"
PROHIBITED: TypeAdapter[dict[Prohibited, str]] = TypeAdapter(dict[Prohibited, str])
ROLE_CODES = frozenset(role.value for role in Role)
PURPOSE_CODES = frozenset(purpose.value for purpose in Purpose)
Shape = TypeVar("Shape", bound=BaseModel)


def load_policy(directory: Path | None = None) -> Policy:
    """Return the policy of a folder of tables, by default Schakel's own; raises ``PolicyError``."""
    folder = TABLES if directory is None else directory
    raw = dict(_read(folder))
    roles = _roles(raw)
    purposes, prohibited = _purposes(raw)
    bases = _bases(raw)
    never = [
        shaped(NeverRow, entry, "never.toml", f"never {number}")
        for number, entry in enumerate(_entries(raw, "never.toml", "never"), start=1)
    ]
    files: dict[str, str] = {}
    rows: dict[str, FlowRow] = {}
    for file, row in _flows(raw):
        if row.id in rows:
            raise PolicyError(file, row.id, "unique", f"also in {files[row.id]}")
        for rule, says in findings(row, roles, bases, never):
            raise PolicyError(file, row.id, rule, says)
        rows[row.id] = row
        files[row.id] = file
    _refuse_overlap(rows, files)
    header = shaped(Header, _table(raw, "policy.toml"), "policy.toml", "header")
    if header.valid_until is not None and header.valid_until < header.valid_from:
        raise PolicyError("policy.toml", "header", "valid_until", "before valid_from")
    return Policy(
        header=header,
        roles=roles,
        purposes=purposes,
        prohibited=prohibited,
        bases=bases,
        rows=rows,
        files=files,
        cells=compile_cells(rows, roles, bases),
        digest=_digest(folder, raw),
        consent_text_major=header.consent_text_major,
    )


def _read(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        try:
            yield name, tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PolicyError(name, "-", "toml", str(error)) from None


def _table(raw: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in raw:
        raise PolicyError(name, "-", "present", "the table is missing")
    return raw[name]


def _entries(raw: Mapping[str, dict[str, Any]], name: str, key: str) -> list[dict[str, Any]]:
    table = _table(raw, name)
    entries = table.get(key, [])
    if set(table) - {key} or not isinstance(entries, list):
        raise PolicyError(name, "-", "shape", f"expected nothing but [[{key}]]")
    return entries


def shaped(shape: type[Shape], entry: Any, file: str, row: str) -> Shape:
    """Return an entry of a table in its shape, or raise ``PolicyError`` that names field and rule."""
    try:
        return shape.model_validate(entry)
    except ValidationError as error:
        raise _as_policy_error(error, file, row) from None


def _as_policy_error(error: ValidationError, file: str, row: str) -> PolicyError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "row"
    return PolicyError(file, row, first["type"], f"{where}: {first['msg']}")


def _roles(raw: Mapping[str, dict[str, Any]]) -> dict[Role, RoleRow]:
    roles: dict[Role, RoleRow] = {}
    for code, entry in _table(raw, "roles.toml").items():
        if code not in ROLE_CODES:
            raise PolicyError("roles.toml", code, "role", "unknown code")
        roles[Role(code)] = role = shaped(RoleRow, entry, "roles.toml", code)
        for rule, says in role_findings(role):
            raise PolicyError("roles.toml", code, rule, says)
    for missing in sorted(set(Role) - set(roles)):
        raise PolicyError("roles.toml", missing, "present", "the role is missing")
    return roles


def _purposes(
    raw: Mapping[str, dict[str, Any]],
) -> tuple[dict[Purpose, PurposeRow], dict[Prohibited, str]]:
    table = dict(_table(raw, "purposes.toml"))
    try:
        prohibited = PROHIBITED.validate_python(table.pop("prohibited", {}))
    except ValidationError as error:
        raise _as_policy_error(error, "purposes.toml", "prohibited") from None
    purposes: dict[Purpose, PurposeRow] = {}
    for code, entry in table.items():
        if code not in PURPOSE_CODES:
            raise PolicyError("purposes.toml", code, "purpose", "unknown code")
        purposes[Purpose(code)] = shaped(PurposeRow, entry, "purposes.toml", code)
    for missing in sorted(set(Purpose) - set(purposes)):
        raise PolicyError("purposes.toml", missing, "present", "the purpose is not described")
    return purposes, prohibited


def _bases(raw: Mapping[str, dict[str, Any]]) -> dict[str, BasisRow]:
    bases: dict[str, BasisRow] = {}
    for entry in _entries(raw, "bases.toml", "basis"):
        basis = shaped(BasisRow, entry, "bases.toml", str(entry.get("code", "-")))
        if basis.code in bases:
            raise PolicyError("bases.toml", basis.code, "unique", "twice")
        if not _code_tells(basis):
            raise PolicyError("bases.toml", basis.code, "code", f"is not how a code of kind {basis.kind} begins")
        bases[basis.code] = basis
    return bases


def _code_tells(basis: BasisRow) -> bool:
    """Say whether the code alone tells what must hold: a deliverer has nothing else (``goes_by_law``)."""
    by_law = basis.kind in BY_LAW or basis.kind is BasisKind.HOST
    return (
        by_law == goes_by_law(basis.code)
        and (basis.kind is BasisKind.ON_REQUEST) == basis.code.startswith(ON_REQUEST)
        and (basis.kind is not BasisKind.EMERGENCY or basis.code == EMERGENCY)
    )


def _flows(raw: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, FlowRow]]:
    known = {"policy.toml", "roles.toml", "purposes.toml", "bases.toml", "never.toml"}
    for name in raw:
        if name in known:
            continue
        if not name.startswith("flows/"):
            raise PolicyError(name, "-", "present", "no such table")
        for number, entry in enumerate(_entries(raw, name, "row"), start=1):
            yield name, shaped(FlowRow, entry, name, str(entry.get("id", f"row {number}")))


def _refuse_overlap(rows: Mapping[str, FlowRow], files: Mapping[str, str]) -> None:
    taken: dict[tuple[str, Role, Role], str] = {}
    for row in rows.values():
        for source in row.source_roles:
            for recipient in row.recipient_roles:
                other = taken.setdefault((row.event, source, recipient), row.id)
                if other != row.id:
                    says = f"{source} to {recipient} is also in {files[other]}: {other}"
                    raise PolicyError(files[row.id], row.id, "overlap", says)


def _digest(folder: Path, raw: Mapping[str, Any]) -> str:
    digest = sha256()
    for name in raw:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()
