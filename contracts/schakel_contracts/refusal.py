"""The refusal: that a record was not taken, by whom, by which rule; the record itself stays where it was."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schakel_contracts.event import Contract
from schakel_contracts.identifiers import PartyText


class BrokenRule(Contract):
    """One field that breaks one rule."""

    field: str = Field(pattern=r"^[A-Za-z0-9_.:@*\[\]/-]{1,200}$")
    rule: str = Field(pattern=r"^[a-z0-9_]{1,80}$")


class Refusal(Contract):
    """Metadata of one refused record: never its content, never a person."""

    kind: Literal["rejected", "unlinked", "malformed"]
    partner: PartyText
    connector: str = Field(pattern=r"^[a-z0-9_]{1,48}$")
    position: str = Field(description="Where it came in.")
    errors: tuple[BrokenRule, ...] = ()
    at: datetime
