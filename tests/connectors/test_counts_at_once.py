"""What closes a way counts as soon as it is read, however far ahead the clock was of the intake that took it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import a_consent, a_permission

from schakel_connectors.connector import load
from schakel_connectors.trial import Memory, try_record
from schakel_contracts.codes import Category, Role
from schakel_contracts.policy import PersonRegistry
from schakel_contracts.registry import REGISTRY_RECORD

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
FAST = NOW + timedelta(seconds=25)
"""What the clock of the intake says."""

DAY = timedelta(days=1)
LEVEL, COACH = Category.SUPPORT_LEVEL, "opstap"
GIVEN = {
    "type": "consent.granted",
    "record": "C-1",
    "effect": "permit",
    "purposes": ["job_coaching"],
    "categories": ["support_level"],
    "recipients": ["opstap/JOB"],
    "grantor": "subject",
    "form": "written",
    "granted_at": "2026-11-01T12:00:00+01:00",
    "text_version": "1.0",
}
OTHER = GIVEN | {"record": "C-2", "recipients": ["inkomen/INC"], "supersedes": "C-1"}


class Person:
    """What the registry holds of one person, while records come in."""

    def __init__(self) -> None:
        self.memory: Memory = {}
        self._records: dict[str, Any] = {}

    def takes(self, record: dict[str, Any], connector: str = "chain_record", at: datetime = FAST) -> None:
        """Take in a record at a moment by the clock of the intake."""
        row = record if connector != "chain_record" else {"record": "R-1", "bsn": "999900006"} | record
        trial = try_record(load(connector), json.dumps(row).encode(), None, (), at, self.memory)
        assert trial["outcome"] == "accepted", trial["errors"]
        self._records |= {each["id"]: each for each in trial["registry"]}

    @property
    def registry(self) -> PersonRegistry:
        """What a gate reads."""
        return PersonRegistry.from_records(map(REGISTRY_RECORD.validate_python, self._records.values()))

    def permitted(self, party: str = COACH) -> bool:
        """Say whether a permission names a party by the clock of the gate."""
        return any(each.stands(NOW) for each in self.registry.permissions(party, LEVEL))

    def objected(self, at: datetime = NOW) -> bool:
        """Say whether an objection stands at a moment."""
        return any(each.stands(at) for each in self.registry.objections(COACH, LEVEL))


@pytest.mark.parametrize(
    "ending",
    [
        {"type": "consent.withdrawn", "record": "C-1"},
        {"type": "consent.withdrawn", "record": "C-1", "effective": FAST.isoformat()},
        {"type": "consent.withdrawn", "record": "C-1", "effective": (NOW + 9 * DAY).isoformat()},
        GIVEN | {"effect": "deny"},
        GIVEN | {"recipients": ["inkomen/INC"]},
        OTHER,
    ],
    ids=["by key", "since now", "ahead", "objection", "left out", "replaced"],
)
def test_a_permission_ends_when_its_end_is_read(ending: dict[str, Any]) -> None:
    """By whatever ends it."""
    person = Person()
    person.takes(GIVEN, at=NOW - DAY)
    assert person.permitted()
    person.takes(ending)
    assert not person.permitted()


def test_a_permission_ends_when_a_withdrawal_elsewhere_is_read() -> None:
    """By its id."""
    person = Person()
    person.takes(GIVEN, at=NOW - DAY)
    (given,) = person.registry.permissions(COACH, LEVEL)
    person.takes({"type": "consent.withdrawn", "record": "W-1", "consent_id": str(given.id)})
    assert not person.permitted()


def test_a_permission_in_fhir_ends_when_its_end_is_read() -> None:
    """Withdrawn in so many words, or no longer said."""
    endings: tuple[dict[str, Any], ...] = ({"status": "inactive"}, {"provision": {}})
    for ended in endings:
        person = Person()
        given = a_consent(a_permission("opstap", "support_level"), dateTime="2026-11-03")
        person.takes(given, "fhir_consent", NOW - DAY)
        assert person.permitted()
        person.takes(given | ended, "fhir_consent")
        assert not person.permitted()


@pytest.mark.parametrize(
    ("valid_from", "at_once"),
    [(None, True), (FAST, True), (NOW + timedelta(hours=9), True), (NOW - 9 * DAY, True), (NOW + DAY, False)],
)
def test_an_objection_counts_when_it_is_read_unless_it_names_a_later_day(
    valid_from: datetime | None,
    at_once: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A moment on the day of receipt is when it was said."""
    objection = GIVEN | {"effect": "deny"} | ({"valid_from": valid_from.isoformat()} if valid_from else {})
    person = Person()
    person.takes(objection)
    assert person.objected() is at_once
    assert person.objected(NOW + DAY)


def test_shortly_before_midnight_tomorrow_may_mean_now() -> None:
    """By a clock that runs ahead, or in a time zone that was left out."""
    late = datetime(2026, 11, 24, 22, 59, 50, tzinfo=UTC)
    person = Person()
    person.takes(GIVEN | {"effect": "deny", "valid_from": (late + timedelta(seconds=15)).isoformat()}, at=late)
    assert person.objected(late)


def test_a_right_counts_when_it_is_read() -> None:
    """Also when it is upheld: what was closed already does not open for a while."""
    right = {"type": "subject_right.exercised", "request_id": "B-1", "right": "objection", "due": "2026-12-20"}
    person = Person()
    for status in ("received", "carried_out"):
        person.takes(right | {"status": status})
        assert person.registry.restricted(COACH, LEVEL, NOW), status


@pytest.mark.parametrize(
    ("since", "at_once"),
    [(None, True), (FAST, True), (NOW + timedelta(hours=9), True), (NOW - 9 * DAY, True), (NOW + DAY, False)],
)
def test_an_exit_counts_when_it_is_read_unless_it_names_a_later_day(
    since: datetime | None,
    at_once: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A moment on the day of receipt is when it was said."""
    person = Person()
    person.takes({"type": "exit.registered"} | ({"since": since.isoformat()} if since else {}))
    assert person.registry.has_left(NOW) is at_once
    assert person.registry.has_left(NOW + DAY)


def test_an_emergency_that_was_closed_is_over_when_that_is_read() -> None:
    """It opens a way, so its end waits for no clock."""
    row = {"type": "break_glass.used", "reason": "acute_need", "categories": ["support_level"], "citizen_told": True}
    row |= {"until": (NOW + timedelta(hours=8)).isoformat()}
    person = Person()
    person.takes(row, at=NOW - timedelta(hours=1))
    role = next(role for role in Role if person.registry.emergency("example", role, LEVEL, NOW))
    person.takes(row | {"closed_at": FAST.isoformat()})
    assert not person.registry.emergency("example", role, LEVEL, NOW)
