"""Who has anything to do with a person, as the gate asks it before it decides."""

from typing import Any

from schakel_contracts.codes import Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry
from schakel_contracts.policy.person import article_of


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
    """However the paragraph is written, law and article count."""
    assert {article_of(code) for code in ("PW64", "PW64(1)(n)", "PW64-1-n", "PW64n")} == {"PW64"}
    assert article_of("SUWI54-10") != article_of("SUWI62")
    assert article_of("WMO5.2.2") == "WMO5.2.2"
