"""Months by the calendar, and days between a moment and a day."""

from datetime import UTC, date, datetime

import pytest

from schakel_services.clock.days import begin, day_of, days_between, end, months_after, morning, seconds


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-15", 12, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -6, "2025-07-15"),
        ("2028-02-29", -24, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_months_end_where_the_month_ends(day: str, months: int, found: str) -> None:
    """31 January and a month is the last of February."""
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(found)


def test_a_day_begins_and_ends_at_midnight_in_amsterdam() -> None:
    """The day on which the clock changes has 23 hours, or 25."""
    assert end(date(2026, 3, 29)) - begin(date(2026, 3, 29)) == 23 * 3600
    assert end(date(2026, 10, 25)) - begin(date(2026, 10, 25)) == 25 * 3600
    assert morning(date(2026, 3, 29)) - begin(date(2026, 3, 29)) == 7 * 3600


def test_a_late_evening_in_utc_is_the_next_day() -> None:
    """Amsterdam is an hour or two ahead."""
    assert day_of(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)) == date(2026, 1, 6)
    assert days_between(seconds(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)), date(2026, 1, 10)) == 4
    assert days_between(seconds(datetime(2026, 1, 5, 12, tzinfo=UTC)), date(2026, 1, 1)) == 0


def test_a_fraction_of_a_second_counts_as_begun() -> None:
    """Nothing is said a moment too early."""
    assert seconds(datetime(2026, 1, 5, 12, 0, 0, 1, tzinfo=UTC)) == seconds(datetime(2026, 1, 5, 12, tzinfo=UTC)) + 1
