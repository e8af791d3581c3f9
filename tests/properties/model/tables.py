"""The tables as a reader sees them: plain dictionaries out of TOML, nothing compiled."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from schakel_contracts import policy as schakel_policy
from schakel_contracts.catalogue import BY_SHORT_TYPE

Json = dict[str, Any]
FOLDER = Path(schakel_policy.__file__).parent / "tables"


def read(name: str) -> Json:
    """Read one table."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


ROWS: list[Json] = [row for path in sorted(FOLDER.glob("flows/*.toml")) for row in read(f"flows/{path.name}")["row"]]
ROLES: Json = read("roles.toml")
KIND_OF_BASIS: dict[str, str] = {basis["code"]: basis["kind"] for basis in read("bases.toml")["basis"]}
TEXT_MAJOR: int = read("policy.toml").get("consent_text_major", 1)
CATEGORY: dict[str, str] = {name: event.category.value for name, event in BY_SHORT_TYPE.items()}
"""Which kind of data an event is: the one thing that only the contracts say."""


@cache
def rows_for(event: str, source_role: str, role: str) -> list[Json]:
    """Return the rows that speak of an event between two roles."""
    return [
        row
        for row in ROWS
        if row["event"] == event and source_role in row["source_roles"] and role in row["recipient_roles"]
    ]
