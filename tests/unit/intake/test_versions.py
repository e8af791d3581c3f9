"""What is remembered of a partner's records survives the log, whatever a slot is called."""

import pytest

from schakel_connectors.interpret import Remembered
from schakel_services.intake.versions import OWNER, POSITION, About, Versions, packed, unpacked

SLOTS = {
    "care_plan": Remembered(3, "0123456789abcdef", "active", "2026-11-24T09:00:00+01:00"),
    "benefit/ww": Remembered(1, "fedcba9876543210", "granted|2026-01-01|", None),
    "relation/ura:00001234": Remembered(12, "00000000ffffffff", "", None),
    "relation/naam met spatie é": Remembered(1, "aaaaaaaaaaaaaaaa", "a||b|", "2026-11-24"),
    "": Remembered(1, "bbbbbbbbbbbbbbbb", "", None),
    "relation/sender": Remembered(2, "cccccccccccccccc", "active", None, "relation GGZ ggz-oost"),
    "consent/0": Remembered(1, "dddddddddddddddd", "holds|", "2026-11-24", "consent JOB/coach /school"),
}


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_is_read_back_as_it_was(slot: str) -> None:
    """Also one with no name, no memory or no time, and a memory with bars in it."""
    one = {slot: SLOTS[slot]}
    assert unpacked(packed(one)) == one


def test_all_slots_of_a_record_are_read_back_in_order() -> None:
    """Each on its line."""
    assert unpacked(packed(SLOTS)) == SLOTS
    assert list(unpacked(packed(SLOTS))) == list(SLOTS)


@pytest.mark.parametrize(("slot", "memory"), [("a|b", ""), ("a\nb", ""), ("a", "x\ny")])
def test_what_would_be_read_back_otherwise_is_not_written(slot: str, memory: str) -> None:
    """A connector that calls a slot so is at fault, and its record is refused before anything is remembered."""
    with pytest.raises(ValueError, match="a slot holds no"):
        packed({slot: Remembered(1, "0123456789abcdef", memory)})


def test_a_topic_gives_back_what_was_put_on_it() -> None:
    """The records, the last number, and whose turn it is; a tombstone takes a record away."""
    versions = Versions()
    versions.apply("name-1", packed(SLOTS))
    versions.apply("name-2", packed({"care_plan": SLOTS["care_plan"]}))
    versions.apply(POSITION, b"1700000000000123")
    versions.apply(OWNER, b"an-instance")
    versions.apply("name-2", None)
    assert (versions.recall("name-1"), versions.recall("name-2")) == (SLOTS, {})
    assert (versions.counter, versions.owner, len(versions)) == (1_700_000_000_000_123, b"an-instance", 1)


def test_whom_a_record_is_about_is_read_back() -> None:
    """One person, several, or nobody any more; and when the partner changed it so, if that is known."""
    versions = Versions()
    for number, about in enumerate((About(0, ("k1.a",)), About(1_700_000_000_123, ("k1.a", "k1.b")), About(1, ()))):
        versions.apply(f"marker-{number}", about.packed())
        assert versions.about(f"marker-{number}") == about
    assert versions.about("marker-9") is None


def test_what_was_remembered_is_recalled() -> None:
    """Without a way through the log; what one asks for can be changed without changing what is kept."""
    versions = Versions()
    versions.remember({"name-1": packed(SLOTS)})
    versions.recall("name-1").clear()
    assert versions.recall("name-1") == SLOTS
    assert versions.recall("name-3") == {}


def test_records_are_found_by_the_number_that_they_name() -> None:
    """Those that were there before it was first asked, and those after; not what names it no longer."""
    versions = Versions()
    first, second = About(1, ("k1.a",), ("c", "n1", "n2")), About(0, ("k1.b",), ("c", "n1"))
    versions.apply("a", first.packed())
    versions.apply("slots", packed({"n1 ~n1": Remembered(1, "d", " ~n1", None)}))
    assert versions.named_under("n1") == versions.named_under("n2") == [("a", first)]
    versions.remember({"b": second.packed(), "c": About(0, ("k1.c",)).packed()})
    assert versions.named_under("n1") == [("a", first), ("b", second)]
    versions.remember({"a": About(1, ()).packed()})
    assert versions.named_under("n1") == [("b", second)]
    assert versions.named_under("n2") == versions.named_under("c") == []
    assert versions.about("a") == About(1, ())
