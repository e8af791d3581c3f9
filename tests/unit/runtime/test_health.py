"""Whether a loop is ready: open, turning, and not ever further behind."""

from dataclasses import dataclass
from itertools import count

import pytest
from aiokafka import TopicPartition

from schakel_services.runtime.health import LAG_MIN, STUCK_S, Health, Progress

AT = TopicPartition("health-test", 0)
NAMES = count()


@dataclass
class Clock:
    """Time that a test moves."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """Return what time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock of its own for each test."""
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    """A loop that has just opened."""
    found = Progress(f"loop-{next(NAMES)}", clock)
    found.up()
    return found


def test_an_open_loop_that_turns_is_ready(progress: Progress, clock: Clock) -> None:
    """For as long as it turns, work or not."""
    for _ in range(10):
        clock.now += STUCK_S - 1
        progress.beat()
    assert progress.problem() is None


def test_a_loop_that_did_not_open_is_not() -> None:
    """Before its first opening, and between two."""
    progress = Progress("loop")
    assert progress.problem() == "not_open"
    progress.up()
    progress.down()
    assert progress.problem() == "not_open"


def test_a_loop_that_stands_still_is_stuck(progress: Progress, clock: Clock) -> None:
    """Once it did not turn for twenty seconds."""
    clock.now += STUCK_S
    assert progress.problem() is None
    clock.now += 0.1
    assert progress.problem() == "stuck"


def test_a_loop_that_was_fenced_for_good_says_so(progress: Progress) -> None:
    """Another process does its work: neither open nor stuck."""
    progress.gone = True
    progress.down()
    assert progress.problem() == "fenced"


def after(progress: Progress, clock: Clock, lags: list[int], step_s: float = 5.0) -> str | None:
    """Commit once in a while, each time this far behind; return the problem at the end."""
    for lag in lags:
        clock.now += step_s
        progress.beat()
        progress.read(AT, 10, lag)
    return progress.problem()


def test_a_lag_that_only_grows_is_a_problem(progress: Progress, clock: Clock) -> None:
    """For more than half a minute, at every commit, and past a thousand records."""
    assert after(progress, clock, [LAG_MIN + n for n in range(7)]) is None
    assert after(progress, clock, [LAG_MIN + 10]) == "lag_grows"


def test_a_lag_that_falls_once_is_none(progress: Progress, clock: Clock) -> None:
    """Someone who catches up is ready, however far behind."""
    lags = [50_000 + 100 * n for n in range(9)]
    assert after(progress, clock, [*lags, 49_000]) is None


def test_a_lag_that_stays_is_none(progress: Progress, clock: Clock) -> None:
    """As much comes in as goes out."""
    assert after(progress, clock, [20_000] * 12) is None


def test_a_small_lag_that_grows_is_none(progress: Progress, clock: Clock) -> None:
    """A few hundred records more in a minute is a busy hour."""
    assert after(progress, clock, [10 * n for n in range(12)]) is None


def test_only_the_last_minute_counts(progress: Progress, clock: Clock) -> None:
    """A fall of long ago does not hide that it has grown ever since."""
    assert after(progress, clock, [90_000] + [LAG_MIN + n for n in range(20)]) == "lag_grows"


def test_problems_are_named_by_loop() -> None:
    """Readiness says which loop and why; a loop that ended on purpose is no problem."""
    health = Health()
    first, second = health.loop("gate-0"), health.loop("gate-1")
    first.up()
    assert health.problems() == {"gate-1": "not_open"}
    health.forget(second)
    health.forget(second)
    assert health.problems() == {}


def test_what_is_worth_knowing_is_no_problem() -> None:
    """A loop whose partner is away says so, and is ready."""
    health = Health()
    loop = health.loop("deliver-a")
    loop.up()
    loop.notice = lambda: "target_away"
    assert (health.ready, health.notices()) == (True, {"deliver-a": "target_away"})


def test_only_a_loop_that_was_open_makes_a_process_stuck(clock: Clock) -> None:
    """One that can't open tries again by itself; one that hangs needs a restart."""
    health = Health()
    loop = health.loop("gate-0")
    loop.monotonic = clock
    clock.now += 10 * STUCK_S
    assert not health.stuck()
    loop.up()
    clock.now += 10 * STUCK_S
    assert health.stuck()
