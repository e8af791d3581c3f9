"""A SETU Assignment 2.0 as a placement, and as the involvement of who arranges and who employs."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from schakel_connectors.json_reading import json_of
from schakel_connectors.rejection import rejected
from schakel_connectors.setu_assignment.hours import Work, hours_band
from schakel_connectors.setu_assignment.identity import (
    Identifier,
    WorkerNumber,
    organisation,
    person,
    scoped,
)
from schakel_connectors.stated.placement import PlacementStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef, Translation
from schakel_connectors.times import check_years
from schakel_connectors.xml_fields import fields_of
from schakel_connectors.xml_reading import parse_xml
from schakel_contracts.codes import PlacementKind, Role

ROOT = "{https://ontology.setu.nl/messages}Assignment"

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe|\xfe\xff|\x00<")
_BOM = b"\xef\xbb\xbf"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)


def _day(text: object) -> date:
    """Drop the time zone that XML Schema allows; a number, to pydantic seconds, is no date."""
    found = _DAY.fullmatch(text) if isinstance(text, str) else None
    try:
        day = date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise PydanticCustomError("date_invalid", "not a date of the form YYYY-MM-DD") from None
    check_years(day)
    return day


Day = Annotated[date, BeforeValidator(_day)]


def _number(value: object) -> object:
    """Yes is no number, though Python counts it as one."""
    if isinstance(value, bool):
        raise PydanticCustomError("not_a_number", "not a number")
    return value


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Code(_Read):
    """A code of one of SETU's lists."""

    value: str = Field(max_length=100)


class Party(_Read):
    """A supplier or a customer of workers."""

    legal_id: Identifier | None = Field(default=None, alias="legalId")


class Amount(_Read):
    """An amount of work or of time."""

    value: Annotated[float, BeforeValidator(_number)] = Field(ge=0, allow_inf_nan=False)
    unit: Code = Field(alias="unitCode")


class WorkingPeriod(_Read):
    """So much work in so much time."""

    work: Amount | None = Field(default=None, alias="workDuration")
    minimum: Amount | None = Field(default=None, alias="minimumWorkDuration")
    base: Amount = Field(alias="baseDuration")


class PositionPeriod(_Read):
    """From when until when."""

    start: Day
    expected_end: Day | None = Field(default=None, alias="expectedEnd")
    actual_end: Day | None = Field(default=None, alias="actualEnd")


class PositionProfile(_Read):
    """The position, without its title and its task."""

    offering_type: Code | None = Field(default=None, alias="positionOfferingTypes")
    period: PositionPeriod = Field(alias="positionPeriod")
    working_periods: tuple[WorkingPeriod, ...] = Field(default=(), alias="workingPeriods")


class Worker(_Read):
    """The worker, by numbers only."""

    ids: tuple[WorkerNumber, ...] = Field(alias="workerId", min_length=1)


class Record(_Read):
    """One Assignment."""

    document_id: Identifier = Field(alias="documentId")
    supplier: Party = Party()
    customer: Party = Party()
    position: PositionProfile = Field(alias="positionProfile")
    worker: Worker = Field(alias="assignedWorker")


def parse(raw: bytes) -> Record:
    """Read one Assignment, in JSON or XML."""
    if not _XML.match(raw):
        return _from_json(raw)
    root = parse_xml(raw)
    if root.tag != ROOT:
        raise rejected("record", "unsupported_type")
    return Record.model_validate(fields_of(root, Record))


def _from_json(raw: bytes) -> Record:
    """JSON doesn't name its message: without an assigned worker it is taken for another one.

    It is read twice: pydantic would take the last of two workers, and never looks at what is not declared.
    """
    raw = raw.removeprefix(_BOM)
    content = json_of(raw)
    if not isinstance(content, dict) or "assignedWorker" not in content:
        raise rejected("record", "unsupported_type")
    return Record.model_validate_json(raw)


def to_translations(record: Record) -> Iterator[Translation]:
    """Yield what the Assignment means for its worker."""
    period = record.position.period
    for name, end in (("expectedEnd", period.expected_end), ("actualEnd", period.actual_end)):
        if end and end < period.start:
            raise rejected(f"positionProfile.positionPeriod.{name}", "end_before_start")
    supplier = organisation(record.supplier.legal_id)
    customer = organisation(record.customer.legal_id)
    yield Translation(
        record_key=scoped(record.document_id, supplier),
        subject=person(record.worker.ids, supplier, customer),
        statements=(*_relations(period, customer), _placement(record.position, customer)),
    )


def _relations(period: PositionPeriod, customer: OrganisationRef | None) -> Iterator[RelationStated]:
    """A relation begins when the placement is agreed, so that its start can be told ahead; it ends on an agreed day.

    An expected end is a guess.
    """
    last = period.actual_end
    yield RelationStated("relation/sender", valid_until=last)
    if customer:
        yield RelationStated("relation/employer", customer, Role.EMP, valid_until=last)


def _placement(position: PositionProfile, customer: OrganisationRef | None) -> PlacementStated:
    period = position.period
    return PlacementStated(
        slot="placement",
        kind=_kind(position.offering_type),
        start=period.start,
        expected_end=None if period.actual_end else period.expected_end,
        actual_end=period.actual_end,
        hours_band=hours_band(_work(position.working_periods)),
        employer=customer,
    )


def _kind(offering_type: Code | None) -> PlacementKind:
    """SETU lists no values here, so Schakel's own codes are agreed; else it is agency work."""
    try:
        return PlacementKind(offering_type.value if offering_type else "")
    except ValueError:
        return PlacementKind.TEMPORARY_AGENCY


def _work(periods: tuple[WorkingPeriod, ...]) -> Iterator[Work]:
    """Yield the agreed hours, or else the least that is agreed."""
    for period in periods:
        amount = period.work or period.minimum
        if amount:
            yield Work(amount.value, amount.unit.value, period.base.value, period.base.unit.value)
