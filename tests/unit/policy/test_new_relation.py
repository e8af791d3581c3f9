"""A relation that is new is taken into a registry that was read already: the same as reading all of it anew."""

from typing import Any
from uuid import UUID

from schakel_contracts.codes import Role
from schakel_contracts.policy import PersonRegistry

FIRST, SECOND = UUID(int=11), UUID(int=12)


def test_a_new_relation_is_found_beside_the_old_one(desk: Any) -> None:
    """And whoever holds the registry as it was sees no difference there."""
    coach, income = desk.party(Role.JOB), desk.party(Role.INC)
    before = PersonRegistry.from_records([desk.relation(coach, id=FIRST)])
    assert before.involved() == {coach.id}
    after = before.with_relation(desk.relation(income, id=SECOND))
    assert after.relation(coach.id, Role.JOB, desk.now) == FIRST
    assert after.relation(income.id, Role.INC, desk.now) == SECOND
    assert after.involved() == {coach.id, income.id}
    assert before.relation(income.id, Role.INC, desk.now) is None
    assert before.involved() == {coach.id}


def test_a_relation_takes_the_place_of_the_one_with_its_id(desk: Any) -> None:
    """One that ended opens nothing any more."""
    coach = desk.party(Role.JOB)
    before = PersonRegistry.from_records([desk.relation(coach, id=FIRST)])
    after = before.with_relation(desk.relation(coach, id=FIRST, ended=True))
    assert before.relation(coach.id, Role.JOB, desk.now) == FIRST
    assert after.relation(coach.id, Role.JOB, desk.now) is None
    assert after.relations_with(FIRST) == 1


def test_of_two_relations_the_lower_id_is_named_whenever_they_came(desk: Any) -> None:
    """A replay in which they are read together names the same one."""
    coach = desk.party(Role.JOB)
    first, second = (desk.relation(coach, id=each) for each in (FIRST, SECOND))
    for registry in (
        PersonRegistry.from_records([second, first]),
        PersonRegistry.from_records([second]).with_relation(first),
        PersonRegistry.from_records([first]).with_relation(second),
    ):
        assert registry.relation(coach.id, Role.JOB, desk.now) == FIRST


def test_relations_are_counted_by_id_also_when_they_are_over(desk: Any) -> None:
    """None, one, or two where something is not well."""
    coach, income = desk.party(Role.JOB), desk.party(Role.INC)
    registry = PersonRegistry.from_records(
        [desk.relation(coach, id=FIRST), desk.relation(income, id=FIRST, ended=True), desk.relation(coach, id=SECOND)]
    )
    assert [registry.relations_with(each) for each in (FIRST, SECOND, UUID(int=13))] == [2, 1, 0]


def test_an_objection_is_found_again_as_it_was(desk: Any) -> None:
    """What was looked for once is remembered, and the same."""
    registry = PersonRegistry.from_records([desk.objection()])
    category = desk.policy.cells["support_level.changed", Role.GGZ, Role.JOB].category
    assert registry.objections("job-1", category) is registry.objections("job-1", category)
