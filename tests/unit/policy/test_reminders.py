"""A reminder that an answer is awaited tells that there was a question: it goes no further than the question may."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Reason, Role
from schakel_contracts.policy import Addressee, PersonRegistry, Recheck, Ruling, facts_of
from schakel_contracts.policy.reminding import asked_no_longer

QUESTIONS = [
    ("outreach.requested", Role.GGZ, Role.JOB),
    ("return_right.invoked", Role.JOB, Role.DAY),
    ("benefit_effect.requested", Role.JOB, Role.INC),
    ("benefit_worry.raised", Role.GGZ, Role.INC),
    ("benefit_worry.raised", Role.GGZ, Role.KEY),
    ("special_facility.requested", Role.SHL, Role.INC),
]
EVERY_QUESTION = pytest.mark.parametrize(("question", "source", "to"), QUESTIONS, ids=str)


def reminder(answerer: Addressee, question: str | None) -> AnswerDue:
    """Return the word of the clock that somebody must answer."""
    return AnswerDue(
        question_id=UUID(int=1),
        question_type=None if question is None else BY_SHORT_TYPE[question].type,
        answerer=answerer.id,
        due=datetime(2026, 12, 1, tzinfo=UTC),
        overdue=True,
    )


def reminded(desk: Any, question: str | None, source: Role, to: Role, *records: Any) -> Ruling:
    """Decide whether who must answer is reminded."""
    answerer = desk.party(to)
    facts = facts_of(reminder(answerer, question), desk.party(source))
    ruling: Ruling = desk.ruling(facts, answerer, desk.relation(answerer), *records)
    return ruling


@EVERY_QUESTION
def test_who_may_not_have_the_question_is_not_reminded(desk: Any, question: str, source: Role, to: Role) -> None:
    """R15: what was withheld for lack of consent is not told by the reminder, with the sender's name or without."""
    ruling = reminded(desk, question, source, to)
    assert (ruling.reason, ruling.row) == (Reason.NO_CONSENT, f"DUE-{'MASKED' if to is Role.INC else 'ANSWERER'}")


@EVERY_QUESTION
def test_who_may_have_it_is_reminded_of_it_and_not_of_who_asked(
    desk: Any, question: str, source: Role, to: Role
) -> None:
    """The reminder itself needs no consent of its own; until the one for the question is withdrawn (R11)."""
    consent = desk.consent(desk.party(to), question)
    ruling = reminded(desk, question, source, to, consent)
    assert (ruling.allowed, ruling.basis, ruling.consent_id) == (True, ("A",), None)
    assert "source" in ruling.masked
    withdrawn = consent.model_copy(update={"withdrawn_at": desk.now})
    assert reminded(desk, question, source, to, withdrawn).reason is Reason.CONSENT_WITHDRAWN


def test_what_is_asked_by_law_or_is_a_right_is_reminded_of(desk: Any) -> None:
    """F43, F47: nobody consents to what is asked there."""
    assert reminded(desk, "statutory_request.received", Role.INC, Role.REI).allowed
    assert reminded(desk, "subject_right.exercised", Role.GGZ, Role.EMP).allowed


@pytest.mark.parametrize("question", [None, "placement.started"])
def test_a_reminder_of_what_is_no_question_to_them_goes_nowhere(desk: Any, question: str | None) -> None:
    """Of which question is not told, or of one that no row opens: R1."""
    assert reminded(desk, question, Role.GGZ, Role.JOB).reason is Reason.NO_POLICY_ROW


@pytest.mark.parametrize("question", [None, "outreach.requested"])
def test_the_person_always_hears_that_an_answer_is_awaited(desk: Any, question: str | None) -> None:
    """Also where who must answer does not."""
    person = desk.party(Role.CIT)
    facts = facts_of(reminder(desk.party(Role.JOB), question), desk.party(Role.GGZ))
    assert desk.ruling(facts, person, desk.relation(person)).allowed


def still(desk: Any, question: str, source: Role, to: Role, *records: Any) -> Recheck | None:
    """Ask, right before a reminder leaves, whether its question might go now."""
    answerer = desk.party(to)
    person = PersonRegistry.from_records([desk.relation(answerer), *records])
    return asked_no_longer(BY_SHORT_TYPE[question].type, desk.party(source), answerer, person, desk.policy, desk.now)


@EVERY_QUESTION
def test_what_waits_leaves_only_while_its_question_might(desk: Any, question: str, source: Role, to: Role) -> None:
    """As the gate decides, so does the deliverer, with the reason and the rule of its question."""
    consent = desk.consent(desk.party(to), question)
    assert still(desk, question, source, to, consent) is None
    withdrawn = consent.model_copy(update={"withdrawn_at": desk.now})
    assert still(desk, question, source, to, withdrawn) == Recheck(
        holds=False, reason=Reason.CONSENT_WITHDRAWN, rules=("R11",)
    )


def test_nobody_waits_for_an_answer_who_left_the_chain(desk: Any) -> None:
    """Whatever was consented to."""
    coach = desk.party(Role.JOB)
    person = PersonRegistry.from_records([desk.relation(coach), desk.consent(coach, "outreach.requested")])
    question = BY_SHORT_TYPE["outreach.requested"].type
    found = asked_no_longer(question, None, coach, person, desk.policy, desk.now)
    assert found == Recheck(holds=False, reason=Reason.NO_POLICY_ROW, rules=("R1",))
