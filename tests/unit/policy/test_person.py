"""Who has anything to do with a person, as the gate asks it before it decides."""

from typing import Any

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry
from schakel_contracts.policy.citation import citation, cites


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
