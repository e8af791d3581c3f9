"""Identifiers: the eleven test, names of parties, ids that a repeat repeats."""

from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from schakel_contracts.codes import Role
from schakel_contracts.identifiers import PartyText, deterministic_id, is_bsn
from schakel_contracts.registry import RelationRecord, registry_key

PARTY: TypeAdapter[str] = TypeAdapter(PartyText)


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("999990019", True),
        ("999990018", False),
        ("000000000", False),
        ("99999001", False),
        ("9999900190", False),
        ("99999001x", False),
        ("٩٩٩٩٩٠٠١٩", False),
    ],
)
def test_eleven_test(digits: str, valid: bool) -> None:  # noqa: FBT001 - a table's column
    """Nine ASCII digits whose weighted sum divides by eleven, and not all zero."""
    assert is_bsn(digits) is valid


def test_same_parts_give_the_same_id_and_no_others_do() -> None:
    """A repeat is recognisable, and parts can't run into each other."""
    assert deterministic_id("a", "bc") == deterministic_id("a", "bc")
    assert deterministic_id("a", "bc") != deterministic_id("ab", "c")


@pytest.mark.parametrize("text", ["ggz-oost", "kvk:12345678", "oin:00000001234567890000"])
def test_party_is_an_identifier(text: str) -> None:
    """A partner id, or a number in a register."""
    assert PARTY.validate_python(text) == text


@pytest.mark.parametrize("text", ["Jan Jansen", "ggz oost", "kvk:", "bsn:999990019", "ggz-oost\n", ""])
def test_party_is_no_name_and_no_bsn(text: str) -> None:
    """What could be a person has no place where a party is meant."""
    with pytest.raises(ValidationError):
        PARTY.validate_python(text)


def test_registry_key_starts_with_the_person() -> None:
    """The key is person, kind, id."""
    record = RelationRecord(id=UUID(int=1), party="job-1", role=Role.JOB, asserted_by="ggz-1")
    assert registry_key("k1.abc", record) == f"k1.abc/relation/{UUID(int=1)}"
