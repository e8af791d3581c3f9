"""Who has anything to do with a person, as the gate asks it before it decides."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry
from schakel_contracts.policy.citation import citation, cites
from schakel_contracts.registry import ExitRecord, RequestRecord

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_involved_is_whoever_a_record_names(desk: Any) -> None:
    """By a relation, also one that ended, by a consent, an objection or a request; nobody else."""
    coach, income, care = desk.party(Role.JOB), desk.party(Role.INC), desk.party(Role.GGZ)
    uwv = desk.party(Role.UWV)
    person = PersonRegistry.from_records(
        [
            desk.relation(coach, ended=True),
            desk.request(income, "placement.started"),
            desk.consent(care, "support_level.changed"),
            desk.objection(recipients=(Recipient(party=uwv.id),)),
        ]
    )
    assert person.involved() == {coach.id, income.id, care.id, uwv.id}
    assert [person.named_in_consent(p.id) for p in (coach, income, care, uwv)] == [False, False, True, True]


def test_objections_are_those_that_reach_a_party_and_a_kind_of_data(desk: Any) -> None:
    """However often it is asked, and whatever was asked before."""
    coach, care = desk.party(Role.JOB), desk.party(Role.GGZ)
    person = PersonRegistry.from_records(
        [desk.objection(recipients=(Recipient(party=coach.id),), categories=(Category.SUPPORT_LEVEL,))]
    )
    asked = [(coach.id, Category.SUPPORT_LEVEL), (coach.id, Category.HOUSING), (care.id, Category.SUPPORT_LEVEL)]
    for _ in range(2):
        assert [len(person.objections(*each)) for each in asked] == [1, 0, 0]


@pytest.mark.parametrize("superseded_at", [None, NOW])
def test_it_is_known_which_consent_another_replaced(desk: Any, superseded_at: datetime | None) -> None:
    """That other one may go on, so that a withdrawal of this one stops nothing."""
    consent = desk.consent(desk.party(Role.JOB), "support_level.changed", superseded_at=superseded_at)
    found = PersonRegistry.from_records([consent]).consent(consent.id)
    assert found is not None
    assert found.replaced is (superseded_at is not None)


def test_unknown_person_involves_nobody() -> None:
    """With no records there is nobody to decide about."""
    assert PersonRegistry.from_records(()).involved() == frozenset()


def test_citations_of_one_article_are_the_same() -> None:
    """However the paragraph is written, the parts count."""
    assert {citation(code) for code in ("PW64(1)(n)", "PW64-1-n")} == {("PW64", "1", "n")}
    assert citation("WMO5.2.2") == ("WMO5.2.2",)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("PW64(1)(n)", True),
        ("PW64n", True),
        ("PW64", True),
        ("PW64(1)", True),
        ("PW64(2)", False),
        ("PW64(1)(l)", False),
        ("PW64(n)(1)", False),
        ("PW65(1)(n)", False),
        ("SUWI64", False),
    ],
)
def test_a_request_opens_what_it_cites(asked: str, opens: bool) -> None:  # noqa: FBT001 - a table's column
    """R6: the article, or the very paragraph; another paragraph of the same article is another question."""
    assert cites(citation(asked), citation("PW64-1-n")) is opens


def test_a_planned_exit_counts_from_its_very_instant() -> None:
    """And not before."""
    left = PersonRegistry.from_records([ExitRecord(id=UUID(int=1), since=NOW, planned=True)])
    assert [left.has_left(NOW - SECOND), left.has_left(NOW)] == [False, True]
    assert not PersonRegistry.from_records(()).has_left(NOW)


@pytest.mark.parametrize(
    ("since", "now", "ended"),
    [
        (0, 10, True),
        (0, 9, False),
        (-1, 10, False),
        (9, 10, True),
        (10, 10, False),
        (10, 11, False),
    ],
)
def test_a_request_that_was_open_then_has_ended_since(since: int, now: int, *, ended: bool) -> None:
    """It opens at its first instant and is over at its last one; of who asked nothing, nothing ended."""
    asked = RequestRecord(
        id=UUID(int=1),
        party="inc-1",
        article="PW64(1)(n)",
        categories=(Category.PLACEMENT,),
        valid_from=NOW,
        valid_until=NOW + 10 * SECOND,
    )
    person, article = PersonRegistry.from_records([asked]), citation("PW64(1)(n)")
    between = (NOW + since * SECOND, NOW + now * SECOND)
    assert person.request_ended("inc-1", Category.PLACEMENT, article, *between) is ended
    assert not person.request_ended("uwv-1", Category.PLACEMENT, article, *between)
