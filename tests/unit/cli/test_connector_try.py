"""``schakel connector try`` says what each file would lead to, and survives every file."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from schakel_connectors import suwiml
from schakel_connectors.connector import Connector, load
from schakel_connectors.trial import RECEIVED_AT, trial_sender
from schakel_services.cli.testing.command import schakel
from schakel_services.cli.trying import Trials

ROOT = Path(__file__).parents[3]
TWENTE = ROOT / "infra" / "chains" / "twente.toml"
SUWI = Path(suwiml.__path__[0]) / "samples"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
OWN = "https://epd.example/clienten"
SIX_THOUSAND_S = 30.0
"""Far more than it takes; where each row looks at all before it, far less."""


def patient(folder: Path, number: str, bsn: str) -> Path:
    """Write a Patient that links a number to a BSN."""
    identifiers = [{"system": BSN, "value": bsn}, {"system": OWN, "value": number}]
    return write(
        folder / f"patient-{number}-{bsn}.json", {"resourceType": "Patient", "id": number, "identifier": identifiers}
    )


def plan(folder: Path, number: str) -> Path:
    """Write a CarePlan that names its person by number."""
    return write(
        folder / f"plan-{number}.json",
        {
            "resourceType": "CarePlan",
            "id": f"plan-{number}",
            "status": "active",
            "intent": "plan",
            "subject": {"identifier": {"system": OWN, "value": number}},
        },
    )


def write(file: Path, record: Any) -> Path:
    """Write JSON."""
    file.write_text(json.dumps(record), "utf-8")
    return file


def test_each_file_has_a_line_with_the_keys_of_its_outcome(tmp_path: Path) -> None:
    """Accepted and unlinked say what follows; rejected says which field and rule."""
    accepted, rejected = SUWI / "accepted_assistance_granted.xml", SUWI / "rejected_date.xml"
    said = schakel("connector", "try", "suwiml", accepted, rejected, "--json")
    first, second = said.lines()
    assert said.exit_code == 1
    assert first.keys() == {"file", "outcome", "events", "registry"}
    assert (first["file"], first["outcome"]) == (str(accepted), "accepted")
    assert {event["type"] for event in first["events"]} >= {"nl.schakel.benefit_status.changed.v1"}
    assert [record["kind"] for record in first["registry"]] == ["relation"]
    assert second.keys() == {"file", "outcome", "errors"}
    assert second["errors"] == [
        {"field": "ClientSuwi.Uitkeringsverhouding.0.DatBUitkeringsverhouding", "rule": "date_invalid"}
    ]
    unlinked = schakel("connector", "try", "fhir_care_plan", plan(tmp_path, "c-1"), "--json")
    assert unlinked.exit_code == 0
    assert unlinked.line().keys() == {"file", "outcome", "events", "registry"}
    assert unlinked.line()["outcome"] == "unlinked"


def test_a_person_reads_the_same() -> None:
    """One line a file, with outcome, file and what follows."""
    said = schakel("connector", "try", "suwiml", SUWI / "accepted_assistance_granted.xml", SUWI / "rejected_date.xml")
    first, second = said.out.splitlines()
    assert first.startswith("accepted  ")
    assert "nl.schakel.benefit_status.changed.v1" in first
    assert second.startswith("rejected  ")
    assert "date_invalid" in second


def test_a_number_is_linked_by_a_file_before_it_and_not_after(tmp_path: Path) -> None:
    """Files are taken in the order in which they are given."""
    link, number = patient(tmp_path, "c-1", "999990019"), plan(tmp_path, "c-1")
    before = schakel("connector", "try", "fhir_care_plan", number, link, "--json")
    after = schakel("connector", "try", "fhir_care_plan", link, number, "--json")
    assert [line["outcome"] for line in before.lines()] == ["unlinked", "accepted"]
    assert [line["outcome"] for line in after.lines()] == ["accepted", "accepted"]
    assert "nl.schakel.care_plan.status_changed.v1" in {event["type"] for event in after.lines()[1]["events"]}


def test_one_number_of_two_persons_is_rejected_as_at_the_intake(tmp_path: Path) -> None:
    """A mix-up at the partner could send to the wrong person."""
    files = [patient(tmp_path, "c-1", "999990019"), patient(tmp_path, "c-1", "999990020")]
    _, second = schakel("connector", "try", "fhir_care_plan", *files, "--json").lines()
    assert second["errors"] == [{"field": "subject", "rule": "number_belongs_to_another_person"}]


def test_files_are_strangers_unless_they_are_one_story() -> None:
    """Each shows all that it says; with --remember a repeat has nothing to tell."""
    file = SUWI / "accepted_assistance_granted.xml"
    apart = schakel("connector", "try", "suwiml", file, file, "--json").lines()
    story = schakel("connector", "try", "suwiml", file, file, "--remember", "--json").lines()
    assert apart[0] == apart[1]
    assert (story[0], story[1]["events"], story[1]["registry"]) == (apart[0], [], [])


def test_a_file_that_cannot_be_read_is_rejected_and_the_next_one_taken(tmp_path: Path) -> None:
    """Missing, a folder, unreadable, binary junk, empty, too large: never a traceback."""
    binary, empty, large = tmp_path / "binary", tmp_path / "empty", tmp_path / "large"
    binary.write_bytes(bytes(range(256)) * 8)
    empty.write_bytes(b"")
    large.write_bytes(b" " * (load("suwiml").manifest.size_max + 1))
    files = [
        tmp_path / "missing",
        tmp_path,
        "/proc/self/mem",
        binary,
        empty,
        large,
        SUWI / "accepted_income_wages_only.xml",
    ]
    said = schakel("connector", "try", "suwiml", *files, "--json")
    rules = [[error["rule"] for error in line.get("errors", [])] for line in said.lines()]
    assert said.exit_code == 1
    assert said.err == ""
    assert rules[:3] == [["not_found"], ["is_a_directory"], ["unreadable"]]
    assert rules[3:5] == [["xml_malformed"], ["xml_malformed"]]
    assert rules[5:] == [["too_large"], []]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_rejected(tmp_path: Path) -> None:
    """As such."""
    file = tmp_path / "closed"
    file.write_bytes(b"")
    file.chmod(0)
    (line,) = schakel("connector", "try", "suwiml", file, "--json").lines()
    assert line["errors"] == [{"field": "file", "rule": "not_permitted"}]


def test_a_connector_that_fails_rejects(tmp_path: Path) -> None:
    """As the intake does: a connector's mistake is no reason to stop."""
    broken = Connector("broken", load("suwiml").manifest, load("suwiml").record, _fail, lambda _: ())
    file = tmp_path / "a"
    file.write_bytes(b"x")
    (tried,) = Trials(broken, trial_sender(broken), RECEIVED_AT).take(file)
    assert tried["errors"] == [{"field": "record", "rule": "connector_failed"}]
    assert re.fullmatch(r"\w+ at test_connector_try\.py:\d+", tried["failed"]), "who writes it must know where"


def test_a_file_of_another_kind_is_rejected(tmp_path: Path) -> None:
    """A Patient is no assignment."""
    said = schakel("connector", "try", "setu_assignment", patient(tmp_path, "c-1", "999990019"), "--json")
    assert (said.exit_code, said.line()["outcome"]) == (1, "rejected")


def test_organisations_are_found_in_the_chain() -> None:
    """What a partner of the chain sends is about that partner."""
    arguments = ("connector", "try", "suwiml", SUWI / "accepted_assistance_granted.xml", "--json")
    said = schakel(*arguments, "--chain", TWENTE, "--partner", "gemeente-esveld-inkomen")
    assert [record["party"] for record in said.line()["registry"]] == ["gemeente-esveld-inkomen"]


def test_a_partner_that_may_not_send_it_is_refused() -> None:
    """In the chain, but in another role; or not in the chain at all."""
    arguments = ("connector", "try", "suwiml", SUWI / "accepted_assistance_granted.xml", "--chain", TWENTE)
    not_its = schakel(*arguments, "--partner", "werkgever-boom")
    assert (not_its.exit_code, not_its.err) == (1, "suwiml is not for role EMP\n")
    assert schakel(*arguments, "--partner", "nobody").exit_code == 2


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """Bytes that are no text are shown as such, in valid JSON."""
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.xml"))
    (line,) = schakel("connector", "try", "suwiml", file, "--json").lines()
    assert (line["outcome"], line["file"].endswith("\ufffd.xml")) == ("rejected", True)


def test_time_can_be_given() -> None:
    """What an answer means depends on the day, so the day can be said."""
    arguments = ("connector", "try", "suwiml", SUWI / "accepted_assistance_granted.xml", "--json")
    assert schakel(*arguments, "--at", "2026-01-01").exit_code == 0
    assert schakel(*arguments, "--at", "yesterday").exit_code == 2


def _fail(_raw: bytes) -> None:
    raise ZeroDivisionError


def test_thousands_of_rows_are_tried_in_bounded_time(tmp_path: Path) -> None:
    """Each takes as long as the one before it, however many there were."""
    row = {"type": "attendance.exception", "bsn": "999900006", "on": "2026-01-20", "kind": "no_show"}
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([row | {"record": f"A-{n}", "client": f"C-{n}"} for n in range(6_000)]))
    begun = time.perf_counter()
    tried = list(Trials(load("chain_record"), trial_sender(load("chain_record")), RECEIVED_AT).take(file))
    assert {each["outcome"] for each in tried} == {"accepted"}
    assert time.perf_counter() - begun < SIX_THOUSAND_S
