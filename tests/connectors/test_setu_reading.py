"""SETU in JSON: nothing in it is lost or misread without a word, and a BSN is one by whatever name."""

import json
from pathlib import Path
from typing import Any

import pytest

import schakel_connectors
from schakel_connectors.connector import load
from schakel_connectors.trial import try_record
from schakel_contracts.identifiers import Bsn

SAMPLES = Path(schakel_connectors.__path__[0]) / "setu_assignment" / "samples"
START = (SAMPLES / "accepted_start.json").read_text()
SETU = load("setu_assignment")
OTHER = '{"workerId": [{"value": "999900018", "schemeAgencyId": "BSN"}]}'


def refused(text: str) -> list[tuple[str, str]]:
    """Return why it is refused; nothing where it is not."""
    return [(each["field"], each["rule"]) for each in try_record(SETU, text.encode())["errors"]]


@pytest.mark.parametrize(
    "text",
    [
        START.replace("{", f'{{"assignedWorker": {OTHER}, ', 1),
        START.rstrip().removesuffix("}") + f', "assignedWorker": {OTHER}}}',
        START.replace("{", '{"unread": {"a": 1, "a": 2}, ', 1),
    ],
    ids=["before", "behind", "unread"],
)
def test_a_name_that_stands_twice_is_refused(text: str) -> None:
    """Two workers are two placements, and the last one would win."""
    assert refused(text) == [("record", "repeated")]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 5000])
def test_what_is_no_number_is_no_json(number: str) -> None:
    """Also where nobody looks at it."""
    assert refused(START.replace("{", f'{{"unread": {number}, ', 1)) == [("record", "json_invalid")]


@pytest.mark.parametrize("raw", [b"\xff", b'{"assignedWorker": "\xe9"}', b'{"assignedWorker": {}', b""])
def test_what_is_no_json_is_refused_as_such(raw: bytes) -> None:
    """In UTF-8, which JSON is in."""
    assert try_record(SETU, raw)["errors"] == [{"field": "record", "rule": "json_invalid"}]


@pytest.mark.parametrize("value", [True, False])
def test_yes_is_no_number_of_hours(value: bool) -> None:  # noqa: FBT001 - a column of the table
    """Python counts it as one."""
    message: dict[str, Any] = json.loads(START)
    message["positionProfile"]["workingPeriods"][0]["workDuration"]["value"] = value
    at = "positionProfile.workingPeriods.0.workDuration"
    assert refused(json.dumps(message)) == [(f"{at}.value", "not_a_number")]
    message["positionProfile"]["workingPeriods"][0]["workDuration"] = value
    assert [field for field, _ in refused(json.dumps(message))] == [at]


def worker(value: str, **named: str) -> str:
    """Return a message about a worker by one number."""
    message = json.loads(START)
    message["assignedWorker"]["workerId"] = [{"value": value} | named]
    return json.dumps(message)


NAMES = [
    *("BSN", "bsn", "BSN-nummer", "bsnnr", "clientBSN", "burgerservicenummer", "Burger Service Nummer"),
    *("burgerservicenr", "sofinummer", "SoFi", "urn:oid:2.16.840.1.113883.2.4.6.3", "2.16.840.1.113883.2.4.6.3"),
    *("http://fhir.nl/fhir/NamingSystem/bsn", "https://fhir.nl/fhir/NamingSystem/bsn/", "CitizenServiceNumber"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["schemeId", "schemeAgencyId"])
def test_a_bsn_is_one_by_any_name(name: str, field: str) -> None:
    """It is read as the person, checked, and never kept as a number of the partner's."""
    (translation,) = SETU.translate(worker("999900018", **{"schemeAgencyId": "Supplier", field: name}).encode())
    assert (translation.subject.bsn, translation.subject.own_numbers) == (Bsn("999900018"), ())
    assert refused(worker("999900019", **{field: name})) == [("assignedWorker.workerId.0.value", "bsn_invalid")]


@pytest.mark.parametrize("name", ["Supplier", "Customer", "sofia-personeel", "urn:oid:2.16.840.1.113883.2.4.6.31", ""])
def test_any_other_number_is_the_partner_s_own(name: str) -> None:
    """Whatever it looks like."""
    (translation,) = SETU.translate(worker("A-17", schemeAgencyId=name).encode())
    assert (translation.subject.bsn, len(translation.subject.own_numbers)) == (None, 1)
