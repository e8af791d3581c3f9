"""FHIR in bytes: JSON and XML mean the same, a well-kept library agrees, and nothing breaks the reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

import schakel_connectors
from schakel_connectors.connector import Connector, load
from schakel_connectors.fhir.dates import end_instant, first_day, first_instant, last_day
from schakel_connectors.rejection import RecordRejected
from schakel_connectors.trial import try_record

FOLDER = Path(schakel_connectors.__path__[0])
CONNECTORS = ("fhir_care_plan", "fhir_consent")
TAKEN = [
    pytest.param(load(name), sample, id=f"{name}/{sample.name}")
    for name in CONNECTORS
    for sample in sorted((FOLDER / name / "samples").iterdir())
    if not sample.name.startswith("rejected_")
]


def in_json(raw: bytes) -> bytes:
    """The same resource in JSON, as ``fhir.resources`` reads it."""
    root = raw.partition(b' xmlns="http://hl7.org/fhir"')[0].rpartition(b"<")[2].decode()
    written: str = get_fhir_model_class(root).model_validate_xml(raw).model_dump_json()
    return written.encode()


@pytest.mark.parametrize(("connector", "sample"), TAKEN)
def test_sample_that_is_taken_is_fhir(connector: Connector, sample: Path) -> None:
    """R4B differs from R4 in nothing that is used here; the library has no R4."""
    raw = sample.read_bytes()
    document: Any = json.loads(in_json(raw) if sample.suffix == ".xml" else raw)
    get_fhir_model_class(document["resourceType"]).model_validate(document)
    assert try_record(connector, raw)["outcome"] != "rejected"


@pytest.mark.parametrize(("connector", "sample"), [case for case in TAKEN if case.values[1].suffix == ".xml"])  # type: ignore[union-attr]
def test_xml_means_what_the_library_reads_in_it(connector: Connector, sample: Path) -> None:
    """The reader here takes fewer elements, and takes them right."""
    raw = sample.read_bytes()
    ours, theirs = connector.parse(raw), connector.parse(in_json(raw))
    assert list(connector.to_translations(ours)) == list(connector.to_translations(theirs))


def test_unread_xml_never_becomes_an_object() -> None:
    """As in JSON: what the record does not declare is passed over."""
    raw = b"""<CarePlan xmlns="http://hl7.org/fhir"><id value="1"/><status value="active"/><intent value="plan"/>
        <title value="geheim"/><subject><reference value="Patient/1"/><display value="geheim"/></subject>
        <addresses><display value="geheim"/></addresses><note><text value="geheim"/></note></CarePlan>"""
    assert "geheim" not in repr(load("fhir_care_plan").parse(raw))


TWO = '<Patient><id value="1"/></Patient><Organization><id value="2"/></Organization>'


@pytest.mark.parametrize(
    "document",
    [
        f'<Bundle xmlns="http://hl7.org/fhir"><entry><resource>{TWO}</resource></entry></Bundle>',
        f'<CarePlan xmlns="http://hl7.org/fhir"><contained>{TWO}</contained></CarePlan>',
    ],
    ids=["bundle", "contained"],
)
def test_second_resource_in_one_place_is_refused(document: str) -> None:
    """It would be lost unheard, and it may be the end of a consent."""
    errors = try_record(load("fhir_care_plan"), document.encode())["errors"]
    assert [error["rule"] for error in errors] == ["repeated"]


@pytest.mark.parametrize(
    "prefix", [b"\xef\xbb\xbf", b"\n \t", b"\xef\xbb\xbf\r\n"], ids=["mark", "space", "mark_and_space"]
)
def test_what_stands_before_the_record_does_not_matter(prefix: bytes) -> None:
    """A byte order mark, white space."""
    raw = b'{"resourceType": "Patient", "id": "1"}'
    xml = b'<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>'
    connector = load("fhir_care_plan")
    assert connector.translate(prefix + raw) == connector.translate(prefix + xml)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", ("record", "json_invalid")),
        (b"[]", ("record", "not_an_object")),
        (b"null", ("record", "not_an_object")),
        (b"\x00\xff", ("record", "json_invalid")),
        (b'{"resourceType": "Zorgplan"}', ("resourceType", "unsupported_type")),
        (b'{"resourceType": ["CarePlan"]}', ("resourceType", "unsupported_type")),
        (b"[" * 100_000, ("record", "too_deep")),
        (b'{"a":' * 100_000, ("record", "too_deep")),
        (b"<CarePlan/>", ("resourceType", "unsupported_type")),
        (b"<a>" * 70 + b"</a>" * 70, ("record", "xml_too_deep")),
        (b'<CarePlan xmlns="http://hl7.org/fhir"', ("record", "xml_malformed")),
    ],
    ids=range(11),
)
def test_what_is_no_record_is_refused_as_such(raw: bytes, error: tuple[str, str]) -> None:
    """Whatever it is."""
    (found,) = try_record(load("fhir_care_plan"), raw)["errors"]
    assert (found["field"], found["rule"]) == error


def test_refusal_names_twenty_fields_and_no_more() -> None:
    """A Bundle of a thousand mistakes gets an answer that can be read."""
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "CarePlan"}}] * 1000}
    assert len(try_record(load("fhir_care_plan"), json.dumps(bundle).encode())["errors"]) == 20


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-03-04", "2026-03-04", "2026-03-04"),
        ("2026-03-04T23:59:59+01:00", "2026-03-04", "2026-03-04"),
    ],
)
def test_partial_date_begins_and_ends(text: str, first: str, last: str) -> None:
    """A day is the day that the source wrote, whatever its zone."""
    assert (first_day(text, "f").isoformat(), last_day(text, "f").isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026", "2025-12-31T23:00:00+00:00", "2026-12-31T23:00:00+00:00"),
        ("2026-06", "2026-05-31T22:00:00+00:00", "2026-06-30T22:00:00+00:00"),
        ("2026-03-29", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00+00:00", "2026-03-04T10:00:00+00:00"),
        ("2026-03-04T10:00:00", "2026-03-04T09:00:00+00:00", "2026-03-04T09:00:00+00:00"),
        ("2026-03-04T10:00:00.1234567+01:00", "2026-03-04T09:00:00.123456+00:00", "2026-03-04T09:00:00.123456+00:00"),
    ],
)
def test_moment_is_in_utc_and_a_day_is_a_dutch_one(text: str, first: str, end: str) -> None:
    """An inclusive end is over when its last day is."""
    assert (first_instant(text, "f").isoformat(), end_instant(text, "f").isoformat()) == (first, end)


NO_DATES = (
    "",
    "26",
    "2026-13",
    "2026-00",
    "2026-2",
    "2026-02-30",
    "20260304",
    "2026-W10-3",
    "2026-03-04 10",
    "0000",
    "²⁰²⁶",
)


@pytest.mark.parametrize("text", NO_DATES)
@pytest.mark.parametrize("read", [first_day, last_day, first_instant, end_instant])
def test_what_is_no_date_is_refused_by_name(text: str, read: Any) -> None:
    """Python would take some of these."""
    with pytest.raises(RecordRejected, match=r"^field: date_invalid$"):
        read(text, "field")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (end_instant, "9999"),
        (first_instant, "0001-01-01"),
        (first_instant, "9999-12-31T23:00:00-05:00"),
        (first_instant, "2026-03-04T99:00"),
        (last_day, "10000"),
    ],
)
def test_edge_of_the_calendar_is_refused_too(read: Any, text: str) -> None:
    """There is no moment after the last."""
    with pytest.raises(RecordRejected):
        read(text, "field")
