"""Working days and hours, at their edges."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schakel_services.clock.working_time import (
    closing,
    days_off,
    is_working_day,
    opening,
    working_day_from,
    working_days_after,
    working_days_before,
    working_hours_after,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text: str) -> datetime:
    """Return a moment on Amsterdam's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01", "2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25", "2026-12-25", "2026-12-26",
        "2025-05-05", "2027-01-01",
    ],
)  # fmt: skip
def test_public_holidays_are_days_off(day: str) -> None:
    """New year, Easter Monday, the King's birthday, Ascension, Whit Monday, Christmas; 5 May once in five years."""
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-04-03", "2026-05-05", "2027-05-05", "2026-12-24", "2026-12-31"])
def test_days_on_which_desks_are_open(day: str) -> None:
    """Good Friday is no day off for all, nor is 5 May in most years."""
    assert is_working_day(date.fromisoformat(day))


def test_the_library_still_names_good_friday_as_this_code_does() -> None:
    """One name is left out; when it is spelt otherwise, Good Friday would be a day off."""
    assert date(2026, 4, 3) not in days_off(2026)
    assert len(days_off(2026)) == 9


def test_the_kings_birthday_moves_off_a_sunday() -> None:
    """In 2025 it was kept on Saturday the 26th, so that the Monday is a working day."""
    assert is_working_day(date(2025, 4, 28))


def test_working_days_over_christmas_and_new_year() -> None:
    """Friday 25 and Saturday 26 December, a weekend, and 1 January fall away."""
    assert working_days_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert working_days_after(date(2026, 12, 24), 5) == date(2027, 1, 4)
    assert working_days_before(date(2027, 1, 4), 5) == date(2026, 12, 24)


def test_days_counted_from_a_day_off() -> None:
    """The first working day after a Saturday is Monday; the last before a Sunday is Friday."""
    assert working_days_after(date(2026, 1, 10), 1) == date(2026, 1, 12)
    assert working_days_before(date(2026, 1, 11), 1) == date(2026, 1, 9)
    assert working_day_from(date(2026, 1, 10)) == date(2026, 1, 12)
    assert working_day_from(date(2026, 1, 12)) == date(2026, 1, 12)
    assert working_days_after(date(2026, 1, 12), 0) == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-01-05T09:00", 4, "2026-01-05T13:00"),
        ("2026-01-05T14:00", 4, "2026-01-05T18:00"),
        ("2026-01-05T14:01", 4, "2026-01-06T08:01"),
        ("2026-01-05T17:59", 4, "2026-01-06T11:59"),
        ("2026-01-05T18:00", 4, "2026-01-06T12:00"),
        ("2026-01-05T06:00", 4, "2026-01-05T12:00"),
        ("2026-01-05T23:00", 4, "2026-01-06T12:00"),
        ("2026-01-09T17:00", 4, "2026-01-12T11:00"),
        ("2026-01-10T12:00", 4, "2026-01-12T12:00"),
        ("2026-12-24T17:00", 4, "2026-12-28T11:00"),
        ("2026-04-02T17:00", 4, "2026-04-03T11:00"),
        ("2026-01-05T09:00", 25, "2026-01-07T14:00"),
    ],
)
def test_working_hours(begin: str, hours: int, end: str) -> None:
    """They go on the next working day; outside them they begin at opening."""
    assert working_hours_after(at(begin), hours) == at(end)


def test_hours_do_not_see_the_clock_change() -> None:
    """It changes on a Sunday night; Friday evening and Monday morning are an hour nearer, or further."""
    spring = working_hours_after(at("2026-03-27T16:00"), 4)
    autumn = working_hours_after(at("2026-10-23T16:00"), 4)
    assert spring == at("2026-03-30T10:00") == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert autumn == at("2026-10-26T10:00") == datetime(2026, 10, 26, 9, tzinfo=UTC)


def test_opening_and_closing_follow_the_clock_of_the_day() -> None:
    """In summer an hour earlier in UTC."""
    assert opening(date(2026, 3, 28)).hour == 7
    assert opening(date(2026, 3, 29)).hour == 6
    assert closing(date(2026, 10, 24)).hour == 16
    assert closing(date(2026, 10, 25)).hour == 17
