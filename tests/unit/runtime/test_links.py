"""A partner's own numbers: whose is whose, sealed with the partner's key."""

import pytest

from schakel_services.runtime.keys import PartnerKeys, Undecipherable
from schakel_services.runtime.links import Links

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
