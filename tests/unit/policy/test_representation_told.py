"""What is told of who represents the person counts as soon as it is read, whatever clock said when (R10, R13)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Grantor, Reason, Role
from schakel_contracts.policy import Ruling
from schakel_contracts.registry import AgeRecord, RepresentationRecord

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHILD = AgeRecord(id=UUID(int=50), adult_on=date(2033, 5, 1))
YESTERDAY = date(2026, 11, 23)


def acting(capacity: Grantor, number: int = 60, **more: Any) -> RepresentationRecord:
    """Return what is on record of somebody who acts, or acted, for the person."""
    return RepresentationRecord(id=UUID(int=number), capacity=capacity, **more)


def ruled(desk: Any, *others: Any, **changes: Any) -> Ruling:
    """Decide about the coach, with one consent that differs as given, and other records."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, **changes)
    ruling: Ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent, *others, at=NOW)
    return ruling


@pytest.mark.parametrize("ahead", [-30 * MINUTE, -MINUTE, timedelta(), MINUTE, 30 * MINUTE, DAY], ids=str)
@pytest.mark.parametrize("given", [NOW - 30 * DAY, NOW - HOUR, NOW - 10 * MINUTE], ids=str)
@pytest.mark.parametrize(
    ("capacity", "person"), [(Grantor.GUARDIAN, ()), (Grantor.PERSONAL_MENTOR, ()), (Grantor.PARENT, (CHILD,))]
)
def test_who_represents_no_more_carries_nothing(
    desk: Any, capacity: Grantor, person: tuple[AgeRecord, ...], given: datetime, ahead: timedelta
) -> None:
    """Also by a desk of which the clock is behind, a consent of some minutes ago; and the day may be tomorrow there."""
    consent: dict[str, Any] = {"grantor": capacity, "granted_at": given}
    told = NOW + ahead
    stands = acting(capacity, change="begun", changed_at=NOW - 60 * DAY)
    ended = acting(capacity, valid_until=told.date() - DAY, change="ended", changed_at=told)
    assert ruled(desk, *person, stands, **consent).allowed
    assert not ruled(desk, *person, ended, **consent).allowed
    assert ruled(desk, *person, ended, granted_at=given, co_grantor=capacity, grantor=Grantor.SUBJECT).allowed is (
        not person and given >= told
    ), "a consent that was given with another ends too, unless the person alone will do"


def test_the_own_consent_does_not_end_with_it(desk: Any) -> None:
    """Nobody represents there."""
    assert ruled(desk, acting(Grantor.GUARDIAN, change="ended", changed_at=NOW + HOUR)).allowed


@pytest.mark.parametrize(
    ("record", "allowed"),
    [
        ({"valid_until": YESTERDAY}, False),
        ({"valid_until": date(2026, 11, 24)}, True),
        ({"valid_from": date(2026, 12, 1)}, True),
        ({"change": "ended"}, False),
    ],
    ids=str,
)
def test_a_parent_who_is_on_record_must_still_represent(desk: Any, record: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """A child's parent need not be; one of two who still does is enough."""
    consent: dict[str, Any] = {"grantor": Grantor.PARENT, "granted_at": NOW - HOUR}
    parent, other = acting(Grantor.PARENT, **record), acting(Grantor.PARENT, 61)
    ruling = ruled(desk, CHILD, parent, **consent)
    assert ruling.allowed is allowed
    if not allowed:
        assert ruling.reason is Reason.NOT_VALID_FOR_AGE
    assert ruled(desk, CHILD, parent, other, **consent).allowed
    assert ruled(desk, CHILD, acting(Grantor.GUARDIAN, **record), **consent).allowed


@pytest.mark.parametrize(
    ("before", "change", "capacity", "reason"),
    [
        (MINUTE, "begun", Grantor.GUARDIAN, None),
        (2 * HOUR, "begun", Grantor.GUARDIAN, None),
        (2 * HOUR + MINUTE, "begun", Grantor.GUARDIAN, Reason.CONSENT_EXPIRED),
        (MINUTE, "changed", Grantor.GUARDIAN, Reason.CONSENT_EXPIRED),
        (MINUTE, "begun", Grantor.PERSONAL_MENTOR, Reason.CONSENT_EXPIRED),
        (-MINUTE, "changed", Grantor.GUARDIAN, None),
        (-MINUTE, "ended", Grantor.PERSONAL_MENTOR, None),
        (timedelta(), "changed", Grantor.GUARDIAN, None),
    ],
    ids=str,
)
def test_who_begins_may_have_given_a_consent_that_is_a_little_older(
    desk: Any, before: timedelta, change: str, capacity: Grantor, reason: Reason | None
) -> None:
    """At one desk both come in together, by two clocks; any other change ends what was given before, at once."""
    given = NOW - MINUTE
    told = acting(capacity, change=change, changed_at=given + before)
    guardian = acting(Grantor.GUARDIAN, 61)
    consent: dict[str, Any] = {"grantor": Grantor.GUARDIAN, "granted_at": given}
    assert ruled(desk, guardian, told, **consent).reason is reason
