"""``schakel connector template`` prints a row of each kind to fill in, and ``try`` tells each row apart."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schakel_connectors.chain_record.kinds import KINDS
from schakel_services.cli.connector import app

RUN = CliRunner()


def test_all_kinds_are_listed() -> None:
    """For a person a line each; for a program with their fields."""
    assert RUN.invoke(app, ["template"]).output.split() == list(KINDS)
    lines = [json.loads(line) for line in RUN.invoke(app, ["template", "--json"]).output.splitlines()]
    assert [line["kind"] for line in lines] == list(KINDS)
    assert all({"type", "record", "bsn", "client", "as_of"} <= set(line["fields"]) for line in lines)


def test_a_template_tells_codes_and_meaning() -> None:
    """In words, as a table, and for a program."""
    told = RUN.invoke(app, ["template", "attendance.exception"]).output
    assert "no_show notified_absence resumed" in told
    assert "Not there, not there and said so, or there again." in told
    table = RUN.invoke(app, ["template", "attendance.exception", "--csv"]).output
    assert table.splitlines()[0] == "type;record;bsn;client;as_of;on;kind;site"
    line = json.loads(RUN.invoke(app, ["template", "attendance.exception", "--json"]).output)
    (kind,) = [field for field in line["fields"] if field["name"] == "kind"]
    assert (kind["needed"], kind["codes"]) == (True, ["no_show", "notified_absence", "resumed"])
    assert list(line["template"]) == [field["name"] for field in line["fields"]]


def test_a_kind_that_is_none_is_wrong_usage() -> None:
    """With a word on how to find those that there are."""
    answer = RUN.invoke(app, ["template", "reindication.due"])
    assert (answer.exit_code, "no such kind" in answer.output) == (2, True)


@pytest.mark.parametrize("as_json", [True, False])
def test_each_row_of_a_file_is_tried_by_itself(tmp_path: Path, as_json: bool) -> None:  # noqa: FBT001 - a parameter
    """The rows are one story: an end finds its beginning."""
    rows = [
        {"type": "case_relation.started", "record": "R-1", "bsn": "999900006"},
        {"type": "case_relation.ended", "record": "R-1", "bsn": "999900006"},
        {"type": "case_relation.ended", "record": "R-2", "bsn": "999900006"},
    ]
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows), "utf-8")
    answer = RUN.invoke(app, ["try", "chain_record", str(file), *(["--json"] if as_json else [])])
    assert answer.exit_code == 1
    if as_json:
        lines = [json.loads(line) for line in answer.output.splitlines()]
        assert [(line["row"], line["outcome"]) for line in lines] == [(1, "accepted"), (2, "accepted"), (3, "rejected")]
    else:
        assert [" row " in line for line in answer.output.splitlines()] == [True] * 3
