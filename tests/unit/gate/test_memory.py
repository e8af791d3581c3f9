"""What a gate remembers: numbers without gaps, and what it has seen, on the log before it counts."""

import pytest

from schakel_services.gate.memory import Memory


def restored(changes: list[tuple[str, bytes]]) -> Memory:
    """Return the memory of a gate that starts from the log."""
    memory = Memory()
    for key, value in changes:
        memory.apply(key, value)
    return memory


def test_numbers_begin_at_one_and_have_no_gap() -> None:
    """For each person and recipient on their own."""
    memory = Memory()
    assert [memory.next_sequence("k1.a", "een") for _ in range(3)] == [1, 2, 3]
    assert memory.next_sequence("k1.a", "twee") == 1
    assert memory.next_sequence("k1.b", "een") == 1


def test_numbers_go_on_after_a_restart() -> None:
    """What is on the log is enough to go on from, also twice."""
    memory = Memory()
    memory.next_sequence("k1.a", "een")
    memory.next_sequence("k1.a", "twee")
    again = restored(memory.changes())
    assert again.next_sequence("k1.a", "een") == 2
    third = restored([*memory.changes(), *again.changes()])
    assert third.next_sequence("k1.a", "een") == 3
    assert third.next_sequence("k1.a", "twee") == 2


def test_numbers_of_a_batch_in_doubt_are_given_again() -> None:
    """Dropped, and so used for the same notifications; committed, and so never again."""
    memory = Memory()
    memory.next_sequence("k1.a", "een")
    memory.commit()
    assert memory.next_sequence("k1.a", "een") == 2
    memory.drop()
    assert memory.next_sequence("k1.a", "een") == 2
    memory.commit()
    assert memory.next_sequence("k1.a", "een") == 3


def test_a_dropped_batch_leaves_restored_numbers_alone() -> None:
    """Also where they were read from the log and not yet looked at."""
    memory = restored([("sequence/k1.a", b'{"een":7}')])
    assert memory.next_sequence("k1.a", "een") == 8
    memory.drop()
    assert memory.next_sequence("k1.a", "een") == 8


@pytest.mark.parametrize("position", ["raw.een.x/0/5/0", "raw.een.x/0/4/9", "raw.een.x/0/5/1"])
def test_a_position_that_was_seen_is_not_new(position: str) -> None:
    """Nor is any before it of the same source."""
    memory = Memory()
    assert memory.is_new("raw.een.x/0/5/1")
    assert not memory.is_new(position)
    memory.commit()
    assert not memory.is_new(position)
    assert not restored([("position/raw.een.x/0", b"5/1")]).is_new(position)


@pytest.mark.parametrize("position", ["raw.een.x/0/5/2", "raw.een.x/0/6/0", "raw.een.x/1/0/0", "raw.twee.x/0/0/0"])
def test_a_position_behind_it_is_new(position: str) -> None:
    """The next of the same source, and the first of every other."""
    memory = Memory()
    memory.is_new("raw.een.x/0/5/1")
    memory.commit()
    assert memory.is_new(position)


def test_offsets_are_numbers() -> None:
    """Ten comes after nine."""
    memory = Memory()
    assert memory.is_new("http.een/0/9/0")
    assert memory.is_new("http.een/0/10/0")
    assert not memory.is_new("http.een/0/9/0")


def test_a_position_of_a_batch_in_doubt_is_new_again() -> None:
    """What is read once more must be decided once more."""
    memory = Memory()
    assert memory.is_new("raw.een.x/0/5/1")
    memory.drop()
    assert memory.is_new("raw.een.x/0/5/1")


def test_only_what_changed_is_written() -> None:
    """A restored memory writes nothing until something happens, and then that alone."""
    memory = restored([("sequence/k1.a", b'{"een":7}'), ("position/raw.een.x/0", b"5/1")])
    assert memory.changes() == []
    memory.next_sequence("k1.b", "een")
    memory.is_new("raw.een.x/1/0/0")
    assert memory.changes() == [("position/raw.een.x/1", b"0/0"), ("sequence/k1.b", b'{"een":1}')]
    memory.commit()
    assert memory.changes() == []


def test_a_tombstone_is_the_end_of_it() -> None:
    """Whoever was erased begins at one."""
    memory = restored([("sequence/k1.a", b'{"een":7}'), ("position/s/0", b"5/1")])
    memory.apply("sequence/k1.a", None)
    memory.apply("position/s/0", None)
    assert memory.next_sequence("k1.a", "een") == 1
    assert memory.is_new("s/0/0/0")
