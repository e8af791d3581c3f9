"""What waits for the next transaction is bounded, and whoever went away is left out."""

import asyncio
from datetime import UTC, datetime

import pytest

from schakel_services.intake.incoming import Inbox, Incoming, Result, TooBusy

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def record(size: int = 10) -> Incoming:
    """Return a record of so many bytes."""
    return Incoming("fhir_care_plan", b"x" * size, NOW)


def test_records_leave_in_the_order_in_which_they_came() -> None:
    """As many as asked for; the rest stays."""
    inbox, items = Inbox(), [record() for _ in range(3)]
    for item in items:
        inbox.put(item)
    assert inbox.take(2) == items[:2]
    assert (inbox.take(5), inbox.take(5)) == (items[2:], [])


def test_so_many_bytes_leave_at_once() -> None:
    """And one of any size; those behind it wait."""
    inbox, items = Inbox(), [record(size) for size in (60, 40, 1, 300, 5)]
    for item in items:
        inbox.put(item)
    assert [inbox.take(9, 100) for _ in range(4)] == [items[:2], items[2:3], items[3:4], items[4:]]


def test_what_is_put_back_is_the_first_to_leave_again() -> None:
    """In its order, though others came meanwhile and took its room."""
    inbox, items = Inbox(bytes_max=100), [record(number) for number in (40, 30, 20, 60)]
    for item in items[:3]:
        inbox.put(item)
    taken = inbox.take(3)
    inbox.put(items[3])
    inbox.put_back(taken[1:])
    with pytest.raises(TooBusy):
        inbox.put(record(1))
    assert inbox.take(4) == items[1:]
    inbox.put(record(100))


def test_no_more_records_than_so_many_wait() -> None:
    """The next is told to come later; when some have left there is room again."""
    inbox = Inbox(count_max=3)
    for _ in range(3):
        inbox.put(record())
    with pytest.raises(TooBusy):
        inbox.put(record())
    inbox.take(1)
    inbox.put(record())
    assert len(inbox) == 3


def test_no_more_bytes_than_so_many_wait() -> None:
    """However few records they are; what was taken no longer counts."""
    inbox = Inbox(bytes_max=100)
    inbox.put(record(60))
    with pytest.raises(TooBusy):
        inbox.put(record(41))
    inbox.put(record(40))
    inbox.take(1)
    inbox.put(record(60))
    assert len(inbox) == 2


def test_what_was_refused_takes_no_room() -> None:
    """Many that are turned away do not fill the inbox."""
    inbox = Inbox(bytes_max=100)
    for _ in range(50):
        with pytest.raises(TooBusy):
            inbox.put(record(101))
    inbox.put(record(100))


async def test_whoever_went_away_is_left_out() -> None:
    """A sender that hung up, or was told already, is not worked for; its bytes are free again."""
    inbox = Inbox(bytes_max=30)
    loop = asyncio.get_running_loop()
    items = [record() for _ in range(3)]
    for item in items:
        item.answer = loop.create_future()
        inbox.put(item)
    for item, end in zip(items, (True, False, False), strict=True):
        if end and item.answer is not None:
            item.answer.cancel()
    if items[1].answer is not None:
        items[1].answer.set_result(Result("accepted"))
    assert inbox.take(3) == items[2:]
    inbox.put(record(30))
