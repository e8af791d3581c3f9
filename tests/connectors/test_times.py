"""A time that no record can be about is refused where it is read, in trying as at the intake."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from schakel_connectors.chain_record.template import as_object
from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.statement import Subject, Translation
from schakel_connectors.trial import try_record
from schakel_contracts.identifiers import Bsn

CHAIN_RECORD = load("chain_record")
BEYOND = ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"]
MOMENTS = [*BEYOND, "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "31-12-9999 23:59"]


def rules(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return why a row is refused."""
    return [(each["field"], each["rule"]) for each in try_record(CHAIN_RECORD, json.dumps(row).encode())["errors"]]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_row_s_moments_lie_within_reason(moment: str) -> None:
    """Of its last change, and of what it tells."""
    row = as_object("attendance.exception") | {"as_of": moment}
    assert rules(row) == [("as_of", "date_out_of_range")]
    consent = as_object("consent.granted") | {"granted_at": moment}
    assert rules(consent) == [("granted_at", "date_out_of_range")]


@pytest.mark.parametrize("day", [*BEYOND, "31-12-9999"])
def test_a_row_s_days_lie_within_reason(day: str) -> None:
    """An end that nobody knows is left out."""
    assert rules(as_object("attendance.exception") | {"on": day}) == [("on", "date_out_of_range")]


@pytest.mark.parametrize("moment", ["1900-01-01", "2999-12-31T23:59:59-12:00"])
def test_the_first_and_the_last_are_taken(moment: str) -> None:
    """To the year."""
    assert rules(as_object("attendance.exception") | {"as_of": moment}) == []


@pytest.mark.parametrize(
    "at", [datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), datetime.min.replace(tzinfo=UTC)]
)
def test_no_connector_gets_by(at: datetime) -> None:
    """Whatever reads the time: what it says of its last change is looked at for all of them."""

    def to_translations(_: object) -> Iterator[Translation]:
        yield Translation("A-1", Subject(Bsn("999900006")), (), at)

    connector = replace(CHAIN_RECORD, to_translations=to_translations)
    with pytest.raises(RecordRejected) as refused:
        connector.translate(json.dumps(as_object("attendance.exception")).encode())
    assert refused.value.errors == (FieldError("as_of", "date_out_of_range"),)
