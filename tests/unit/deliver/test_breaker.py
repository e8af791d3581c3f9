"""When to leave a target alone, and whose notification finds out that it is back."""

import pytest

from schakel_services.deliver.breaker import CLOSED, FAILURES_MAX, PAUSE_S_FIRST, PAUSE_S_MAX, Breaker
from schakel_services.deliver.rules import UNWELL, Answer, Reply

BROKEN, AWAY = Reply(Answer.BROKEN), Reply(Answer.AWAY)
WELL = sorted(set(Answer) - UNWELL)


def opened(reply: Reply = BROKEN) -> Breaker:
    """Return a breaker that has just opened, at 100 s."""
    breaker = CLOSED
    for number in range(FAILURES_MAX):
        breaker = breaker.heard(reply, f"person-{number}", 100.0, probe=False)
    return breaker


@pytest.mark.parametrize("answer", sorted(UNWELL))
def test_failures_of_five_persons_in_a_row_open_it(answer: Answer) -> None:
    """Four don't, and any answer in between starts the count again."""
    breaker = CLOSED
    for reply in [Reply(answer)] * 4 + [Reply(Answer.LATER)] + [Reply(answer)] * 4:
        breaker = breaker.heard(reply, f"person-{breaker.failures}", 100.0, probe=False)
        assert breaker.closed
        assert breaker.room(32, 100.0) == 32
    assert not breaker.heard(Reply(answer), "another", 100.0, probe=False).closed


@pytest.mark.parametrize("answer", [Answer.BROKEN, Answer.LOST, Answer.BUSY])
def test_what_fails_again_for_one_person_says_nothing_of_the_target(answer: Answer) -> None:
    """However often: others go on."""
    breaker = CLOSED
    for _ in range(20):
        breaker = breaker.heard(Reply(answer), "a", 100.0, probe=False)
    assert breaker.closed


def test_a_target_that_is_not_reached_is_away_whoever_it_was_about() -> None:
    """No connection: that is not about the notification."""
    breaker = CLOSED
    for _ in range(FAILURES_MAX):
        breaker = breaker.heard(AWAY, "a", 100.0, probe=False)
    assert not breaker.closed


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
    assert breaker.heard(BROKEN, "person-0", 101.0, probe=False) == breaker
    pauses = []
    for number in range(8):
        breaker = breaker.probed().heard(BROKEN, f"other-{number}", 200.0, probe=True)
        assert not breaker.probing
        assert breaker.until == 200.0 + breaker.pause_s
        pauses.append(breaker.pause_s)
    assert pauses == [10.0, 20.0, 40.0, 80.0, 160.0, PAUSE_S_MAX, PAUSE_S_MAX, PAUSE_S_MAX]


def test_a_probe_of_who_failed_before_doubles_nothing() -> None:
    """Five persons whose notifications fail each time hold up a sixth for seconds, not for minutes."""
    breaker = opened().probed().heard(BROKEN, "person-0", 200.0, probe=True)
    assert (breaker.pause_s, breaker.until) == (PAUSE_S_FIRST, 200.0 + PAUSE_S_FIRST)
    assert opened(AWAY).probed().heard(AWAY, "person-0", 200.0, probe=True).pause_s == PAUSE_S_FIRST * 2


def test_a_target_that_asks_for_it_is_left_alone_longer() -> None:
    """But not longer than five minutes: a stop-notice waits too."""
    assert opened(Reply(Answer.BUSY, 60.0)).until == 160.0
    assert opened(Reply(Answer.BUSY, 3_600.0)).until == 100.0 + PAUSE_S_MAX


@pytest.mark.parametrize("answer", WELL)
def test_any_answer_closes_it(answer: Answer) -> None:
    """Who answers is there."""
    assert opened().probed().heard(Reply(answer), "person-0", 200.0, probe=True) == CLOSED
