"""Of every code of Schakel's own it is said which national code it corresponds to, or that there is none."""

from enum import StrEnum

import pytest

from schakel_contracts import terms
from schakel_contracts.codes import BenefitKind, PlacementKind
from schakel_contracts.national_codes import LADDER, MAPPED, NO_NATIONAL_LIST, NONE, national
from schakel_contracts.terms import IndicationKind, Urgency, Weekday

VOCABULARIES = [
    found
    for found in vars(terms).values()
    if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum
]


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_vocabulary_is_decided_about(vocabulary: type[StrEnum]) -> None:
    """A new vocabulary, or a new code, is mapped or said to have no national counterpart; not both."""
    assert (vocabulary in MAPPED) is not (vocabulary.__name__ in NO_NATIONAL_LIST)
    for code in vocabulary:
        assert national(code) == NONE or all(found.code for found in national(code))


def test_nothing_is_said_of_what_does_not_exist() -> None:
    """The list of vocabularies without a counterpart names existing ones only; a mapping has every code."""
    assert set(NO_NATIONAL_LIST) <= {vocabulary.__name__ for vocabulary in VOCABULARIES}
    assert all(set(codes) == set(vocabulary) for vocabulary, codes in MAPPED.items())
    assert all(reason and not reason.endswith(".") for reason in NO_NATIONAL_LIST.values())


def test_known_codes_are_the_national_ones() -> None:
    """Copied by hand from the lists themselves."""
    assert [found.code for found in national(BenefitKind.WAJONG)] == ["37"]
    assert [(found.of, found.code) for found in national(IndicationKind.WMO_DAY_ACTIVITY)] == [("iWmo WMO020", "07")]
    assert {found.code for found in national(PlacementKind.TRIAL)} == {"23", "04"}
    assert national(IndicationKind.SHELTERED_WORK) == NONE
    assert (national(Urgency.CRISIS), national(Weekday.MONDAY)) == (NONE, NONE)
    assert sorted(LADDER) == [1, 2, 3, 4, 5, 6]
