"""From when to when a consent stands (R10, R11), and what an objection does to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Grantor, Purpose, Reason, Remedy, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry, Ruling, decide
from schakel_contracts.registry import AgeRecord, RepresentationRecord, TrajectoryRecord

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ruled(desk: Any, *others: Any, at: datetime = NOW, **changes: Any) -> Ruling:
    """Decide about the coach, with one consent that differs as given, and other records."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, **changes)
    event = desk.event(LEVEL, Role.GGZ)
    ruling: Ruling = desk.ruling(event, coach, desk.relation(coach), consent, *others, at=at)
    return ruling


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"withdrawn_at": NOW + SECOND}, Reason.CONSENT_WITHDRAWN),
        ({"withdrawn_at": NOW}, Reason.CONSENT_WITHDRAWN),
        ({"withdrawn_at": NOW - timedelta(days=1)}, Reason.CONSENT_WITHDRAWN),
        ({"valid_until": NOW + SECOND}, None),
        ({"valid_until": NOW}, Reason.CONSENT_EXPIRED),
        ({"valid_from": NOW}, None),
        ({"valid_from": NOW + SECOND}, Reason.NO_CONSENT),
        ({"granted_at": NOW + SECOND}, Reason.NO_CONSENT),
        ({"granted_at": datetime(2025, 11, 24, 10, 0, 1, tzinfo=UTC)}, None),
        ({"granted_at": datetime(2025, 11, 24, 10, 0, tzinfo=UTC)}, Reason.CONSENT_EXPIRED),
        (
            {"granted_at": None, "valid_from": datetime(2025, 11, 24, 10, 0, tzinfo=UTC)},
            Reason.CONSENT_EXPIRED,
        ),
        ({"granted_at": None}, Reason.CONSENT_EXPIRED),
        (
            {"withdrawn_at": NOW - SECOND, "valid_until": NOW - 2 * SECOND},
            Reason.CONSENT_EXPIRED,
        ),
    ],
    ids=str,
)
def test_consent_stands_until_the_first_thing_that_ends_it(
    changes: dict[str, Any], reason: Reason | None, desk: Any
) -> None:
    """R10, R11: twelve months or its own last instant, to the second; a withdrawal as soon as it is read."""
    assert ruled(desk, **changes).reason is reason


def test_twelve_months_are_counted_on_a_dutch_calendar(desk: Any) -> None:
    """Given on 29 February it ends on 28 February; in summer an hour is an hour of that place."""
    leap = datetime(2024, 2, 29, 11, 0, tzinfo=UTC)
    last = datetime(2025, 2, 28, 11, 0, tzinfo=UTC)
    assert ruled(desk, granted_at=leap, at=last - SECOND).allowed
    assert not ruled(desk, granted_at=leap, at=last).allowed
    winter = datetime(2026, 3, 28, 11, 0, tzinfo=UTC)
    summer = datetime(2027, 3, 28, 10, 0, tzinfo=UTC)
    assert ruled(desk, granted_at=winter, at=summer - SECOND).allowed
    assert not ruled(desk, granted_at=winter, at=summer).allowed


def test_time_without_a_zone_is_amsterdam_time(desk: Any) -> None:
    """A source that leaves the zone out means the clock on its wall."""
    wall = datetime(2026, 11, 24, 11, 0)  # noqa: DTZ001 - that is what comes in
    assert not ruled(desk, valid_until=wall, at=NOW).allowed
    assert ruled(desk, valid_until=wall, at=NOW - SECOND).allowed


@pytest.mark.parametrize(
    ("representation", "reason"),
    [
        ({"changed_at": NOW - timedelta(days=40)}, None),
        ({"changed_at": NOW - timedelta(days=1)}, Reason.CONSENT_EXPIRED),
        ({"changed_at": NOW + timedelta(days=1)}, Reason.CONSENT_EXPIRED),
        ({"valid_until": date(2026, 11, 23)}, Reason.CONSENT_EXPIRED),
        ({"valid_until": date(2026, 11, 24)}, None),
        ({"valid_from": date(2026, 11, 20)}, Reason.CONSENT_EXPIRED),
    ],
    ids=str,
)
def test_consent_by_a_representative_ends_when_that_changes(
    representation: dict[str, Any], reason: Reason | None, desk: Any
) -> None:
    """R10: a change after it was given ends it, and only one that was given by a representative."""
    record = RepresentationRecord(id=UUID(int=8), capacity=Grantor.GUARDIAN, **representation)
    assert ruled(desk, record, grantor=Grantor.GUARDIAN).reason is reason
    assert ruled(desk, record, grantor=Grantor.SUBJECT).allowed


@pytest.mark.parametrize(
    "superseded",
    [NOW, NOW - SECOND, NOW + SECOND],
)
def test_consent_that_was_superseded_is_over(superseded: datetime, desk: Any) -> None:
    """R10: as soon as it is read; an objection that another replaced is over from the moment at which it was."""
    assert ruled(desk, superseded_at=superseded).reason is Reason.CONSENT_EXPIRED
    replaced = desk.objection(source="ggz-1", superseded_at=superseded)
    assert ruled(desk, replaced).allowed is (superseded <= NOW)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        ([], None),
        ([None], None),
        ([date(2026, 10, 25)], Reason.CONSENT_EXPIRED),
        ([date(2026, 10, 26)], None),
        ([date(2026, 10, 24), date(2026, 10, 26)], None),
        ([date(2026, 10, 25), date(2026, 10, 24)], Reason.CONSENT_EXPIRED),
        ([date(2026, 10, 25), None], None),
        # It ended before the consent was given, which was then given for something else.
        ([date(2026, 9, 1)], None),
    ],
    ids=str,
)
def test_consent_ends_thirty_days_after_the_last_trajectory(
    ended: list[date | None], reason: Reason | None, desk: Any
) -> None:
    """R10: if the person has any, all are over, and the last one ran when, or after, it was given."""
    trajectories = [TrajectoryRecord(id=UUID(int=40 + n), ended_on=day) for n, day in enumerate(ended)]
    given = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
    assert ruled(desk, *trajectories, granted_at=given).reason is reason


@pytest.mark.parametrize(
    ("given", "age"), [(datetime(2026, 10, 20, tzinfo=UTC), 16), (datetime(2026, 9, 20, tzinfo=UTC), 18)]
)
def test_consent_ends_at_the_birthday_after_it_was_given(given: datetime, age: int, desk: Any) -> None:
    """R10: whoever gave it, at midnight in Amsterdam; one that is given that day stands."""
    adult_on = date(2026 - age + 18, 11, 24)
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    born = AgeRecord(id=UUID(int=50), adult_on=adult_on)
    who: dict[str, Any] = {"grantor": Grantor.SUBJECT, "co_grantor": Grantor.PARENT}
    assert ruled(desk, born, granted_at=given, at=midnight - SECOND, **who).allowed
    assert ruled(desk, born, granted_at=given, at=midnight, **who).reason is Reason.CONSENT_EXPIRED
    assert ruled(desk, born, granted_at=midnight, **who).allowed


@pytest.mark.parametrize(
    ("version", "counts", "reason"),
    [
        ("1", 1, None),
        (None, 1, None),
        ("1.9", 2, Reason.CONSENT_EXPIRED),
        (None, 2, Reason.CONSENT_EXPIRED),
        ("2.0.1", 2, None),
        ("3", 2, None),
        ("10", 9, None),
    ],
)
def test_consent_to_an_older_text_is_over(version: str | None, counts: int, reason: Reason | None, desk: Any) -> None:
    """R10: the first number of the version counts; a consent that names none was to the first text."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, text_version=version)
    person = PersonRegistry.from_records([desk.relation(coach), consent])
    policy = replace(desk.policy, consent_text_major=counts)
    assert decide(desk.event(LEVEL, Role.GGZ), coach, person, policy, NOW).reason is reason


def test_asking_again_is_advised_after_expiry_and_not_after_withdrawal(desk: Any) -> None:
    """Who withdrew has answered."""
    assert ruled(desk, valid_until=NOW).remedy is Remedy.ASK_CONSENT
    assert ruled(desk, withdrawn_at=NOW).remedy is Remedy.NONE


def test_last_consent_to_end_gives_the_reason(desk: Any) -> None:
    """Withdrawn long ago, renewed, and the renewal expired: it expired; the other way round it was withdrawn."""
    renewed = desk.consent(desk.party(Role.JOB), LEVEL, id=UUID(int=6), valid_until=NOW - timedelta(days=1))
    ruling = ruled(desk, renewed, withdrawn_at=NOW - timedelta(days=20))
    assert ruling.reason is Reason.CONSENT_EXPIRED
    taken_back = ruled(desk, renewed, withdrawn_at=NOW - timedelta(hours=1))
    assert taken_back.reason is Reason.CONSENT_WITHDRAWN


COACH = (Recipient(party="job-1"),)
COACH_AS_COACH = (Recipient(party="job-1", role=Role.JOB),)


@pytest.mark.parametrize(
    ("consent", "objection", "allowed"),
    [
        # To everything: the consent names recipient, purpose and category, so it is more specific.
        ({}, {}, True),
        ({}, {"recipients": COACH}, True),
        ({}, {"recipients": COACH_AS_COACH}, True),
        ({}, {"purposes": (Purpose.SUPPORT_SCALING,)}, True),
        # As specific as the consent, or more so in one respect: the objection wins.
        (
            {},
            {
                "recipients": COACH_AS_COACH,
                "purposes": (Purpose.SUPPORT_SCALING,),
                "categories": (Category.SUPPORT_LEVEL,),
            },
            False,
        ),
        ({"recipients": COACH}, {"recipients": COACH_AS_COACH}, False),
        ({}, {"source": "ggz-1"}, False),
        ({"source": "ggz-1"}, {"source": "ggz-1"}, True),
        # About something else.
        ({"recipients": COACH}, {"recipients": (Recipient(party="job-1", role=Role.REI),)}, True),
        ({}, {"source": "ggz-9"}, True),
        ({}, {"source": "ggz-1", "categories": (Category.HOUSING,)}, True),
        ({}, {"source": "ggz-1", "purposes": (Purpose.TRANSPORT,)}, True),
        ({}, {"source": "ggz-1", "withdrawn_at": NOW}, True),
        ({}, {"source": "ggz-1", "valid_until": NOW}, True),
        ({}, {"source": "ggz-1", "valid_from": NOW + SECOND}, True),
        # An objection has no twelve months.
        ({}, {"source": "ggz-1", "granted_at": NOW - timedelta(days=3_000)}, False),
        # The row's own purpose may not be got round by the recipient's primary one.
        (
            {"purposes": (Purpose.JOB_COACHING,)},
            {"source": "ggz-1", "purposes": (Purpose.SUPPORT_SCALING,)},
            False,
        ),
        # And an objection to the purpose that would be used counts as well.
        (
            {"purposes": (Purpose.JOB_COACHING,)},
            {"source": "ggz-1", "purposes": (Purpose.JOB_COACHING,)},
            False,
        ),
    ],
    ids=str,
)
def test_more_specific_wins_and_an_objection_wins_a_tie(
    consent: dict[str, Any],
    objection: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """Several consents: the rules of the Dutch generic functions, and in doubt the objection."""
    ruling = ruled(desk, desk.objection(**objection), **consent)
    assert ruling.allowed is allowed
    if not allowed:
        assert (ruling.reason, ruling.remedy) == (Reason.OBJECTION, Remedy.NONE)


def test_objection_without_consent_is_told_as_an_objection(desk: Any) -> None:
    """Nobody is advised to ask a person who has already said no."""
    coach = desk.party(Role.JOB)
    ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), desk.objection())
    assert (ruling.reason, ruling.remedy) == (Reason.OBJECTION, Remedy.NONE)


def test_second_consent_carries_what_the_first_can_not(desk: Any) -> None:
    """Of several consents one that covers everything is enough."""
    coach = desk.party(Role.UWV)
    lacking = desk.consent(coach, LEVEL, freely_given=())
    whole = desk.consent(coach, LEVEL, id=UUID(int=4), granted_at=NOW - timedelta(days=90))
    event = desk.event(LEVEL, Role.GGZ)
    ruling = desk.ruling(event, coach, desk.relation(coach), lacking, whole)
    assert ruling.consent_id == whole.id
