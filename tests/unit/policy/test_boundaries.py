"""The very instant at which something begins or ends, and two grounds that add up: found by breaking the code."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Grantor, Purpose, Reason, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Ruling
from schakel_contracts.policy.civil_time import instant
from schakel_contracts.registry import AgeRecord, RepresentationRecord, TrajectoryRecord

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
"""On which 2 November begins in Amsterdam."""

SECOND_OF_NOVEMBER = date(2026, 11, 2)
MICROSECOND = timedelta(microseconds=1)


def ruled(desk: Any, *others: Any, at: datetime = NOW, **changes: Any) -> Ruling:
    """Decide about the coach, with one consent that differs as given, and other records."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, **changes)
    ruling: Ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent, *others, at=at)
    return ruling


def acts(capacity: Grantor, number: int = 8, **changes: Any) -> RepresentationRecord:
    """Return that somebody acts for the person."""
    return RepresentationRecord(id=UUID(int=number), capacity=capacity, **changes)


@pytest.mark.parametrize(("given", "allowed"), [(MIDNIGHT, True), (MIDNIGHT - MICROSECOND, False)])
def test_trajectory_that_was_over_when_consent_was_given_ends_nothing(
    given: datetime,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """Over at the end of its last day; thirty days on, a consent from within that day has ended (R10)."""
    over = TrajectoryRecord(id=UUID(int=7), ended_on=date(2026, 11, 1))
    assert ruled(desk, over, granted_at=given, at=datetime(2026, 12, 20, tzinfo=UTC)).allowed is allowed


def test_trajectory_without_an_end_in_sight_ends_nothing(desk: Any) -> None:
    """Thirty days after the last day of the calendar there is no day."""
    assert ruled(desk, TrajectoryRecord(id=UUID(int=7), ended_on=date.max)).allowed


@pytest.mark.parametrize(("given", "allowed"), [(MIDNIGHT, True), (MIDNIGHT - MICROSECOND, False)])
def test_at_sixteen_the_own_word_is_enough_from_the_first_second(
    given: datetime,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """R13: not one instant before the birthday."""
    youth = AgeRecord(id=UUID(int=5), adult_on=date(2028, 11, 2))
    assert ruled(desk, youth, granted_at=given).allowed is allowed


@pytest.mark.parametrize(
    ("days", "given", "reason"),
    [
        ({"valid_from": SECOND_OF_NOVEMBER}, MIDNIGHT, None),
        ({"valid_from": SECOND_OF_NOVEMBER}, MIDNIGHT - MICROSECOND, Reason.CONSENT_EXPIRED),
        ({"valid_until": date(2026, 11, 1)}, MIDNIGHT, Reason.OUT_OF_SCOPE),
    ],
    ids=str,
)
def test_representative_has_a_say_from_the_first_day_to_the_last(
    days: dict[str, Any], given: datetime, reason: Reason | None, desk: Any
) -> None:
    """From the first second of the one to the last of the other (R13)."""
    guardian = acts(Grantor.GUARDIAN, **days)
    assert ruled(desk, guardian, grantor=Grantor.GUARDIAN, granted_at=given).reason is reason


@pytest.mark.parametrize("order", [1, -1])
def test_what_two_representatives_have_a_say_in_adds_up(order: int, desk: Any) -> None:
    """A mentor beside an administrator, in whichever order they are read."""
    both = [acts(Grantor.PERSONAL_MENTOR, 8), acts(Grantor.FINANCIAL_ADMINISTRATOR, 9)]
    by_both: dict[str, Any] = {"grantor": Grantor.PERSONAL_MENTOR, "co_grantor": Grantor.FINANCIAL_ADMINISTRATOR}
    assert ruled(desk, *both[::order], **by_both).allowed


def test_objection_counts_from_its_first_instant(desk: Any) -> None:
    """Not a moment later."""
    assert ruled(desk, desk.objection(source="ggz-1", valid_from=NOW)).reason is Reason.OBJECTION
    assert ruled(desk, desk.objection(source="ggz-1", valid_from=NOW + MICROSECOND)).allowed


def test_consent_that_names_the_kind_of_data_beats_an_objection_that_does_not(desk: Any) -> None:
    """More specific in this alone, and as specific in all else."""
    alike: dict[str, Any] = {
        "recipients": (Recipient(party="job-1", role=Role.JOB),),
        "purposes": (Purpose.SUPPORT_SCALING,),
        "source": "ggz-1",
    }
    assert ruled(desk, desk.objection(**alike), **alike).allowed
    named = desk.objection(**alike, categories=(Category.SUPPORT_LEVEL,))
    assert ruled(desk, named, **alike).reason is Reason.OBJECTION


@pytest.mark.parametrize("party", ["source", "recipient"])
def test_an_agreement_counts_to_the_end_of_its_last_day(party: str, desk: Any) -> None:
    """A18: on either side, and not one instant longer."""
    until = {"source": None, "recipient": None} | {party: date(2026, 11, 1)}
    coach = desk.party(Role.JOB, until=until["recipient"])
    event = replace(desk.event(LEVEL, Role.GGZ), source=desk.party(Role.GGZ, until=until["source"]))
    records = [desk.relation(coach), desk.consent(coach, LEVEL)]
    rulings = [desk.ruling(event, coach, *records, at=at) for at in (MIDNIGHT - MICROSECOND, MIDNIGHT)]
    assert [ruling.reason for ruling in rulings] == [None, Reason.AGREEMENT_EXPIRED]


@pytest.mark.parametrize(("since", "allowed"), [(NOW, True), (NOW + MICROSECOND, False)])
def test_a_request_opens_from_its_very_first_instant(
    since: datetime,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """R6: what was asked from ten o'clock on may be answered at ten o'clock."""
    income = desk.party(Role.INC)
    request = desk.request(income, "placement.started", valid_from=since)
    event = desk.event("placement.started", Role.REI)
    assert desk.ruling(event, income, desk.relation(income), request, at=NOW).allowed is allowed


@pytest.mark.parametrize("longest", [1, 2])
def test_of_two_consents_the_one_that_lasts_longest_carries(longest: int, desk: Any) -> None:
    """Whichever was read first, and whatever its id."""
    coach = desk.party(Role.JOB)
    consents = [
        desk.consent(
            coach, LEVEL, id=UUID(int=number), valid_until=NOW + timedelta(days=20 if number == longest else 10)
        )
        for number in (1, 2)
    ]
    for order in (consents, consents[::-1]):
        ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), *order, at=NOW)
        assert ruling.consent_id == UUID(int=longest)


@pytest.mark.parametrize(
    ("withdrawn", "reason"), [(NOW, Reason.CONSENT_WITHDRAWN), (NOW + MICROSECOND, Reason.CONSENT_EXPIRED)]
)
def test_a_withdrawal_at_the_very_end_is_what_is_told(withdrawn: datetime, reason: Reason, desk: Any) -> None:
    """Who took it back hears that, and not that it had run out; what had ended before had ended."""
    assert ruled(desk, valid_until=NOW, withdrawn_at=withdrawn).reason is reason


EAST, WEST = timezone(timedelta(hours=5)), timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, NOW),
        (NOW.replace(tzinfo=timezone(timedelta(0))), NOW),
        (NOW.replace(tzinfo=EAST), NOW - timedelta(hours=5)),
        (NOW.replace(tzinfo=WEST), NOW + timedelta(hours=5)),
        (NOW.replace(tzinfo=None), NOW - timedelta(hours=1)),
        (datetime.min.replace(tzinfo=EAST), datetime.min.replace(tzinfo=UTC)),
        (datetime.max.replace(tzinfo=WEST), datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_its_own_zone_or_else_in_amsterdam(moment: datetime, expected: datetime) -> None:
    """And told in UTC wherever the machine stands; what lies beyond the calendar is its first or last instant."""
    assert instant(moment) == expected
    assert instant(moment).tzinfo is UTC


def test_what_is_about_another_party_is_closed_as_if_no_row_were_there(desk: Any) -> None:
    """R1: a row that is open to one's own alone opens nothing to another of the same role."""
    here = desk.on({"own": True})
    coach = here.party(Role.JOB, 2)
    rulings = [here.ruling(here.event(LEVEL, Role.GGZ, own_party=own), coach) for own in ("job-1", coach.id)]
    assert [ruling.rules for ruling in rulings] == [("R1",), ("R3",)]
    assert rulings[0].reason is Reason.NO_POLICY_ROW
