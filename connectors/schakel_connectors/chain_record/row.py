"""What every row says beside the fact itself: which kind of fact, its key, whom it is about, and since when."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from schakel_connectors.chain_record.values import key, moment, text
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Subject
from schakel_contracts.identifiers import Bsn, is_bsn

HANDLE = "h1."
"""How a handle begins, under which a partner without a BSN is told of a person."""

SYSTEM = "client"
"""Sets the partner's client numbers apart from those of its other systems."""


class Row(BaseModel):
    """One fact of one person; each kind adds its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    type: str
    record: Annotated[str, BeforeValidator(key)] = Field(
        description="The sender's own key of this fact: the same when it is sent again or corrected."
    )
    bsn: Annotated[str, BeforeValidator(text)] | None = Field(
        default=None, description="Whom it is about: nine digits. Or, or also, client."
    )
    client: Annotated[str, BeforeValidator(key)] | None = Field(
        default=None,
        description="The sender's own number of the person, or the handle under which it was told of them.",
    )
    as_of: Annotated[datetime, BeforeValidator(moment)] | None = Field(
        default=None, description="When the sender last changed it; an older version that comes later changes nothing."
    )

    def subject(self) -> Subject:
        """Return whom the row is about."""
        if self.bsn is None and self.client is None:
            raise rejected("bsn", "missing")
        if self.bsn is not None and not is_bsn(self.bsn):
            raise rejected("bsn", "bsn_invalid")
        own = () if self.client is None else (_number(self.client),)
        return Subject(None if self.bsn is None else Bsn(self.bsn), own)

    def values(self) -> tuple[tuple[str, Any], ...]:
        """Return the fields of the fact that were given, in the order of its contract."""
        given = ((name, getattr(self, name)) for name in _own_fields(type(self)))
        return tuple(pair for pair in given if pair[1] is not None)


@cache
def _own_fields(kind: type[Row]) -> tuple[str, ...]:
    return tuple(name for name in kind.model_fields if name not in Row.model_fields)


def _number(client: str) -> str:
    """Return a handle as it is, and a number with the system that gave it."""
    return client if client.startswith(HANDLE) or "|" in client else f"{SYSTEM}|{client}"
