"""The second check asks what the gate would ask now: what was corrected, taken out, narrowed or closed since counts."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.policy.test_recheck import FIRST, KIND, LEVEL, NOW, PURPOSE, checked

from schakel_contracts.codes import Category, ConsentForm, FreelyGivenCheck, Purpose, Reason, Role
from schakel_contracts.policy import PersonRegistry, still_holds
from schakel_contracts.policy.openings import Opening


@pytest.mark.parametrize(
    ("lacking", "changes", "rule"),
    [
        (Reason.NOT_FREELY_GIVEN, {"freely_given": (FreelyGivenCheck.OWN_INTEREST,)}, "R12"),
        (Reason.NOT_FREELY_GIVEN, {"freely_given": ()}, "R12"),
        (Reason.NOT_WRITTEN, {"form": ConsentForm.DIGITAL}, "R5"),
        (Reason.NOT_WRITTEN, {"form": ConsentForm.VERBAL}, "R5"),
    ],
    ids=str,
)
def test_what_was_corrected_since_counts(lacking: Reason, changes: dict[str, Any], rule: str, desk: Any) -> None:
    """R5, R12: not freely given after all, or not in writing: what waits does not leave, as the gate would say now."""
    consent = desk.consent(desk.party(Role.JOB), LEVEL)
    asked = {"lacking": frozenset({lacking})}
    assert checked(desk, consent, asked=asked).holds
    corrected = desk.consent(desk.party(Role.JOB), LEVEL, **changes)
    found = checked(desk, corrected, asked=asked)
    assert (found.holds, found.reason, found.rules) == (False, lacking, (rule,))
    assert checked(desk, corrected).holds, "where the tables ask for plain consent it does"


def test_a_kind_of_data_that_was_taken_out_stops_what_may_be_about_it(desk: Any) -> None:
    """R11: a consent must cover all that a notification can be about; a narrower one that is left does not."""
    coach = desk.party(Role.JOB)
    either = frozenset({Category.SUPPORT_LEVEL, Category.CARE_PLAN_STATUS})
    assert checked(desk, desk.consent(coach, LEVEL, categories=tuple(either)), categories=either).holds
    found = checked(desk, desk.consent(coach, LEVEL, categories=(Category.CARE_PLAN_STATUS,)), categories=either)
    assert (found.holds, found.reason, found.rules) == (False, Reason.NO_CONSENT, ("R9",))


def test_a_consent_that_was_narrowed_to_a_source_does_not_carry_what_is_masked(desk: Any) -> None:
    """R9: it may be another's; where it named that source when it was decided, it is that one's."""
    narrowed = desk.consent(desk.party(Role.JOB), LEVEL, source="ggz-1")
    assert not checked(desk, narrowed).holds
    assert checked(desk, narrowed, source="ggz-1").holds
    assert not checked(desk, narrowed, source="add-1").holds


def test_an_objection_to_what_the_row_is_for_counts(desk: Any) -> None:
    """Also where a consent for what the recipient is there for carries it, as at the gate."""
    consent = desk.consent(desk.party(Role.JOB), LEVEL, purposes=(PURPOSE,))
    objection = desk.objection(
        recipients=consent.recipients, categories=consent.categories, purposes=(Purpose.TRANSPORT,)
    )
    assert checked(desk, consent, objection).holds
    found = checked(desk, consent, objection, asked={"purposes": frozenset({Purpose.TRANSPORT})})
    assert found.reason is Reason.OBJECTION


def test_what_the_tables_ask_now_is_asked(desk: Any) -> None:
    """No such way any more, a relation where none was needed, an agreement of the sender that ended."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL)
    related = PersonRegistry.from_records([consent, desk.relation(coach)])
    closed = still_holds(FIRST, coach, PURPOSE, True, related, NOW, opening=None)  # noqa: FBT003 - as deliver calls it
    assert (closed.holds, closed.reason, closed.rules) == (False, Reason.NO_POLICY_ROW, ("R1",))
    alone, asks = PersonRegistry.from_records([consent]), Opening(KIND, relation_required=True)
    gone = still_holds(FIRST, coach, PURPOSE, False, alone, NOW, opening=asks)  # noqa: FBT003 - as deliver calls it
    assert gone.reason is Reason.NO_RELATION
    lapsed = replace(desk.party(Role.GGZ), agreement_until=date(2026, 11, 23))
    assert checked(desk, consent, sender=lapsed).reason is Reason.AGREEMENT_EXPIRED
    assert checked(desk, consent, sender=lapsed, asked={"addressed": True}).holds


def test_what_is_owed_outlives_an_agreement(desk: Any) -> None:
    """AVG 19: that it must stop, and a right of the person; nothing else."""
    lapsed = replace(desk.party(Role.JOB), agreement_until=date(2026, 11, 23))
    nobody, kind = PersonRegistry.from_records(()), frozenset({Category.ACCOUNTABILITY})
    found = [
        still_holds(None, lapsed, PURPOSE, False, nobody, NOW, opening=Opening(kind, owed=owed), basis="A")  # noqa: FBT003 - as deliver calls it
        for owed in (True, False)
    ]
    assert [each.holds for each in found] == [True, False]
