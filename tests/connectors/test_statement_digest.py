"""The digest by which a repeat is known: what is remembered on the log must be found again by every later release."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

import pytest

from schakel_connectors import stated
from schakel_connectors.stated.care_plan import CarePlanStated
from schakel_connectors.stated.relation import RelationStated
from schakel_connectors.stated.relation_by_key import RelationByKeyStated
from schakel_connectors.stated.support_level import SupportLevelStated
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


SPELT_ONE_WAY = {str, int, bool, date, OrganisationRef, type(None)}


def test_what_is_remembered_by_its_value_has_one_spelling() -> None:
    """A moment has several that are equal, and so has a number with a fraction; then it would matter who came first."""
    modules = [import_module(f"{stated.__name__}.{module.name}") for module in iter_modules(stated.__path__)]
    kinds = {kind for module in modules for kind in vars(module).values() if getattr(kind, "spelt_alike", False)}
    assert kinds == {CarePlanStated, RelationStated, RelationByKeyStated, SupportLevelStated}
    for kind in kinds:
        assert is_dataclass(kind)
        hints = get_type_hints(kind)
        for field in fields(kind):
            for each in get_args(hints[field.name]) or (hints[field.name],):
                assert each in SPELT_ONE_WAY or issubclass(each, Enum), (kind, field.name)


def test_what_is_spelt_in_several_ways_has_the_digest_of_its_own_spelling() -> None:
    """Whichever came first: else the same record would look new after a restart."""

    @dataclass(frozen=True)
    class Said:
        at: datetime
        slot: str = "slot"

    here = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    one: Any = Said(here)
    other: Any = Said(here.astimezone(UTC))
    assert one == other
    assert digest(one) != digest(other)
    assert digest(one) == digest(Said(here))  # type: ignore[arg-type]  # a part of a statement is enough


@pytest.mark.parametrize("level", [0, 1, 4])
def test_statements_that_are_made_anew_have_the_same_digest(level: int) -> None:
    """Remembered or not."""
    day = date(2026, 3, 1)
    found = {digest(SupportLevelStated(level, review_date=day)) for _ in range(3)}
    assert found == {digest(SupportLevelStated(level, review_date=date(2026, 3, 1)))}
    assert digest(SupportLevelStated(level, effective=day)) not in found
