"""Chain records in files: tables and lists, row by row, and whatever else somebody may send."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schakel_connectors.batch import Batch
from schakel_connectors.chain_record.kinds import KINDS
from schakel_connectors.chain_record.reading import ROWS_MAX
from schakel_connectors.chain_record.template import as_csv, as_object
from schakel_connectors.connector import load
from schakel_connectors.trial import try_record

CHAIN_RECORD = load("chain_record")
HEADER = "type;record;bsn;on;kind\r\n"
TEN_THOUSAND_S = 20.0
"""Far more than it takes; a file that takes longer would hold up the others of its partner."""


def line(record: str, kind: str = "no_show", on: str = "2026-03-02") -> str:
    """Return one row of a table."""
    return f"attendance.exception;{record};999900006;{on};{kind}\r\n"


def batch(raw: bytes) -> Batch:
    """Return the rows of a file."""
    found = CHAIN_RECORD.split(raw)
    assert found is not None
    return found


def outcomes(raw: bytes) -> list[tuple[int, str, list[dict[str, str]]]]:
    """Return what becomes of each row."""
    trials = ((part.number, try_record(CHAIN_RECORD, part.raw)) for part in batch(raw).parts)
    return [(number, trial["outcome"], trial["errors"]) for number, trial in trials]


def errors(raw: bytes) -> list[dict[str, str]]:
    """Return why a file is refused as a whole; it has no rows then."""
    assert CHAIN_RECORD.split(raw) is None
    return try_record(CHAIN_RECORD, raw)["errors"]


def test_each_row_has_its_own_outcome() -> None:
    """Numbered as a spreadsheet does, with the field and the rule of each that is wrong."""
    raw = (HEADER + line("A-1") + ";;;;\r\n" + line("A-2", "ziek") + line("A-3", on="2-3-26")).encode()
    wrong_code = [{"field": "kind", "rule": "code_unknown"}]
    wrong_day = [{"field": "on", "rule": "date_invalid"}]
    assert outcomes(raw) == [(2, "accepted", []), (4, "rejected", wrong_code), (5, "rejected", wrong_day)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_part_of_a_table_is_written_as_the_table_was(encoding: str) -> None:
    """So that who repairs the rows that were refused opens them in the same program."""
    text = "type;record;bsn;client;on;kind\r\nattendance.exception;A-1;;Zoë;2026-03-02;no_show\r\n"
    raw = (text + 'attendance.exception;"A;2";;"Zo""ë";2026-03-02;ziek\r\n').encode(encoding)
    part = batch(raw).only({3})
    assert (
        part.decode(encoding)
        == 'type;record;bsn;client;on;kind\r\nattendance.exception;"A;2";;"Zo""ë";2026-03-02;ziek\r\n'
    )
    assert part.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert [found.raw for found in batch(part).parts] == [batch(raw).parts[1].raw]


def test_part_of_a_list_is_a_list_and_part_of_lines_are_lines() -> None:
    """With the numbers that the rows have there."""
    rows = [as_object("attendance.exception") | {"record": f"A-{n}"} for n in range(3)]
    listed, lines = batch(json.dumps(rows).encode()), batch("\n\n".join(map(json.dumps, rows)).encode())
    assert [part.number for part in listed.parts] == [1, 2, 3]
    assert [part.number for part in lines.parts] == [1, 3, 5]
    assert json.loads(listed.only({2})) == [rows[1]]
    assert [json.loads(row) for row in lines.only({1, 5}).splitlines()] == [rows[0], rows[2]]
    assert {listed.first, lines.first} == {1}


def test_one_object_is_no_batch_and_a_list_of_one_is() -> None:
    """One record is answered as one record."""
    row = json.dumps(as_object("attendance.exception"))
    assert CHAIN_RECORD.split(row.encode()) is None
    assert len(batch(f"[{row}]".encode()).parts) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_commas_and_quotes_do_as_well(kind: str) -> None:
    """A table as another country's spreadsheet writes it."""
    text = as_csv(kind).replace(";", ",")
    quoted = "\r\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in text.splitlines())
    as_it_is = [part.raw for part in batch(as_csv(kind).encode()).parts]
    assert [part.raw for part in batch(text.encode()).parts] == as_it_is
    assert [part.raw for part in batch(quoted.encode()).parts] == as_it_is


@pytest.mark.parametrize(
    ("raw", "field", "rule"),
    [
        (b"", "record", "no_rows"),
        (HEADER.encode(), "record", "no_rows"),
        (line("A-1").encode(), "record", "no_header"),
        (b"record;bsn\r\nA-1;999900006\r\n", "type", "missing"),
        (b"type;record;Jansen\r\na;b;c\r\n", "column.3", "unknown_column"),
        (b"type;record;Record\r\na;b;c\r\n", "column.3", "repeated"),
        ((HEADER + '"A').encode(), "rows.2.record", "csv_malformed"),
        ((HEADER + "é").encode() + b"\xe9", "record", "encoding_mixed"),
        (HEADER.encode() + b"\x81", "record", "encoding_unknown"),
        (HEADER.encode("utf-16"), "record", "encoding_unknown"),
        (b'{"type": 1, "type": 2}', "record", "json_invalid"),
        (b'[{"a": NaN}]', "record", "json_invalid"),
        (b"[" * 100_000, "record", "too_deep"),
        (b"[]", "record", "no_rows"),
        ((HEADER + line("A") * (ROWS_MAX + 1)).encode(), "record", "too_many_rows"),
        (b"type;record\r\n" + b"a;b\r\n" * 300_000, "record", "too_large"),
    ],
    ids=[
        "empty",
        "header_only",
        "no_header",
        "no_type",
        "somebodys_name",
        "twice",
        "open_quote",
        "two_encodings",
        "no_encoding",
        "utf_16",
        "twice_in_json",
        "no_number",
        "deep",
        "empty_list",
        "too_many",
        "too_large",
    ],
)
def test_a_file_of_which_no_row_can_be_told_is_refused_whole(raw: bytes, field: str, rule: str) -> None:
    """And no name that its sender chose stands in the refusal."""
    assert errors(raw) == [{"field": field, "rule": rule}]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("attendance.exception;A-1;999900006;2026-03-02;no_show;x", ("column.6", "unknown_column")),
        ("attendance.exception;A-1;999900006;2026-03-02", ("kind", "missing")),
        ("attendance.exception;=1+1;999900006;2026-03-02;no_show", ("record", "looks_like_a_formula")),
        ("attendance.exception;@A;999900006;2026-03-02;no_show", ("record", "looks_like_a_formula")),
        ("attendance.exception;A-1;99990006;2026-03-02;no_show", ("bsn", "bsn_invalid")),
        ("attendance.exception;A-1;999900006;=NU();no_show", ("on", "date_invalid")),
        ("attendance.exception;A-1;999900006;30-02-2026;no_show", ("on", "date_invalid")),
        ("reindication.due;A-1;999900006;2026-03-02;no_show", ("type", "not_for_connectors")),
        ("case_relation.started;A-1;999900006;2026-03-02;", ("on", "extra_forbidden")),
    ],
)
def test_a_row_that_is_wrong_says_where(row: str, expected: tuple[str, str]) -> None:
    """A column that is none of this kind by its name, since it is one that the contracts have."""
    ((number, outcome, found),) = outcomes(f"{HEADER}{row}\r\n".encode())
    assert (number, outcome) == (2, "rejected")
    assert [(error["field"], error["rule"]) for error in found] == [expected]


def test_ten_thousand_rows_are_read_in_bounded_time() -> None:
    """The whole file, and every row by itself."""
    raw = (HEADER + "".join(line(f"A-{n}") for n in range(ROWS_MAX))).encode()
    begun = time.perf_counter()
    parts = batch(raw).parts
    assert sum(len(CHAIN_RECORD.translate(part.raw)) for part in parts) == ROWS_MAX
    assert time.perf_counter() - begun < TEN_THOUSAND_S


VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    *(st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)),
)
NAMES = sorted({name for kind in KINDS for name in as_object(kind)})


def never_a_traceback(raw: bytes) -> None:
    """Every way in gives one of three outcomes, and a reason exactly where it is a refusal."""
    found = CHAIN_RECORD.split(raw)
    for each in [raw, *(part.raw for part in (found.parts if found else ()))]:
        trial = try_record(CHAIN_RECORD, each)
        assert trial["outcome"] in {"accepted", "unlinked", "rejected"}
        assert (trial["outcome"] == "rejected") == bool(trial["errors"])


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(raw: bytes) -> None:
    """Whatever it is."""
    never_a_traceback(raw)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_any_table_is_answered(text: str, encoding: str) -> None:
    """Under a header that is right."""
    never_a_traceback((HEADER + text).encode(encoding, "replace"))


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3))
def test_any_value_in_any_field_is_answered(kind: str, values: dict[str, Any]) -> None:
    """Of a row that is right but for these."""
    never_a_traceback(json.dumps([as_object(kind) | values]).encode())


ID = "0f0e0d0c-0b0a-5908-8706-050403020100"
HALF = "\ud800"
"""A lone surrogate: JSON can write it, and no text can hold it."""

A_ROW = {"type": "exit.registered", "record": "A-1", "bsn": "999900006"}


@pytest.mark.parametrize("name", [*A_ROW, "as_of", "client", HALF])
def test_half_a_character_refuses_its_row_and_no_other(name: str) -> None:
    """In a list, one a line and by itself alike; also in a name, which is not repeated."""
    wrong = A_ROW | {name: f"x{HALF}"}
    alone = try_record(CHAIN_RECORD, json.dumps(wrong).encode())["errors"]
    assert [error["field"] for error in alone] == ["record" if name == HALF else name]
    listed, lines = json.dumps([A_ROW, wrong]).encode(), f"{json.dumps(A_ROW)}\n{json.dumps(wrong)}\n".encode()
    for raw in (listed, lines):
        assert outcomes(raw) == [(1, "accepted", []), (2, "rejected", alone)]
        whole = try_record(CHAIN_RECORD, raw)["errors"]
        assert whole == [{"field": f"rows.2.{error['field']}", "rule": error["rule"]} for error in alone]
        assert outcomes(batch(raw).only({1, 2})) == outcomes(raw)


@pytest.mark.parametrize("other", [1, None, True, "x", 1.5, [], [A_ROW], [[A_ROW]]])
def test_what_is_no_object_in_a_list_is_named_so(other: Any) -> None:
    """By itself, in a list row by row, and in a list that is taken whole: a list in a list is no row either."""
    not_an_object = [{"field": "record", "rule": "not_an_object"}]
    raw = json.dumps([A_ROW, other]).encode()
    assert outcomes(raw) == [(1, "accepted", []), (2, "rejected", not_an_object)]
    assert try_record(CHAIN_RECORD, raw)["errors"] == [{"field": "rows.2.record", "rule": "not_an_object"}]
    if not isinstance(other, list):
        assert errors(json.dumps(other).encode()) == not_an_object


FHIR = {"resourceType": "CarePlan", "status": "active", "subject": {"identifier": {"value": "999900006"}}}
SETU = {"documentId": {"value": "A-17"}, "assignedWorker": {"workerId": [{"value": "A-17"}]}}


XML = "\n<?xml version='1.0'?><a/>"


@pytest.mark.parametrize(
    "raw",
    [
        *(json.dumps(each).encode() for each in (FHIR, SETU, {"resourceType": "Bundle", "type": "collection"})),
        json.dumps({"resourceType": "Organization", "type": [{"text": "ggz"}]}).encode(),
        *(XML.encode(encoding) for encoding in ("utf-8", "utf-8-sig")),
        *(XML.strip().encode(encoding) for encoding in ("utf-8", "utf-16")),
    ],
)
def test_another_connector_s_message_is_of_an_unsupported_type(raw: bytes) -> None:
    """Not a table that lacks something: who sends it picked the wrong connector."""
    assert errors(raw) == [{"field": "record", "rule": "unsupported_type"}]


@pytest.mark.parametrize("value", ["x", "W-12", "opstap:W-12", "0f0e0d0c", f"{ID}0"])
def test_a_consent_elsewhere_is_named_by_its_id(value: str) -> None:
    """As a notification gives it; a key would be one of the sender's own."""
    row = {"type": "consent.withdrawn", "record": "A-1", "bsn": "999900006", "consent_id": value}
    assert errors(json.dumps(row).encode()) == [{"field": "consent_id", "rule": "not_an_id"}]
    assert try_record(CHAIN_RECORD, json.dumps(row | {"consent_id": ID}).encode())["outcome"] == "accepted"
