"""Whom an event is addressed to, when the field that says so is empty or names somebody."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_contracts.housing import HousingChanged
from schakel_contracts.policy import Addressee, facts_of
from schakel_contracts.retention import OutreachRequested
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import HousingStatus, RightStatus, SubjectRight, Urgency

SOURCE = Addressee("shl-1", Role.SHL)
MOVED = HousingChanged(status=HousingStatus.MOVED_IN, on=date(2026, 12, 1))
ASKED = OutreachRequested(request_id=UUID(int=1), worker="key-1", urgency=Urgency.SOON, by_when=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("event", "addressed"),
    [
        (MOVED, ()),
        (MOVED.model_copy(update={"desk": "wmo-2"}), ("wmo-2",)),
        (ASKED, ("key-1",)),
    ],
    ids=["no desk", "a desk", "a worker"],
)
def test_who_is_named_is_addressed_and_nobody_else(event: Event, addressed: tuple[str, ...]) -> None:
    """Nobody where the field is empty: not even a party without a name."""
    assert facts_of(event, SOURCE).addressed == addressed


@pytest.mark.parametrize(("sender", "addressed"), [("shl-1", ("shl-1",)), (None, ())])
def test_what_failed_is_addressed_to_its_sender(sender: str | None, addressed: tuple[str, ...]) -> None:
    """Where nobody knows who that was, to nobody (R15)."""
    failed = BY_SHORT_TYPE["delivery.not_completed"].model_validate(
        {
            "event_id": UUID(int=1),
            "event_type": "nl.schakel.housing.changed.v1",
            "recipient": "job-1",
            "recipient_role": "JOB",
            "stage": "decision",
            "reason": "no_consent",
        }
    )
    assert facts_of(failed, SOURCE, sender=sender).addressed == addressed


@pytest.mark.parametrize(
    ("status", "addressed"), [(RightStatus.RECEIVED, ("day-1", "ggz-1")), (RightStatus.REFUSED, ("cit-1",))]
)
def test_a_right_goes_to_who_holds_data_and_an_answer_to_who_asked(
    status: RightStatus, addressed: tuple[str, ...]
) -> None:
    """F43: what one party made of it is nobody else's to know."""
    right = SubjectRightExercised(request_id=UUID(int=1), right=SubjectRight.ERASURE, status=status)
    found = facts_of(right, SOURCE, received=frozenset({"ggz-1", "day-1"}), sender="cit-1")
    assert found.addressed == addressed


def test_only_a_reminder_is_about_a_question() -> None:
    """And one that does not tell which is about none that any row knows."""
    due = AnswerDue(question_id=UUID(int=1), answerer="job-1", due=datetime(2026, 12, 1, tzinfo=UTC), overdue=False)
    assert facts_of(ASKED, SOURCE).question is None
    assert facts_of(due, SOURCE).question == "unknown"
    told = due.model_copy(update={"question_type": ASKED.type})
    assert facts_of(told, SOURCE).question == "nl.schakel.outreach.requested.v1"


def test_roles_that_the_sender_keeps_out_are_kept() -> None:
    """R7: a veto goes with the event; without one nobody is kept out."""
    assert facts_of(MOVED, SOURCE, withhold=frozenset({Role.WMO})).withhold == {Role.WMO}
    assert facts_of(MOVED, SOURCE).withhold == frozenset()
