"""Which moment of a series comes next, and what is said when several have passed."""

from collections.abc import Iterator

from schakel_services.clock.series import Series, begin, fire
from schakel_services.clock.timer import Moment, Timer, due_of, read_timer

END = 1_000


def moments(timer: Timer) -> Iterator[Moment]:
    """Three warnings before the end, and the end itself, which helps a while longer."""
    end = timer.about["end"]
    for before in (600, 300, 70):
        yield Moment(end - before, end, before)
    yield Moment(end, end + 100)


SERIES = Series(moments, lambda _, __: ())


def set_at(now: int, end: int = END, before: Timer | None = None) -> Timer:
    """Return the timer that is set then."""
    timer = begin(SERIES, "ggz", {"end": end}, now, before)
    assert timer is not None
    return timer


def run(timer: Timer | None, *times: int) -> list[int | None]:
    """Return what is said when the clock looks at these moments; None where nothing is."""
    found: list[int | None] = []
    for now in times:
        moment = None
        if timer is not None and timer.due <= now:
            moment, timer = fire(SERIES, timer, now)
        found.append(None if moment is None else moment.number)
    return found


def test_each_moment_is_said_once() -> None:
    """In order, and nothing between."""
    assert run(set_at(0), 399, 400, 401, 699, 700, 930, 999, 1000, 1001) == [
        None, 600, None, None, 300, 70, None, 0, None,
    ]  # fmt: skip


def test_of_what_passed_unseen_only_the_latest_is_said() -> None:
    """A clock that comes back after months does not send three letters on one day."""
    assert run(set_at(0), 950, 1000) == [70, 0]
    assert run(set_at(0), 1050, 1060) == [0, None]


def test_what_helps_nobody_any_more_is_not_said() -> None:
    """After its end a warning is pointless; after a while the end is too."""
    assert run(set_at(0), 1100) == [None]
    moment, left = fire(SERIES, set_at(0), 1100)
    assert (moment, left) == (None, None)


def test_what_should_have_been_said_already_is_said_at_once() -> None:
    """And then only the last of it."""
    timer = set_at(750)
    assert timer.due <= 750
    assert run(timer, 750, 751, 930) == [300, None, 70]


def test_what_is_over_is_not_set() -> None:
    """An old record that comes in sets nothing."""
    assert begin(SERIES, "ggz", {"end": END}, 1100) is None


def test_the_same_said_again_changes_nothing() -> None:
    """A nightly export says everything every night."""
    timer = set_at(0)
    _, left = fire(SERIES, timer, 450)
    assert left is not None
    assert begin(SERIES, "other", {"end": END}, 460, left) is left


def test_a_moved_series_says_what_is_still_to_come() -> None:
    """Who was warned is not warned again at once for a day that moved a little."""
    _, left = fire(SERIES, set_at(0), 450)
    moved = set_at(500, 1050, left)
    assert run(moved, 500, 749, 750, 980, 1050) == [None, None, 300, 70, 0]


def test_a_day_that_came_nearer_is_said_at_once() -> None:
    """Who was told of a far day, and has little time left, hears that; who was told the last, nothing twice."""
    _, left = fire(SERIES, set_at(0), 450)
    assert run(set_at(500, 550, left), 500, 501, 550) == [70, None, 0]
    assert run(set_at(500, 500, left), 500, 501) == [0, None]
    _, last = fire(SERIES, set_at(0), 950)
    assert run(set_at(960, 980, last), 960, 980) == [None, 0]


def test_a_moved_series_of_which_nothing_was_said_begins_anew() -> None:
    """Its day came nearer, and nobody knows yet."""
    moved = set_at(350, 900, set_at(0))
    assert run(moved, 350, 600, 830) == [600, 300, 70]


def test_a_series_that_moves_far_away_warns_again() -> None:
    """An extension has an end of its own."""
    _, left = fire(SERIES, set_at(0), 450)
    assert run(set_at(500, 3000, left), 500, 2400, 2700) == [None, 600, 300]


def test_more_about_the_same_day_keeps_what_was_said() -> None:
    """The date of the talk becomes known: no second letter."""
    _, left = fire(SERIES, set_at(0), 450)
    again = begin(SERIES, "ggz", {"end": END, "talk": "2026-01-01"}, 460, left)
    assert again is not None
    assert run(again, 460, 700) == [None, 300]


def test_a_timer_is_read_as_it_was_written() -> None:
    """And its next moment without the rest."""
    timer = set_at(0)
    assert read_timer(timer.value()) == timer
    assert due_of(timer.value()) == timer.due == 400
