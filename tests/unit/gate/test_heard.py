"""What a sender has heard of is told once, and what is remembered of it never grows."""

import pytest

from schakel_services.gate.heard import Heard
from schakel_services.gate.memory import Memory


def restored(*changes: tuple[str, bytes]) -> Heard:
    """Return what a gate knows that starts from the log."""
    heard = Heard()
    for place, value in changes:
        heard.apply(place, value)
    return heard


def test_the_second_is_not_new() -> None:
    """In the same batch, in a later one, and after a restart."""
    heard = Heard()
    assert [heard.is_new("a"), heard.is_new("a"), heard.is_new("b")] == [True, False, True]
    changes = heard.changes()
    heard.commit()
    assert not heard.is_new("a")
    again = restored(*changes)
    assert [again.is_new(name) for name in "abc"] == [False, False, True]


def test_a_batch_in_doubt_is_told_again() -> None:
    """Dropped with the rest; nothing of it is written."""
    heard = Heard()
    heard.is_new("a")
    heard.drop()
    assert heard.changes() == []
    assert heard.is_new("a")


def test_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory as on the log: as many places as there are, over and over."""
    monkeypatch.setattr("schakel_services.gate.heard.HEARD_MAX", 3)
    heard = Heard()
    log: dict[str, bytes] = {}
    for number in range(10):
        assert heard.is_new(f"n{number}")
        log.update(heard.changes())
        heard.commit()
    assert len(log) == len(heard.known) == len(heard.ring) == 3
    for one in (heard, restored(*log.items())):
        assert [one.is_new(f"n{number}") for number in (7, 8, 9)] == [False, False, False]
        assert one.is_new("n6")
        assert one.changes() == [("2", b"11 n6")] if one.last == 10 else False


def test_a_batch_larger_than_the_ring_keeps_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is what is remembered."""
    monkeypatch.setattr("schakel_services.gate.heard.HEARD_MAX", 2)
    heard = Heard()
    for number in range(5):
        heard.is_new(f"n{number}")
    log = dict(heard.changes())
    heard.commit()
    assert heard.known == restored(*log.items()).known == {"n3", "n4"}


def test_a_gate_keeps_it_with_the_rest_of_its_state() -> None:
    """Written under keys of its own, read back from them, forgotten with a batch in doubt."""
    memory = Memory()
    memory.heard.is_new("a")
    ((key, value),) = memory.changes()
    memory.drop()
    assert memory.changes() == []
    again = Memory()
    again.apply(key, value)
    assert not again.heard.is_new("a")
    assert again.changes() == []
