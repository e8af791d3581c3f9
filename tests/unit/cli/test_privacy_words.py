"""The pages for privacy officers have a Dutch word for all that they name, and no word for what is not there."""

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.codes import Category
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.tables_format import BasisKind
from schakel_services.cli.policy.letters import LETTERS, MEANINGS
from schakel_services.cli.policy.reading import how_soon, within
from schakel_services.cli.reference.privacy import dutch
from schakel_services.cli.reference.privacy.overview import ON_TOPICS
from schakel_services.runtime.topics import TABLE

FLOWS = [f"F{number}" for number in range(1, 48)]


def test_every_flow_has_a_name() -> None:
    """F1 to F47, in order; a row names no other."""
    assert list(dutch.flows()) == FLOWS
    assert {flow for row in load_policy().rows.values() for flow in row.flows} <= set(FLOWS)


def test_every_kind_of_data_has_words() -> None:
    """A name of its own, what it is, and what can go wrong."""
    words = dutch.categories()
    assert list(words) == list(Category)
    assert len({one.name for one in words.values()}) == len(Category)


def test_every_field_that_a_row_gives_has_words() -> None:
    """A word for a field that no contract has is of no use."""
    known = {name for contract in EVENTS.values() for name in contract.model_fields}
    given = {name for row in load_policy().rows.values() for name in row.fields}
    assert given - dutch.fields().keys() == set()
    assert dutch.fields().keys() - known == set()


def test_every_kind_of_basis_has_a_letter_with_a_meaning() -> None:
    """The matrix can show each, and its legend tells each."""
    assert set(LETTERS) == set(BasisKind)
    assert set(LETTERS.values()) < set(MEANINGS)


def test_every_time_class_is_told_in_words() -> None:
    """Also one that counts back."""
    told = {row.time_class: within(row.time_class) for row in load_policy().rows.values()}
    assert all(not any(letter in words for letter in "TL") for words in told.values())
    assert (within("T1d"), within("L-16w")) == ("de volgende werkdag", "16 weken van tevoren")


def test_a_case_that_can_not_wait_is_told_beside_the_others() -> None:
    """What a row says of it, in one line."""
    rows = load_policy().rows
    assert how_soon(rows["F22-DEB"]) == "de volgende werkdag; bij een crisis binnen vier werkuren"
    assert how_soon(rows["F7-JOB"]) == "binnen vier werkuren; de tweede keer in veertien dagen binnen een kwartier"
    assert how_soon(rows["F22-CIT"]) == "binnen een kwartier"


def test_topics_that_are_told_of_exist() -> None:
    """What people would ask about; the rest is the programs' own memory."""
    assert ON_TOPICS.keys() < {topic.name for topic in TABLE}
