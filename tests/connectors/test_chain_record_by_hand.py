"""Chain records filled in by hand: what a spreadsheet or a slip makes of a row is not taken for what was meant."""

import json
from dataclasses import replace
from typing import Any

import pytest

from schakel_connectors.chain_record.template import as_csv, as_object, guide
from schakel_connectors.connector import load
from schakel_connectors.outside import outside
from schakel_connectors.statement import SELF, OrganisationRef, Party
from schakel_connectors.trial import Memory, Trial, trial_sender, try_record
from schakel_contracts.codes import Role
from schakel_contracts.identifiers import deterministic_id

CHAIN_RECORD = load("chain_record")
ANN, BOB = "999900006", "999990160"
HEADER = "type;record;bsn;client;on;kind\r\n"
SHOWN = ["1,23457E+11", "1.2E+5", "1E+11", "#", "########", "#N/B", "#n/a", "#VERW!", "#NAAM?", "#DEEL/0!", "Err:502"]


def tried(name: str, /, **values: Any) -> Trial:
    """Return what the row of a template leads to, with some of its values replaced."""
    return try_record(CHAIN_RECORD, json.dumps(as_object(name) | values).encode())


def told(trial: Trial) -> list[tuple[str, str]]:
    """Return each error of a refusal."""
    return [(error["field"], error["rule"]) for error in trial["errors"]]


def refused(raw: bytes) -> list[tuple[str, str]]:
    """Return why a file is refused as a whole; it has no rows then."""
    assert CHAIN_RECORD.split(raw) is None
    return told(try_record(CHAIN_RECORD, raw))


def line(record: str, bsn: str = ANN, client: str = "", type_: str = "attendance.exception") -> str:
    """Return one row of a table."""
    return f"{type_};{record};{bsn};{client};2026-03-02;no_show\r\n"


@pytest.mark.parametrize("shown", SHOWN)
def test_what_a_spreadsheet_shows_is_no_key(shown: str) -> None:
    """Two numbers of twelve digits look the same: one of them would stand for the other's person."""
    assert told(tried("placement.started", record=shown)) == [("record", "spoilt_by_spreadsheet")]
    assert told(tried("placement.started", bsn=None, client=shown)) == [("client", "spoilt_by_spreadsheet")]
    assert told(tried("placement.started", placement_ref=shown)) == [("placement_ref", "spoilt_by_spreadsheet")]


@pytest.mark.parametrize("key", ["#12", "1E11", "E+11", "12-E+1", "A#", "Err:5021", "5E-12", "#no"])
def test_a_key_that_only_resembles_it_is_a_key(key: str) -> None:
    """No spreadsheet shows a cell so."""
    assert tried("placement.started", record=key)["outcome"] == "accepted"


def test_one_key_stands_for_one_person() -> None:
    """A row copied with its key would withdraw the consent of everybody but the last; all that follow are named."""
    rows = line("A-1") + line("A-2", BOB) + line("A-1", BOB) + line(" A-1 ", BOB, "17")
    raw = (HEADER + rows).encode()
    wrong = "key_of_another_person"
    assert refused(raw) == [("rows.4.record", wrong), ("rows.5.record", wrong)]
    given = [as_object("consent.granted") | {"bsn": bsn} for bsn in (ANN, BOB)]
    assert refused(json.dumps(given).encode()) == [("rows.2.record", wrong)]
    ended = [given[0], as_object("consent.withdrawn") | {"bsn": BOB}]
    assert refused(json.dumps(ended).encode()) == [("rows.2.record", wrong)]
    numbers = HEADER + line("A-1", "", "17") + line("A-1", "", "18")
    assert refused(numbers.encode()) == [("rows.3.record", wrong)]


@pytest.mark.parametrize(
    "second",
    [
        line("A-1"),
        line("A-1", client="17"),
        line("A-1", "", "17"),
        line("A-1", "999900007"),
        line("A-1", BOB, type_="exit.registered"),
        line("", BOB),
        line("A-1", ""),
    ],
    ids=["again", "with_number", "by_number", "no_bsn", "another_thing", "no_key", "nobody"],
)
def test_a_row_that_names_no_other_person_stays_beside_the_first(second: str) -> None:
    """Whatever else is wrong with it: that is said of its own row."""
    batch = CHAIN_RECORD.split((HEADER + line("A-1") + second).encode())
    assert batch is not None
    assert [part.number for part in batch.parts] == [2, 3]


def test_one_key_stands_for_one_party() -> None:
    """Who is involved would be left out, and the other taken in, and neither would hear of it."""
    memory: Memory = {}

    def said(name: str = "case_relation.started", /, **values: Any) -> Trial:
        return try_record(CHAIN_RECORD, json.dumps(as_object(name) | {"role": "JOB"} | values).encode(), memory=memory)

    assert [each["party"] for each in said(party="opstap")["events"]] == ["opstap"]
    assert told(said(party="linde")) == [("record", "another_party")]
    assert told(said()) == [("record", "another_party")]
    assert told(said(party="opstap", role="REI")) == [("record", "another_party")]
    assert said(party="opstap", role=None, valid_until="2026-12-31")["outcome"] == "accepted"
    assert said(party="opstap", valid_until="2026-12-31")["outcome"] == "accepted"
    assert [each["party"] for each in said("case_relation.ended")["events"]] == ["opstap"]


def resolve(ref: OrganisationRef, role: Role | None) -> Party:
    """Return a party of a chain of one job coach."""
    if ref == SELF:
        return Party("example", None)
    if ref.value == "opstap" and role in {None, Role.JOB}:
        return Party("opstap", Role.JOB)
    return outside(ref, role, deterministic_id)


IN_CHAIN = replace(trial_sender(CHAIN_RECORD), resolve=resolve)


def in_chain(name: str, memory: Memory | None = None, /, **values: Any) -> Trial:
    """Return what a row leads to in that chain."""
    return try_record(CHAIN_RECORD, json.dumps(as_object(name) | values).encode(), sender=IN_CHAIN, memory=memory)


@pytest.mark.parametrize("effect", ["permit", "deny"])
@pytest.mark.parametrize(
    ("recipients", "source", "expected"),
    [
        ("opstap/JOB", None, []),
        ("opstap|kvk:90000105", "opstap", []),
        ("opstp/JOB", None, [("recipients", "partner_unknown")]),
        ("opstap/JOB|opstap/INC", None, [("recipients", "partner_unknown")]),
        ("opstap", "opstp", [("source", "partner_unknown")]),
    ],
)
def test_whom_the_chain_does_not_have_is_named_in_no_consent(
    effect: str, recipients: str, source: str | None, expected: list[tuple[str, str]]
) -> None:
    """By a slip in the name, or in the role: an objection would hold towards nobody."""
    trial = in_chain("consent.granted", effect=effect, recipients=recipients, source=source)
    assert told(trial) == expected


def test_a_withdrawal_names_whom_it_likes() -> None:
    """It never fails because of that, and whom the consent named is told to stop."""
    memory: Memory = {}
    assert told(in_chain("consent.granted", memory, recipients="opstap")) == []
    (gone,) = in_chain("consent.withdrawn", memory, recipients="opstp/JOB")["events"]
    assert "opstap" in {each["party"] for each in gone["recipients"]}


def test_an_involvement_is_of_somebody_who_can_be_told() -> None:
    """In the role that the chain has; an organisation outside has the role that is said, or none."""
    assert told(in_chain("case_relation.started", party="opstap", role="EMP")) == [("party", "partner_unknown")]
    assert told(in_chain("case_relation.started", party="kvk:90000105")) == [("role", "missing")]
    for party in ("opstap", "kvk:90000105"):
        (begun,) = in_chain("case_relation.started", party=party, role="JOB")["events"]
        assert begun["party"] == party


def test_an_involvement_ends_also_when_the_chain_lost_the_partner() -> None:
    """It would go on for good."""
    memory: Memory = {}
    trial = try_record(
        CHAIN_RECORD,
        json.dumps(as_object("case_relation.started") | {"party": "gone", "role": "JOB"}).encode(),
        memory=memory,
    )
    assert told(trial) == []
    (ended,) = in_chain("case_relation.ended", memory)["registry"]
    assert ended["ended"]


@pytest.mark.parametrize("given_at", ["01-01-2028", "2026-01-02T01:00:01+01:00"])
def test_a_permission_given_in_days_to_come_is_refused(given_at: str) -> None:
    """It would last longer than a consent may; an objection does not hang on it."""
    assert told(tried("consent.granted", granted_at=given_at)) == [("granted_at", "date_in_future")]
    assert tried("consent.granted", granted_at=given_at, effect="deny")["outcome"] == "accepted"
    assert tried("consent.granted", granted_at="2026-01-02")["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("31-12-2026", "2026-12-31T23:00:00Z"),
        (" 2026-12-31 ", "2026-12-31T23:00:00Z"),
        ("24-10-2026", "2026-10-24T22:00:00Z"),
        ("25-10-2026", "2026-10-25T23:00:00Z"),
        ("31-12-2026 00:00", "2026-12-31T00:00:00+01:00"),
    ],
)
@pytest.mark.parametrize("effect", ["permit", "deny"])
def test_the_last_day_counts_whole(effect: str, written: str, ends: str) -> None:
    """An objection that ends as its last day begins would let go that day what the person objects to."""
    trial = tried("consent.granted", effect=effect, valid_until=written)
    assert [each["valid_until"] for each in (*trial["events"], *trial["registry"])] == [ends, ends]


def test_an_emergency_until_today_is_open_today() -> None:
    """And one until the end of tomorrow is longer than a day."""
    assert [each["until"] for each in tried("break_glass.used", until="01-01-2026")["registry"]] == [
        "2026-01-01T23:00:00Z"
    ]
    assert told(tried("break_glass.used", until="02-01-2026")) == [("until", "more_than_24_hours")]


def test_a_template_says_where_a_last_day_may_stand() -> None:
    """And where it is the first instant that a day means."""
    forms = {field.name: field.form for field in guide("consent.granted")}
    assert (forms["valid_until"], forms["valid_from"]) == ("moment or last day", "moment")


@pytest.mark.parametrize(
    ("adult_on", "taken"),
    [("2014-12-31", False), ("2015-01-01", True), ("2044-12-31", True), ("2045-01-01", False), ("2062-03-01", False)],
)
def test_who_comes_of_age_is_young(adult_on: str, taken: bool) -> None:  # noqa: FBT001 - a table's column
    """The day of birth in its place would make a child of sixteen an adult, who consents without a parent."""
    trial = tried("age.registered", adult_on=adult_on)
    assert told(trial) == ([] if taken else [("adult_on", "not_a_young_person")])


@pytest.mark.parametrize("kind", ["Attendance.Exception", " attendance.exception ", "ATTENDANCE.EXCEPTION"])
def test_a_kind_is_read_in_any_case(kind: str) -> None:
    """As a code is: a space behind it can't be seen."""
    assert tried("attendance.exception", type=kind)["outcome"] == "accepted"
    assert tried("attendance.exception", type=kind) == tried("attendance.exception")


@pytest.mark.parametrize(
    "raw",
    [
        as_csv("attendance.exception").replace(";", "\t").encode(),
        as_csv("attendance.exception").replace(";", "|").encode(),
        b"sep=;\r\n" + as_csv("attendance.exception").encode(),
        b"\r\n" + as_csv("attendance.exception").encode(),
        as_csv("attendance.exception").encode("utf-16-le"),
    ],
    ids=["tabs", "bars", "sep", "empty_line", "utf_16"],
)
def test_a_first_line_that_is_no_header_is_named_so(raw: bytes) -> None:
    """Not as a lack of one column, which would be looked for in vain."""
    assert refused(raw) == [("record", "no_header")]


@pytest.mark.parametrize("row", ['"A', 'exit.registered;"A"1'])
def test_the_row_of_a_quote_that_is_wrong_is_named(row: str) -> None:
    """Among thousands it could not be found."""
    raw = HEADER + line("A-1") + ";;;\r\n" + row + "\r\n" + line("A-2")
    assert refused(raw.encode()) == [("rows.4.record", "csv_malformed")]


@pytest.mark.parametrize("broken", ['{"type": "exit.registered"', '{"record": "A", "record": "B"}', '{"since": NaN}'])
def test_a_line_that_is_no_json_is_named_so(broken: str) -> None:
    """By itself and in a file that is taken whole; the lines beside it are taken."""
    good = json.dumps(as_object("exit.registered"))
    raw = f"{good}\n{broken}\n".encode()
    batch = CHAIN_RECORD.split(raw)
    assert batch is not None
    trials = [try_record(CHAIN_RECORD, part.raw) for part in batch.parts]
    assert [told(trial) for trial in trials] == [[], [("record", "json_invalid")]]
    assert told(try_record(CHAIN_RECORD, raw)) == [("rows.2.record", "json_invalid")]
    assert batch.only({2}) == f"{broken}\n".encode()
