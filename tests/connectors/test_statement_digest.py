"""The digest by which a repeat is known: what is remembered on the log must be found again by every later release."""

import pytest

from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.statement import OrganisationRef, digest


@pytest.mark.parametrize("value", ["", "00000099000000001000", "it's", 'a "word"', "é|\x1f"])
def test_an_organisation_is_spelt_as_its_repr(value: str) -> None:
    """Putting it together once, and not each time, changes no digest."""
    organisation = OrganisationRef("oin", value)
    assert str(organisation) == repr(organisation) == f"OrganisationRef(scheme='oin', value={value!r})"


def test_statements_that_differ_have_other_digests() -> None:
    """In the organisation as in anything else."""
    one, two = (RelationStated("relation/x", OrganisationRef("oin", value)) for value in ("1", "2"))
    assert digest(one) != digest(two)
    assert digest(one) == digest(RelationStated("relation/x", OrganisationRef("oin", "1")))


def test_a_digest_stays_what_it_was() -> None:
    """It stands on the log: a digest that changes with a release would make every record look new."""
    assert digest(RelationStated("relation/sender")) == "7983ca2492aa93fc"
