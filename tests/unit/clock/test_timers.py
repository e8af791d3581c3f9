"""The timers of a partition: who is due, what is written, and that nothing piles up."""

from hypothesis import given
from hypothesis import strategies as st

from schakel_services.clock.timer import Timer
from schakel_services.clock.timers import FIRED, STALE_MIN, Timers


def value(due: int, what: str = "a") -> bytes:
    """Return a timer's value."""
    return Timer(due, 0, 0, what, {}).value()


def drained(timers: Timers, now: int) -> list[tuple[str, str]]:
    """Take away all that is due, in the order in which it comes."""
    found = []
    while (person := timers.first_due(now)) is not None:
        for key in timers.due(person, now):
            found.append((person, key))
            timers.put(person, key, None)
    return found


def test_who_is_due_first_comes_first() -> None:
    """And of one person the earliest first."""
    timers = Timers()
    timers.put("b", "x/1", value(20))
    timers.put("a", "x/1", value(30))
    timers.put("b", "x/2", value(10))
    timers.put("c", "x/1", value(99))
    assert not timers.is_due(9)
    assert drained(timers, 50) == [("b", "x/2"), ("b", "x/1"), ("a", "x/1")]
    assert len(timers) == 1


def test_what_was_moved_or_cancelled_is_not_due() -> None:
    """Its old place in the queue says nothing."""
    timers = Timers()
    timers.put("a", "x/1", value(10))
    timers.put("b", "x/1", value(10))
    timers.put("a", "x/1", value(90))
    timers.put("b", "x/1", None)
    assert timers.first_due(50) is None
    assert timers.first_due(90) == "a"


def test_what_a_batch_changed_is_written_once() -> None:
    """The last value of each key; what came and went within the batch is not written."""
    timers = Timers()
    timers.put("a", "x/1", value(10))
    timers.put("a", "x/1", value(20))
    timers.put("a", "x/2", value(20))
    timers.put("a", "x/2", None)
    assert dict(timers.written()) == {"a/x/1": value(20)}
    assert dict(timers.written()) == {}
    timers.put("a", "x/1", None)
    timers.fired = 7
    assert dict(timers.written()) == {"a/x/1": None, FIRED: b"7"}


def test_it_goes_on_where_the_log_says() -> None:
    """Restored, the same is due."""
    before, after = Timers(), Timers()
    for number in range(5):
        before.put("a", f"x/{number}", value(10 * number))
    before.fired = 3
    before.put("a", "x/0", None)
    for key, found in before.written():
        after.apply(key, found)
    after.restored()
    assert after.fired == 3
    assert len(after) == 4
    assert drained(after, 25) == drained(before, 25) == [("a", "x/1"), ("a", "x/2")]


def test_a_person_who_is_told_much_does_not_fill_the_queue() -> None:
    """Each notification sets a timer that its receipt takes away: a million of them leave nothing behind."""
    timers = Timers()
    timers.put("a", "x/1", value(10**9))
    for now in range(20_000):
        timers.put("a", "deliveries", value(now))
        timers.put("a", "deliveries", None)
        timers.first_due(now)
    assert len(timers._queue) <= 2 * len(timers._next) + STALE_MIN + 1
    assert timers.first_due(10**9) == "a"


Steps = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.none() | st.integers(0, 30)), max_size=40)


@given(Steps, st.integers(0, 30))
def test_it_finds_what_a_list_finds(steps: list[tuple[str, str, int | None]], now: int) -> None:
    """Whatever is set, moved and cancelled, by whichever path: the same is due as when all are looked at."""
    timers = Timers()
    plain: dict[tuple[str, str], int] = {}
    for person, key, due in steps:
        timers.put(person, key, None if due is None else value(due))
        if due is None:
            plain.pop((person, key), None)
        else:
            plain[person, key] = due
    assert len(timers) == len(plain)
    assert sorted(drained(timers, now)) == sorted(one for one, due in plain.items() if due <= now)
    assert len(timers) == sum(due > now for due in plain.values())


def test_who_rests_is_not_due_until_then() -> None:
    """Nothing of theirs is taken away; woken, they stand where they stood."""
    timers = Timers()
    timers.put("a", "x/1", value(10))
    timers.put("b", "x/1", value(15))
    timers.rest("a", 50)
    timers.rest("nobody", 50)
    assert drained(timers, 20) == [("b", "x/1")]
    assert not timers.is_due(49)
    assert timers.first_due(50) == "a"
    timers.rest("a", 90)
    timers.wake("a")
    timers.wake("nobody")
    assert drained(timers, 20) == [("a", "x/1")]


def test_a_timer_that_is_set_while_somebody_rests_is_looked_at() -> None:
    """It may be what ends the rest."""
    timers = Timers()
    timers.put("a", "x/1", value(10))
    timers.rest("a", 50)
    timers.put("a", "x/2", value(12))
    assert timers.first_due(20) == "a"
