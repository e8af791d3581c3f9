"""A client file of a partner, as whether care runs: the smallest connector that keeps every promise."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schakel_connectors.rejection import rejected
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.statement import Subject, Translation
from schakel_contracts.codes import CarePlanStatus
from schakel_contracts.identifiers import Bsn, is_bsn

STATUS = {
    "loopt": CarePlanStatus.ACTIVE,
    "pauze": CarePlanStatus.PAUSED,
    "gestopt": CarePlanStatus.ENDED,
}
"""The partner's words, and what they mean here."""

SYSTEM = "new_connector"
"""Tells the partner's numbers from those of its other systems."""

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]


class Read(BaseModel):
    """What is read of the partner's file: what has no field here is left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class Client(Read):
    """The person, by BSN, by the partner's own number, or by both."""

    bsn: str | None = None
    number: Number | None = None


class Record(Read):
    """One file."""

    format: Literal["new_connector/1"]
    plan: Number
    changed: AwareDatetime | None = None
    client: Client
    status: Literal["loopt", "pauze", "gestopt"]
    since: date | None = Field(default=None)


def parse(raw: bytes) -> Record:
    """Read one file."""
    return Record.model_validate_json(raw)


def to_translations(record: Record) -> Iterator[Translation]:
    """Yield what the file means for its person."""
    client = record.client
    if client.bsn is None and client.number is None:
        raise rejected("client", "bsn_or_number_required")
    if client.bsn is not None and not is_bsn(client.bsn):
        raise rejected("client.bsn", "bsn_invalid")
    yield Translation(
        record_key=record.plan,
        subject=Subject(
            bsn=None if client.bsn is None else Bsn(client.bsn),
            own_numbers=() if client.number is None else (f"{SYSTEM}|{client.number}",),
        ),
        statements=(CarePlanStated(STATUS[record.status], effective=record.since),),
        as_of=record.changed,
    )
