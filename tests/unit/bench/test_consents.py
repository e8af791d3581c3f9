"""Consents to measure with: read as they stand, or refused by line and field."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schakel_contracts.codes import Category, ConsentEffect, Purpose, Role
from schakel_contracts.identifiers import Bsn
from schakel_contracts.policy.person import PersonRegistry
from schakel_services.bench.consents import (
    ConsentLineError,
    partner_id,
    read_consents,
    records_of,
    role_of,
    synthetic_consents,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LINE: dict[str, Any] = {
    "bsn": "999990019",
    "recipient": "Jobcoach Opstap",
    "category": "support_level",
    "purpose": "job_coaching",
    "valid_from": "2026-01-01",
    "valid_to": "2027-01-01T00:00:00+01:00",
    "status": "active",
}


def written(tmp_path: Path, *lines: object) -> Path:
    """Write a consents file; what is no text is written as JSON."""
    path = tmp_path / "consents.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    """A day begins at midnight UTC; an instant keeps its zone; empty lines are no lines."""
    (line,) = read_consents(written(tmp_path, "", LINE, "   "))
    assert (line.bsn, line.recipient) == (Bsn("999990019"), "Jobcoach Opstap")
    assert (line.category, line.purpose) == (Category.SUPPORT_LEVEL, Purpose.JOB_COACHING)
    assert line.valid_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert line.valid_until == datetime.fromisoformat("2027-01-01T00:00:00+01:00")
    assert (line.effect, line.withdrawn) == (ConsentEffect.PERMIT, False)


@pytest.mark.parametrize(
    ("status", "effect", "withdrawn"),
    [
        ("granted", ConsentEffect.PERMIT, False),
        ("ACTIVE", ConsentEffect.PERMIT, False),
        ("withdrawn", ConsentEffect.PERMIT, True),
        ("expired", ConsentEffect.PERMIT, True),
        ("who knows", ConsentEffect.PERMIT, True),
        ("objection", ConsentEffect.DENY, False),
    ],
)
def test_only_what_says_so_holds(tmp_path: Path, status: str, effect: ConsentEffect, *, withdrawn: bool) -> None:
    """A word that is not known permits nothing."""
    (line,) = read_consents(written(tmp_path, LINE | {"status": status}))
    assert (line.effect, line.withdrawn) == (effect, withdrawn)


def test_a_status_and_dates_may_be_left_out(tmp_path: Path) -> None:
    """Then it holds, from ever and for ever."""
    short = {key: LINE[key] for key in ("bsn", "recipient", "category", "purpose")}
    (line,) = read_consents(written(tmp_path, short))
    assert (line.valid_from, line.valid_until, line.withdrawn) == (None, None, False)


BAD = {
    "json": "{no json",
    "bsn": {key: value for key, value in LINE.items() if key != "bsn"},
    "recipient": {key: value for key, value in LINE.items() if key != "recipient"},
    "category": LINE | {"category": "diagnosis"},
    "purpose": LINE | {"purpose": ["job_coaching"]},
    "valid_from": LINE | {"valid_from": "31-12-2026"},
    "valid_to": LINE | {"valid_to": [1]},
}


@pytest.mark.parametrize(("field", "line"), BAD.items(), ids=BAD)
def test_a_bad_line_is_named_by_number_and_field(tmp_path: Path, field: str, line: object) -> None:
    """And by nothing that stands in it."""
    with pytest.raises(ConsentLineError, match=rf"\Aline 2: {field}\Z"):
        list(read_consents(written(tmp_path, LINE, line)))


@pytest.mark.parametrize("line", ["[]", "3", "null", '"text"'])
def test_a_line_that_is_no_object_is_bad_too(tmp_path: Path, line: str) -> None:
    """JSON, but not a consent."""
    with pytest.raises(ConsentLineError, match=r"\Aline 1: "):
        list(read_consents(written(tmp_path, line)))


@pytest.mark.parametrize(
    ("name", "role", "party"),
    [
        ("Jobcoach Opstap", Role.JOB, "jobcoach-opstap"),
        ("UWV Twente", Role.UWV, "uwv-twente"),
        ("Gemeente Esveld, inkomen", Role.INC, "gemeente-esveld-inkomen"),
        ("day", Role.DAY, "day"),
        ("WMO", Role.WMO, "wmo"),
        ("x-1", Role.JOB, "x-1"),
        ("--", Role.JOB, "recipient"),
    ],
)
def test_a_name_gives_role_and_partner(name: str, role: Role, party: str) -> None:
    """Where it speaks of no role, a job coach."""
    assert (role_of(name), partner_id(name)) == (role, party)


def test_a_consent_brings_the_relation_that_it_needs(tmp_path: Path) -> None:
    """Without one it would give nothing; a withdrawn one gives nothing anyway."""
    (line,) = read_consents(written(tmp_path, LINE))
    person = PersonRegistry.from_records(records_of(line))
    assert person.relation("jobcoach-opstap", Role.JOB, NOW) is not None
    (standing,) = person.permissions("jobcoach-opstap", Category.SUPPORT_LEVEL)
    assert standing.end > NOW
    (gone,) = read_consents(written(tmp_path, LINE | {"status": "withdrawn"}))
    (ended,) = PersonRegistry.from_records(records_of(gone)).permissions("jobcoach-opstap", Category.SUPPORT_LEVEL)
    assert ended.end <= NOW


def test_made_up_consents_are_for_each_person_and_recipient() -> None:
    """Two categories for each, all different in the registry."""
    lines = list(synthetic_consents([Bsn("999990019"), Bsn("999990020")], ["jobcoach", "dagbesteding"]))
    ids = {record.id for line in lines for record in records_of(line)}
    assert len(lines) == 8
    assert len(ids) == 8 + 4
