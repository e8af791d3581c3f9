"""Whose turn it is: in order for each person, and nobody behind somebody else."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from schakel_contracts.codes import Purpose
from schakel_contracts.envelope import Envelope
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import Pending
from schakel_services.deliver.waiting import Waiting


def pending(person: str, order: int = 0, next_at: float = 0.0) -> Pending:
    """Return a notification that waits."""
    envelope = Envelope(id=f"{person}{order}", source="s", type="t", subject=person, time="")
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
