"""Whose turn it is: in order for each person, and nobody behind somebody else."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel_contracts.codes import Purpose
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.envelope import Envelope
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import Pending
from schakel_services.deliver.rules import Answer
from schakel_services.deliver.waiting import Waiting


def pending(person: str, order: int = 0, next_at: float = 0.0, type_: str = "t") -> Pending:
    """Return a notification that waits."""
    envelope = Envelope(id=f"{person}{order}", source="s", type=type_, subject=person, time="")
    notification = Notification(
        partition=0,
        order=order,
        headers=(),
        body=b"{}",
        envelope=envelope,
        purpose=Purpose.JOB_COACHING,
        consent_id=None,
        relation_required=True,
        position="events/0/0/0",
    )
    return Pending(notification, first_at=0.0, next_at=next_at)


def test_only_the_first_of_a_person_goes() -> None:
    """The second waits until the first has ended; another person does not."""
    waiting = Waiting()
    first, second, other = pending("a", 1), pending("a", 2), pending("b", 1)
    for one in (first, second, other):
        waiting.add(one, 0.0)
    assert waiting.take(10, 0.0) == [first, other]
    assert waiting.take(10, 0.0) == []
    waiting.done(first, 0.0)
    assert waiting.take(10, 0.0) == [second]
    waiting.done(second, 0.0)
    waiting.done(other, 0.0)
    assert len(waiting) == 0


def test_one_that_must_wait_keeps_those_behind_it() -> None:
    """Its time comes, and until then nothing of that person goes."""
    waiting = Waiting()
    first, second = pending("a", 1), pending("a", 2)
    waiting.add(first, 0.0)
    waiting.add(second, 0.0)
    assert waiting.take(1, 0.0) == [first]
    first.next_at = 5.0
    waiting.again(first, 0.0)
    assert waiting.take(10, 4.9) == []
    assert waiting.take(10, 5.0) == [first]


def test_no_more_than_asked_and_the_longest_due_first() -> None:
    """Places are given in the order in which they fell due."""
    waiting = Waiting()
    late, early = pending("a", next_at=3.0), pending("b", next_at=2.0)
    waiting.add(late, 0.0)
    waiting.add(early, 0.0)
    assert waiting.take(1, 9.0) == [early]
    assert waiting.due_count == 1
    assert waiting.take(1, 9.0) == [late]


def test_what_is_due_may_end_without_having_been_taken() -> None:
    """Giving up takes no place."""
    waiting = Waiting()
    first, second = pending("a", 1), pending("a", 2)
    waiting.add(first, 0.0)
    waiting.add(second, 0.0)
    assert list(waiting.due(0.0)) == [first]
    waiting.done(first, 0.0)
    assert list(waiting.due(0.0)) == [second]


def stop(person: str, order: int = 0, next_at: float = 0.0) -> Pending:
    """Return a stop-notice that waits."""
    return pending(person, order, next_at, ConsentWithdrawn.type)


def tried(waiting: Waiting, one: Pending, answer: Answer, now: float) -> None:
    """Let the one whose turn it is be answered with so much as "later", and wait for 100 s."""
    assert waiting.take(9, now) == [one]
    one.answer, one.next_at = answer, now + 100.0
    waiting.again(one, now)


@pytest.mark.parametrize("answer", [Answer.LATER, Answer.BUSY, Answer.BROKEN, Answer.LOST])
def test_a_stop_notice_passes_what_the_target_did_not_take(answer: Answer) -> None:
    """And what waits behind that, since it would wait too; all else stays in order."""
    waiting = Waiting()
    first, second, notice, last = pending("a", 1), pending("a", 2), stop("a", 3), pending("a", 4)
    for one in (first, second, notice, last):
        waiting.add(one, 0.0)
    tried(waiting, first, answer, 0.0)
    assert waiting.take(9, 1.0) == [notice]
    waiting.done(notice, 1.0)
    assert waiting.take(9, 99.0) == []
    assert waiting.take(9, 100.0) == [first]
    waiting.done(first, 100.0)
    assert waiting.take(9, 100.0) == [second]
    waiting.done(second, 100.0)
    assert waiting.take(9, 100.0) == [last]


def test_a_stop_notice_that_comes_later_passes_too() -> None:
    """What it passes keeps its time."""
    waiting = Waiting()
    first, notice = pending("a", 1), stop("a", 2, next_at=5.0)
    waiting.add(first, 0.0)
    tried(waiting, first, Answer.LATER, 0.0)
    waiting.add(notice, 5.0)
    assert waiting.take(9, 5.0) == [notice]
    waiting.done(notice, 5.0)
    assert waiting.take(9, 99.0) == []
    assert waiting.take(9, 100.0) == [first]


def test_a_stop_notice_behind_another_that_is_not_taken_passes_both() -> None:
    """One stop-notice that is rejected holds up no other; the first of them goes first."""
    waiting = Waiting()
    first, one, two = pending("a", 1), stop("a", 2), stop("a", 3)
    for each in (first, one, two):
        waiting.add(each, 0.0)
    tried(waiting, first, Answer.LATER, 0.0)
    tried(waiting, one, Answer.LATER, 1.0)
    assert waiting.take(9, 2.0) == [two]


def test_a_stop_notice_waits_behind_what_never_reached_the_target() -> None:
    """A target that is away gets everything in order; what is in front is looked at at once, and then waits again."""
    waiting = Waiting()
    first, notice = pending("a", 1), stop("a", 2)
    waiting.add(first, 0.0)
    tried(waiting, first, Answer.AWAY, 0.0)
    waiting.add(notice, 5.0)
    tried(waiting, first, Answer.AWAY, 5.0)
    assert waiting.take(9, 104.0) == []
    assert waiting.take(9, 105.0) == [first]


def test_a_withdrawal_while_the_first_is_under_way_lets_it_be_looked_at_when_it_is_back() -> None:
    """Its own check was before the withdrawal."""
    waiting = Waiting()
    first, notice = pending("a", 1), stop("a", 2)
    waiting.add(first, 0.0)
    assert waiting.take(9, 0.0) == [first]
    waiting.add(notice, 1.0)
    first.answer, first.next_at = Answer.AWAY, 100.0
    waiting.again(first, 2.0)
    assert waiting.take(9, 2.0) == [first]
    first.next_at = 100.0
    waiting.again(first, 3.0)
    assert waiting.take(9, 99.0) == []


def test_the_turn_of_one_comes_when_nothing_is_in_front_of_it() -> None:
    """From then on it has time of its own."""
    waiting = Waiting()
    first, second = pending("a", 1), pending("a", 2)
    waiting.add(first, 1.0)
    waiting.add(second, 2.0)
    assert waiting.take(9, 2.0) == [first]
    assert (first.turn_at, second.turn_at) == (1.0, None)
    waiting.done(first, 3.0)
    assert second.turn_at == 3.0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=40), st.integers(1, 4))
def test_every_one_ends_once_and_in_order(steps: list[tuple[str, int]], places: int) -> None:
    """However often each has to wait, each person's end in the order in which they came."""
    waiting, retries = Waiting(), {}
    for order, (person, count) in enumerate(steps):
        one = pending(person, order)
        retries[one] = count
        waiting.add(one, 0.0)
    ended: dict[str, list[int]] = defaultdict(list)
    now = 0.0
    while len(waiting):
        now += 1.0
        taken = waiting.take(places, now)
        assert len({one.notification.person for one in taken}) == len(taken) <= places
        for one in taken:
            if retries[one]:
                retries[one] -= 1
                one.next_at = now + 2.0
                waiting.again(one, now)
            else:
                waiting.done(one, now)
                ended[one.notification.person].append(one.notification.order)
    assert sum(map(len, ended.values())) == len(steps)
    assert all(orders == sorted(orders) for orders in ended.values())
