"""What an answer means, when to try again, and when to give up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel_services.deliver.rules import BACKOFF_S_MAX, Answer, answer_of, backoff_s, last_moment, retry_at


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Answer.TAKEN),
        (202, Answer.TAKEN),
        (204, Answer.TAKEN),
        (301, Answer.LATER),
        (307, Answer.LATER),
        (400, Answer.REFUSED),
        (401, Answer.LATER),
        (404, Answer.LATER),
        (409, Answer.LATER),
        (410, Answer.REFUSED),
        (413, Answer.REFUSED),
        (422, Answer.REFUSED),
        (429, Answer.BUSY),
        (500, Answer.BROKEN),
        (503, Answer.BROKEN),
    ],
)
def test_a_status_means(status: int, expected: Answer) -> None:
    """Only what a repeat can't change is final."""
    assert answer_of(status) is expected


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0.01, 10))
def test_the_wait_grows_within_bounds(attempts: int, chance: float, first_s: float) -> None:
    """From nothing to the doubled time, and never beyond a quarter of an hour."""
    wait_s = backoff_s(attempts, first_s, chance)
    assert 0 <= wait_s <= min(BACKOFF_S_MAX, first_s * 2.0 ** min(attempts - 1, 32))
    assert backoff_s(attempts + 1, first_s, chance) >= wait_s


def test_a_retry_is_never_after_the_last_moment() -> None:
    """The last moment itself is when it is given up."""
    assert retry_at(10.0, 100.0, 5.0) == 15.0
    assert retry_at(10.0, 12.0, 5.0) == 12.0
    assert retry_at(10.0, 8.0, 5.0) == 10.0


def test_what_waited_long_for_its_turn_has_some_time_of_its_own() -> None:
    """A day from when it was first due, or an hour from its turn, whichever ends later."""
    day = 86_400.0
    assert last_moment(first_at=100.0, turn_at=100.0, for_s=day) == 100.0 + day
    assert last_moment(first_at=100.0, turn_at=100.0 + day, for_s=day) == 100.0 + day + 3_600.0
