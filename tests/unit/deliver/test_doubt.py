"""What a process that was killed may have sent without having written so."""

from schakel_contracts.codes import Purpose
from schakel_contracts.envelope import Envelope
from schakel_services.deliver.doubt import Doubt, Doubtful
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import Pending
from schakel_services.deliver.restoring import AT_REST, DOUBT, OWNER, Restoring

FOUND = Doubt(at=100.0, ends={0: 10, 1: 0})


def notification(order: int, partition: int = 0) -> Notification:
    """Return one at an offset."""
    return Notification(
        partition=partition,
        order=order,
        headers=(),
        body=b"{}",
        envelope=Envelope("id", "s", "t", "person", ""),
        purpose=Purpose.JOB_COACHING,
        consent_id=None,
        relation_required=True,
        position="events/0/0/0",
    )


def test_what_was_due_may_have_been_sent() -> None:
    """What had to wait longer was not."""
    assert FOUND.covers(Pending(notification(1), first_at=1.0, next_at=100.0))
    assert not FOUND.covers(Pending(notification(1), first_at=1.0, next_at=100.1))


def test_what_is_new_may_have_been_read_by_a_predecessor() -> None:
    """One batch at most, and nothing that was written after its successor looked."""
    doubtful = Doubtful(FOUND, batch_max=3)
    assert [doubtful.take(notification(order)) for order in (5, 6, 7, 8, 12)] == [True, True, True, False, False]
    assert not doubtful.take(notification(0, partition=1))
    assert not doubtful.take(notification(0, partition=2))
    assert not Doubtful(None, batch_max=3).take(notification(5))


def state(*records: tuple[str, bytes]) -> Restoring:
    """Return what a deliverer finds."""
    found = Restoring()
    for key, value in records:
        found.apply(key, value)
    return found


def test_only_an_owner_that_came_to_rest_leaves_no_doubt() -> None:
    """Nobody was there; one that rests; one that was killed; one that was killed after another had rested."""
    assert not state().unclean
    assert not state((OWNER, b"one"), (AT_REST, b"one")).unclean
    assert state((OWNER, b"one")).unclean
    assert state((OWNER, b"one"), (AT_REST, b"one"), (OWNER, b"two")).unclean


def test_a_doubt_outlives_the_process_that_found_it() -> None:
    """It is read as it was written."""
    assert state((DOUBT, FOUND.model_dump_json().encode())).doubt == FOUND
