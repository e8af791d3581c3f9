"""One turn takes so much and no more, but always something."""

import pytest

from schakel_services.intake import room as module
from schakel_services.intake.incoming import Result
from schakel_services.intake.room import TOO_MUCH, Room, portions
from schakel_services.intake.taken import Taken


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ([], []),
        ([1, 1, 1, 1], [[1, 1, 1], [1]]),
        ([4, 6, 1], [[4, 6], [1]]),
        ([99, 1, 99], [[99], [1], [99]]),
        ([0, 0, 0], [[0, 0, 0]]),
    ],
)
def test_portions_hold_so_many_and_so_many_bytes(sizes: list[int], found: list[list[int]]) -> None:
    """In their order, nothing left out, and one of any size."""
    assert [list(some) for some in portions(sizes, lambda size: size, 3, 10)] == found


def added(rows: int, written: int = 1) -> Taken:
    """Return what adds so many rows of so many bytes in all."""
    return Taken(Result("accepted"), rows=rows, written=written)


@pytest.mark.parametrize(
    ("size", "taken"),
    [
        (module.READ_MAX, added(1)),
        (1, added(module.ROWS_MAX)),
        (1, added(1, module.WRITTEN_MAX)),
    ],
)
def test_bytes_that_are_read_and_rows_that_are_written_fill_it(size: int, taken: Taken) -> None:
    """Whichever comes first; before, and of what is little, there is room."""
    room = Room()
    assert room.add(1, added(1)).result.outcome == "accepted"
    assert not room.full
    assert room.add(size, taken) is taken
    assert room.full


@pytest.mark.parametrize("taken", [added(module.RECORD_ROWS_MAX + 1), added(1, module.RECORD_WRITTEN_MAX + 1)])
def test_a_record_that_adds_more_than_a_transaction_surely_holds_is_refused(taken: Taken) -> None:
    """Nothing of it is left; the turn ends with it."""
    room = Room()
    assert room.add(1, taken) == Taken(TOO_MUCH)
    assert room.full
