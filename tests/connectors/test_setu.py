"""SETU: a placement starts, changes and ends, and of the worker only a number is read."""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import schakel_connectors
from schakel_connectors.connector import load
from schakel_connectors.interpret import Remembered, interpret
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.setu_assignment.hours import Work, hours_band
from schakel_connectors.setu_assignment.mapping import parse
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_contracts.codes import HoursBand, Role
from schakel_contracts.event import Event
from schakel_contracts.placement import PlacementEnded, PlacementStarted

SAMPLES = Path(schakel_connectors.__path__[0]) / "setu_assignment" / "samples"
START: dict[str, Any] = json.loads((SAMPLES / "accepted_start.json").read_bytes())
CONNECTOR = load("setu_assignment")
NOVEMBER = datetime(2026, 11, 24, 3, tzinfo=UTC)


def resolve(ref: OrganisationRef, role: Role | None) -> Party:
    """The sender is in the chain; other organisations are known by number."""
    return Party("coach" if ref.scheme == "self" else f"{ref.scheme}:{ref.value}", role)


COACH = Sender("coach", Role.JOB, resolve)


class Partner:
    """A partner that sends, and an intake that remembers."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Remembered] = {}

    def sends(self, message: Any, at: datetime = NOVEMBER) -> list[Event]:
        """Return the events of one record."""
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        found = []
        for translation in CONNECTOR.translate(raw):
            key = translation.record_key

            def recall(slot: str, key: str = key) -> Remembered | None:
                return self.kept.get((key, slot))

            for change in interpret(translation, COACH, "setu_assignment", recall, at):
                self.kept[key, change.slot] = change.remembered
                found += [change.event] if change.event else []
        return found


def changed(**parts: Any) -> dict[str, Any]:
    """The start of a placement with other values in its position profile or at its top."""
    message = copy.deepcopy(START)
    profile = message["positionProfile"]
    for name, value in parts.items():
        if name in ("start", "expectedEnd", "actualEnd"):
            profile["positionPeriod"][name] = value
        elif name in ("workingPeriods", "positionOfferingTypes"):
            profile[name] = value
        elif name == "workerId":
            message["assignedWorker"] = {"workerId": value}
        else:
            message[name] = value
    return message


def hours(value: float | str) -> list[dict[str, Any]]:
    """So many hours a week."""
    week = {"value": 1, "unitCode": {"value": "Weekly"}}
    return [{"workDuration": {"value": value, "unitCode": {"value": "Hours"}}, "baseDuration": week}]


def types(events: list[Event]) -> list[str]:
    """The short types, of placements only."""
    return [name for event in events if (name := event.short_type()).startswith("placement")]


def test_a_placement_starts_changes_and_ends_once() -> None:
    """Each version is told once, and what nobody needs to know is not told."""
    partner = Partner()
    told = [
        types(partner.sends(message))
        for message in (
            START,
            START,
            changed(reasonOfChange="Andere tekst", payRates=[]),
            changed(workingPeriods=hours(21)),
            changed(workingPeriods=hours(28)),
            changed(workingPeriods=hours(28), expectedEnd="2027-05-31"),
            changed(workingPeriods=hours(28), actualEnd="2026-11-20"),
            changed(workingPeriods=hours(28), actualEnd="2026-11-20", reasonOfChange="x"),
        )
    ]

    assert told == [
        ["placement.started"],
        [],
        [],
        [],
        ["placement.changed"],
        ["placement.changed"],
        ["placement.ended"],
        [],
    ]


def test_one_placement_keeps_its_reference() -> None:
    """Who was told of the start can tell which placement ended."""
    partner = Partner()
    (start,) = (e for e in partner.sends(START) if isinstance(e, PlacementStarted))
    ended = partner.sends(changed(actualEnd="2026-11-20"))
    (end,) = (e for e in ended if isinstance(e, PlacementEnded))

    assert start.placement_ref == end.placement_ref


def test_an_agreed_end_that_lies_ahead_is_a_planned_end() -> None:
    """ActualEnd is the end in the contract, so a fixed-term placement has it from the start."""
    partner = Partner()
    first = partner.sends(changed(actualEnd="2026-12-31"))
    sooner = partner.sends(changed(actualEnd="2026-11-30"))
    over = partner.sends(changed(actualEnd="2026-11-29"), NOVEMBER + timedelta(days=5))
    (start,) = (event for event in first if isinstance(event, PlacementStarted))

    assert str(start.expected_end) == "2026-12-31"
    assert types(sooner) == ["placement.changed"]
    assert types(over) == ["placement.ended"]


def test_a_placement_first_seen_when_it_is_over_is_told_as_ended() -> None:
    """An end is news to whoever pays a benefit, even if the start came by another way."""
    assert types(Partner().sends(changed(actualEnd="2026-10-01"))) == ["placement.ended"]


def test_json_and_xml_say_the_same() -> None:
    """A partner may change over without anything being told again."""
    partner = Partner()
    partner.sends((SAMPLES / "accepted_start.json").read_bytes())

    assert partner.sends((SAMPLES / "accepted_start_in_xml.xml").read_bytes()) == []


@pytest.mark.parametrize(
    ("periods", "band"),
    [
        ([Work(11.9, "Hours", 1, "Weekly")], HoursBand.H0_12),
        ([Work(12, "Hours", 1, "Weekly")], HoursBand.H12_24),
        ([Work(24, "Hours", 1, "Weekly")], HoursBand.H24_32),
        ([Work(32, "Hours", 1, "Weekly")], HoursBand.H32_PLUS),
        ([Work(40, "Hours", 2, "Weekly")], HoursBand.H12_24),
        ([Work(3, "Days", 1, "Weekly")], HoursBand.H24_32),
        ([Work(36, "Hours", 1, "Weekly"), Work(4, "Days", 1, "Weekly")], HoursBand.H32_PLUS),
        ([Work(6, "Hours", 1, "Monday"), Work(8, "Hours", 1, "Friday")], HoursBand.H12_24),
        ([Work(8, "Hours", 1, "Daily"), Work(24, "Hours", 1, "Weekly")], HoursBand.H24_32),
        ([Work(4, "Hours", 1, "Daily")], HoursBand.H12_24),
        ([Work(96, "Hours", 1, "FourWeekly")], HoursBand.H24_32),
        ([Work(103, "Hours", 1, "Monthly")], HoursBand.H12_24),
        ([Work(104, "Hours", 1, "Monthly")], HoursBand.H24_32),
        ([Work(468, "Hours", 1, "Quarterly")], HoursBand.H32_PLUS),
        ([Work(600, "Hours", 1, "Yearly")], HoursBand.H0_12),
        ([Work(0, "Hours", 1, "Weekly")], HoursBand.H0_12),
        ([Work(8, "Hours", 0, "Weekly")], None),
        ([Work(169, "Hours", 1, "Weekly")], None),
        ([Work(8, "Hours", 1, "Fortnightly"), Work(1, "Weeks", 1, "Weekly")], None),
        ([], None),
    ],
)
def test_hours_a_week_become_a_band(periods: list[Work], band: HoursBand | None) -> None:
    """Whatever the period they are agreed for; hours outweigh days, and a week any other base."""
    assert hours_band(periods) == band


@pytest.mark.parametrize(
    ("offering", "kind"),
    [
        ({"value": "trial"}, "trial"),
        ({"value": "volunteer"}, "volunteer"),
        ({"value": "Secondment"}, "temporary_agency"),
        (None, "temporary_agency"),
    ],
)
def test_the_kind_is_a_code_of_schakel_or_agency_work(offering: Any, kind: str) -> None:
    """The type of contract is the one stable place for it."""
    message = changed(**({"positionOfferingTypes": offering} if offering else {}))
    (start,) = (e for e in Partner().sends(message) if isinstance(e, PlacementStarted))

    assert start.kind == kind


def numbers(*ids: tuple[str, str]) -> list[dict[str, str]]:
    """Numbers of a worker."""
    return [{"value": value, "schemeAgencyId": agency} for value, agency in ids]


def test_a_number_means_something_together_with_its_issuer() -> None:
    """A-17 of one supplier is somebody else than A-17 of another."""
    message = changed(workerId=numbers(("A-17", "Supplier"), ("9", "Customer")))
    unnamed = copy.deepcopy(message)
    del unnamed["supplier"]
    unnamed["customer"]["legalId"]["value"] = "b19fd1 62547"
    found = [CONNECTOR.translate(json.dumps(each).encode())[0] for each in (message, unnamed)]

    assert [translation.subject.own_numbers for translation in found] == [
        ("setu:supplier:kvk:90000017|A-17", "setu:customer:kvk:90000025|9"),
        ("setu:supplier|A-17", "setu:customer|9"),
    ]
    assert found[0].record_key != found[1].record_key


@pytest.mark.parametrize(
    ("ids", "rule"),
    [
        (numbers(("999910084", "BSN")), "bsn_invalid"),
        (numbers(("12345", "bsn")), "bsn_invalid"),
        (numbers(("999910085", "BSN"), ("999910103", "BSN")), "bsn_ambiguous"),
        ([], "too_short"),
    ],
)
def test_a_worker_that_nobody_is_is_refused(ids: list[dict[str, str]], rule: str) -> None:
    """A BSN passes the eleven test, and a placement has one worker."""
    with pytest.raises(RecordRejected, match=rf"{rule}$"):
        Partner().sends(changed(workerId=ids))


def test_an_employer_is_known_by_register_number_alone() -> None:
    """A masked number is none, and then nobody is involved but the sender."""
    message = copy.deepcopy(START)
    message["customer"]["legalId"]["value"] = "b19fd1 62547"
    events = Partner().sends(message)

    assert [event.short_type() for event in events] == [
        "case_relation.started",
        "placement.started",
    ]
    assert "employer" not in events[1].model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("start", 1_790_000_000, ("positionProfile.positionPeriod.start", "date_invalid")),
        ("start", "2026-02-30", ("positionProfile.positionPeriod.start", "date_invalid")),
        ("workingPeriods", hours("1e999"), ("hours", "finite_number")),
        ("workingPeriods", hours(-1), ("hours", "greater_than_equal")),
        ("documentId", {"value": "x" * 101}, ("documentId.value", "string_too_long")),
    ],
)
def test_a_value_that_can_not_be_is_refused(path: str, value: Any, error: tuple[str, str]) -> None:
    """With the field and the rule, and without the value."""
    field = "positionProfile.workingPeriods.0.workDuration.value" if error[0] == "hours" else error[0]

    with pytest.raises(RecordRejected) as refused:
        Partner().sends(changed(**{path: value}))

    assert refused.value.errors == (FieldError(field, error[1]),)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"", "json_invalid"),
        (b"[]", "unsupported_type"),
        (b"null", "unsupported_type"),
        (b'{"resourceType": "Patient"}', "unsupported_type"),
        (b"[" * 100_000, "too_deep"),
        (b'{"assignedWorker":' * 5_000, "too_deep"),
        (b"\xff\xfe{\x00}\x00", "xml_malformed"),
        (b"<Assignment/>", "unsupported_type"),
        (b"<!DOCTYPE a><a/>", "xml_doctype"),
        (b" " * 300_000, "too_large"),
    ],
)
def test_what_is_no_assignment_is_refused_as_such(raw: bytes, rule: str) -> None:
    """Another message, another format, or nothing at all."""
    with pytest.raises(RecordRejected) as refused:
        CONNECTOR.translate(raw)

    assert refused.value.errors == (FieldError("record", rule),)


SPOILS: tuple[Any, ...] = (None, 7, "", [], {}, [[]], "x" * 2_000)


def spoiled(node: Any) -> Iterator[None]:
    """Every version of a message in which one value is left out, or is of another type."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        kept = node[key]
        for value in SPOILS:
            node[key] = value
            yield
        if isinstance(node, dict):
            del node[key]
            yield
        node[key] = kept
        if isinstance(kept, dict | list):
            yield from spoiled(kept)


def test_a_spoiled_assignment_is_read_or_refused() -> None:
    """There is no third outcome."""
    message = copy.deepcopy(START)
    for _ in spoiled(message):
        with suppress(RecordRejected):
            Partner().sends(message)
    assert message == START


def test_what_is_not_declared_is_not_read() -> None:
    """Names, addresses, rates, titles, tasks and reasons have no place in a record."""
    read = repr(parse((SAMPLES / "accepted_start.json").read_bytes()))

    for secret in ("Contactpersoon", "werkgever.example", "17.35", "inpak", "Dozen", "Vrije tekst"):
        assert secret not in read
