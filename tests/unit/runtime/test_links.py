"""A partner's own numbers: whose is whose, sealed with the partner's key."""

from itertools import permutations

import pytest

from schakel_services.runtime.keys import PartnerKeys, Undecipherable
from schakel_services.runtime.links import MANY, Links

KEYS = PartnerKeys(bytes(32), "sk_one", "whsec_one")
OTHER = PartnerKeys(bytes(range(32)), "sk_two", "whsec_two")


def test_what_was_sealed_is_restored() -> None:
    """Through the log and back: both ways round."""
    links = Links("one", KEYS)
    links.apply("k1.a", links.seal("k1.a", ("ehr|7", "ehr|3")))
    assert (links.person_of("ehr|7"), links.person_of("ehr|3")) == ("k1.a", "k1.a")
    assert links.numbers_of("k1.a") == ("ehr|7", "ehr|3")
    assert links.number_of("k1.a") == "ehr|3"


def test_a_number_that_went_is_nobodys() -> None:
    """Known by the new numbers and by no others; after the tombstone by none."""
    links = Links("one", KEYS)
    links.learn("k1.a", ("ehr|7",))
    links.learn("k1.a", ("ehr|8",))
    assert (links.person_of("ehr|7"), links.person_of("ehr|8")) == (None, "k1.a")
    links.apply("k1.a", None)
    assert (links.person_of("ehr|8"), links.numbers_of("k1.a"), links.number_of("k1.a")) == (None, (), None)


def test_a_seal_shows_no_number() -> None:
    """On the log it is nothing to anybody without the key."""
    assert b"ehr|7" not in Links("one", KEYS).seal("k1.a", ("ehr|7",))


@pytest.mark.parametrize(
    ("partner", "keys", "person"),
    [("one", OTHER, "k1.a"), ("two", KEYS, "k1.a"), ("one", KEYS, "k1.b")],
    ids=["another_key", "another_topic", "another_person"],
)
def test_a_seal_opens_in_its_place_alone(partner: str, keys: PartnerKeys, person: str) -> None:
    """With another key, on another topic, or under another person it does not: a swap would send to the wrong one."""
    sealed = Links("one", KEYS).seal("k1.a", ("ehr|7",))
    with pytest.raises(Undecipherable):
        Links(partner, keys).apply(person, sealed)


def test_who_says_it_is_restored_with_the_number() -> None:
    """Where it is not known, such as of what an earlier version wrote, they are many."""
    links, read = Links("one", KEYS), Links("one", KEYS)
    read.apply("k1.a", links.seal("k1.a", {"ehr|7": "r1 r2", "ehr|8": MANY}))
    read.apply("k1.b", links.seal("k1.b", ("ehr|9",)))
    read.apply("k1.c", KEYS.encrypt(b'["ehr|1"]', "links.one/k1.c"))
    assert read.claims_of("k1.a") == {"ehr|7": "r1 r2", "ehr|8": MANY}
    assert (read.claims_of("k1.b"), read.claims_of("k1.c")) == ({"ehr|9": MANY}, {"ehr|1": MANY})
    assert read.claims_of("k1.d") == {}


ORDERS = [
    order
    for order in permutations(["a1", "a2", "b1", "b2"])
    if order.index("a1") < order.index("a2") and order.index("b1") < order.index("b2")
]
"""What is of one person comes in its order."""


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_number_that_moved_is_found_in_whatever_order_it_is_read(order: tuple[str, ...]) -> None:
    """Persons stand in partitions of their own, which are not read in step."""
    rows = {"a1": {"ehr|7": "r1", "ehr|1": "r1"}, "a2": {"ehr|1": "r1"}, "b1": {"ehr|2": "r2"}}
    rows["b2"] = rows["b1"] | {"ehr|7": "r1"}
    links = Links("one", KEYS)
    for row in order:
        links.learn(f"k1.{row[0]}", rows[row])
    assert [links.person_of(f"ehr|{n}") for n in (1, 2, 7)] == ["k1.a", "k1.b", "k1.b"]
    links.learn("k1.b", {})
    assert links.person_of("ehr|7") is None
