"""A partner whose agreement has ended: it can still close what is open, and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.unit.intake.desk import ANN, BOB, NOW, Practice

LAST = date(2026, 11, 20)
BEFORE = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)
"""The last second of that day in Amsterdam."""

EXPIRED = ["agreement_expired"]
CONSENT = {
    "type": "consent.granted",
    "purposes": ["job_coaching"],
    "categories": ["placement"],
    "recipients": ["coach/JOB"],
    "grantor": "subject",
    "form": "written",
    "granted_at": "2026-11-01T12:00:00+01:00",
    "text_version": "1.0",
}
OBJECTION = {"type": "consent.granted", "effect": "deny", "recipients": ["coach"], "grantor": "subject"}
OBJECTION |= {"form": "verbal"}
RELATION = {"type": "case_relation.started", "party": "coach", "role": "JOB"}
RIGHT = {"type": "subject_right.exercised", "request_id": "V-1", "right": "restriction"}
RIGHT |= {"status": "received"}
GUARDIAN = {"type": "representation.changed", "kind": "guardian"}
PLAN = {"type": "care_plan.status_changed", "status": "active"}


def row(said: dict[str, Any], key: str = "R-1", bsn: str = ANN, **more: Any) -> dict[str, Any]:
    """Return a row of a record."""
    return {"record": key, "bsn": bsn} | said | more


@pytest.mark.parametrize("said", [CONSENT, RELATION, GUARDIAN, PLAN], ids=lambda said: str(said["type"]))
def test_nothing_opens_and_nothing_is_told(said: dict[str, Any]) -> None:
    """Up to the end of the last day it does, and sent again it is a repeat like any."""
    practice = Practice(until=LAST)
    assert practice.tell(row(said, "R-2"), at=NOW) == EXPIRED
    assert len(practice.versions) == 0
    assert len(practice.tell(row(said), at=BEFORE)) == 1
    assert practice.tell(row(said), at=NOW) == []


@pytest.mark.parametrize(
    ("opened", "closed", "told"),
    [
        (CONSENT, {"type": "consent.withdrawn"}, "consent.withdrawn"),
        (CONSENT, OBJECTION, "consent.granted"),
        (RELATION, {"type": "case_relation.ended"}, "case_relation.ended"),
        (GUARDIAN, GUARDIAN | {"valid_until": "2026-11-23"}, "representation.changed"),
        (RIGHT, RIGHT | {"status": "carried_out"}, "subject_right.exercised"),
    ],
    ids=["withdrawn", "objected", "ended", "represented", "answered"],
)
def test_what_is_open_can_be_closed(opened: dict[str, Any], closed: dict[str, Any], told: str) -> None:
    """A person does not have to wait for a new agreement."""
    practice = Practice(until=LAST)
    practice.take(row(opened), at=BEFORE)
    assert f"ann {told}" in practice.tell(row(closed), at=NOW)


@pytest.mark.parametrize("said", [OBJECTION, RIGHT, {"type": "exit.registered"}], ids=["objection", "right", "exit"])
def test_what_restricts_is_taken_at_any_time(said: dict[str, Any]) -> None:
    """Though nothing was open before."""
    assert Practice(until=LAST).take(row(said), at=NOW).result.outcome == "accepted"


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        (OBJECTION, {"type": "consent.withdrawn"}),
        (OBJECTION, OBJECTION | {"recipients": ["school"]}),
        ({"type": "exit.registered"}, {"type": "exit.registered", "since": "2999-01-01"}),
    ],
    ids=["objection_ended", "objection_changed", "exit_moved"],
)
def test_what_restricts_is_not_lifted(closed: dict[str, Any], opens: dict[str, Any]) -> None:
    """The end of an objection opens ways, as a consent does."""
    practice = Practice(until=LAST)
    practice.take(row(closed), at=BEFORE)
    assert practice.tell(row(opens), at=NOW) == EXPIRED


def test_a_record_is_taken_whole_or_not_at_all() -> None:
    """Its sender hears it, and can send what closes by itself."""
    practice = Practice(until=LAST)
    practice.take(row(CONSENT), at=BEFORE)
    assert practice.tell(row({"type": "consent.withdrawn"}), row(PLAN, "R-2"), at=NOW) == EXPIRED
    assert practice.tell(row({"type": "consent.withdrawn"}), at=NOW) == ["ann consent.withdrawn"]


def test_a_correction_gives_nothing_to_another() -> None:
    """The first person's relation can be ended under its key."""
    practice = Practice(until=LAST)
    practice.take(row(RELATION), at=BEFORE)
    assert practice.tell(row(RELATION, bsn=BOB), at=NOW) == EXPIRED
    assert practice.tell(row({"type": "case_relation.ended"}), at=NOW) == ["ann case_relation.ended"]
