"""When to try again, and when to leave a target alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel_services.deliver.rules import (
    BACKOFF_S_MAX,
    CLOSED,
    FAILURES_MAX,
    PAUSE_S_FIRST,
    PAUSE_S_MAX,
    Answer,
    Breaker,
    answer_of,
    backoff_s,
    retry_at,
)


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
        (429, Answer.AWAY),
        (500, Answer.AWAY),
        (503, Answer.AWAY),
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


def opened() -> Breaker:
    """Return a breaker that has just opened, at 100 s."""
    breaker = CLOSED
    for _ in range(FAILURES_MAX):
        breaker = breaker.heard(Answer.AWAY, 100.0, probe=False)
    return breaker


def test_five_failures_in_a_row_open_it() -> None:
    """Four don't, and any answer in between starts the count again."""
    breaker = CLOSED
    for answer in [Answer.AWAY] * 4 + [Answer.LATER] + [Answer.AWAY] * 4:
        breaker = breaker.heard(answer, 100.0, probe=False)
        assert breaker.closed
        assert breaker.room(32, 100.0) == 32
    assert not breaker.heard(Answer.AWAY, 100.0, probe=False).closed


def test_while_open_nothing_goes_and_then_one_probe() -> None:
    """After the pause one may go, and no second one before its answer."""
    breaker = opened()
    assert breaker.room(32, 100.0 + PAUSE_S_FIRST - 0.1) == 0
    assert breaker.room(32, 100.0 + PAUSE_S_FIRST) == 1
    assert breaker.room(0, 100.0 + PAUSE_S_FIRST) == 0
    assert breaker.probed().room(32, 200.0) == 0
    assert breaker.probed().unheard().room(32, 200.0) == 1


def test_a_probe_that_fails_doubles_the_pause() -> None:
    """Up to five minutes; what left before it opened doubles nothing."""
    breaker = opened()
    assert breaker.heard(Answer.AWAY, 101.0, probe=False) == breaker
    pauses = []
    for _ in range(8):
        breaker = breaker.probed().heard(Answer.AWAY, 200.0, probe=True)
        assert not breaker.probing
        assert breaker.until == 200.0 + breaker.pause_s
        pauses.append(breaker.pause_s)
    assert pauses == [10.0, 20.0, 40.0, 80.0, 160.0, PAUSE_S_MAX, PAUSE_S_MAX, PAUSE_S_MAX]


@pytest.mark.parametrize("answer", [Answer.TAKEN, Answer.REFUSED, Answer.LATER])
def test_any_answer_closes_it(answer: Answer) -> None:
    """Who answers is there."""
    assert opened().probed().heard(answer, 200.0, probe=True) == CLOSED
