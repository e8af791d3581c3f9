"""What a denial says to the sender: of which row, for which purpose, by which rule, and what would help."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Grantor, Reason, Remedy, Role
from schakel_contracts.policy import load_policy
from schakel_contracts.policy.civil_time import start_of
from schakel_contracts.policy.grantor import hears_of
from schakel_contracts.policy.model import Cell
from schakel_contracts.registry import RepresentationRecord

POLICY = load_policy()
ASKING = (Reason.NO_CONSENT, Reason.CONSENT_EXPIRED)


def every_cell() -> list[tuple[Role, Cell]]:
    """Return every cell with the source's role."""
    return [(source, cell) for (_, source, _), cell in POLICY.cells.items()]


def test_every_denial_names_its_row_and_what_that_is_for() -> None:
    """Also those that no basis leads to."""
    for _, cell in every_cell():
        for denial in (*cell.denials.values(), cell.not_meant):
            assert (denial.row, denial.purpose) == (cell.row.id, cell.row.purpose)
            assert denial.relation_required is cell.row.relation_required


def test_consent_in_writing_is_asked_for_where_nothing_less_will_do() -> None:
    """R5; where medical confidentiality is lifted by it, the rule is that of the source (R4)."""
    found = [(source, cell) for source, cell in every_cell() if cell.row.basis == ("CW",)]
    assert {POLICY.roles[source].wgbo for source, _ in found} == {True, False}
    for source, cell in found:
        assert cell.denials[Reason.NO_CONSENT].rules == ("R4" if POLICY.roles[source].wgbo else "R5",)
        assert {cell.denials[reason].remedy for reason in ASKING} == {Remedy.ASK_WRITTEN_CONSENT}


def test_consent_in_any_form_is_asked_for_where_that_will_do() -> None:
    """No stricter than the table is."""
    found = [cell for _, cell in every_cell() if cell.row.basis == ("C",)]
    assert found
    for cell in found:
        assert {cell.denials[reason].remedy for reason in ASKING} == {Remedy.ASK_CONSENT}


@pytest.mark.parametrize(("before", "hears"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_who_represents_a_minor_hears_all_until_the_very_birthday(
    before: timedelta,
    hears: bool,  # noqa: FBT001 - a table's column
) -> None:
    """R13: from then on what the representation covers, and a mentor has no say in a benefit."""
    birthday = date(2026, 5, 4)
    mentor = RepresentationRecord(id=UUID(int=1), capacity=Grantor.PERSONAL_MENTOR)
    now: datetime = start_of(birthday) - before
    assert hears_of(Category.BENEFIT_KIND_STATUS, birthday, [mentor], now) is hears


def test_consent_to_name_the_employer_opens_no_placement(desk: Any) -> None:
    """An objection to the one closes the other, which carries it; a permission opens nothing but what it names."""
    placed = "placement.started"
    provider = desk.party(Role.GGZ)
    relation = desk.relation(provider)
    for named, allowed in ((Category.EMPLOYER_NAME, False), (BY_SHORT_TYPE[placed].category, True)):
        consent = desk.consent(provider, placed, categories=(named,))
        assert desk.ruling(desk.event(placed, Role.JOB), provider, relation, consent).allowed is allowed
