"""A reminder that waits at a partner who is away: it leaves only where its question still might (R11, R15)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.flows.telling import NOTHING
from tests.unit.gate.quiet import NOW, POLICY, QuietGate, Told

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.codes import Reason, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.envelope import QUESTION
from schakel_contracts.policy import Addressee, PersonRegistry, Recheck
from schakel_contracts.registry import ConsentRecord, Record, RelationRecord
from schakel_contracts.retention import OutreachRequested
from schakel_services.deliver.notification import Notification, read_notification
from schakel_services.deliver.second_check import SecondCheck

GGZ, COACH, CITIZEN = Addressee("ggz", Role.GGZ), Addressee("coach", Role.JOB), Addressee("mijn", Role.CIT)
CHAIN = {party.id: party for party in (GGZ, COACH, CITIZEN)}
TO_COACH = Recipient(party="coach", role=Role.JOB)
REMINDER = AnswerDue(
    question_id=UUID(int=1),
    question_type=OutreachRequested.type,
    answerer="coach",
    answerer_role=Role.JOB,
    due=datetime(2026, 12, 1, tzinfo=UTC),
    overdue=True,
)


def reminded() -> tuple[ConsentRecord, QuietGate]:
    """Return the consent under which a coach may be asked, and the gate that reminded them."""
    gate = QuietGate(GGZ, COACH, CITIZEN)
    gate.relate("coach", "mijn")
    consent = gate.consent(TO_COACH, categories=(OutreachRequested.category,), purposes=("job_coaching",))
    gate.say(REMINDER, "ggz")
    return consent, gate


def told(gate: QuietGate, party: str) -> Told:
    """Return the reminder that a party got."""
    (found,) = gate.told_to(party, AnswerDue)
    return found


def checked(found: Told, to: Addressee, *records: Record, chain: dict[str, Addressee] | None = None) -> Recheck:
    """Let the recipient's deliverer look again."""
    related = RelationRecord(id=UUID(int=7), party=to.id, role=to.role, asserted_by=to.id)
    person = PersonRegistry.from_records([related, *records])
    look = SecondCheck(NOTHING, NOTHING, NOTHING, to, NOTHING, POLICY, CHAIN if chain is None else chain)._look
    return look(notification(found.headers, found.body), person, NOW)


def notification(headers: dict[str, bytes], body: bytes) -> Notification:
    """Return what a deliverer reads."""
    return read_notification(0, 1, headers.items(), body)


def test_it_leaves_while_its_question_might() -> None:
    """And tells nobody what stood there for the check alone."""
    consent, gate = reminded()
    found = told(gate, "coach")
    assert checked(found, COACH, consent).holds
    sent = notification(found.headers, found.body)
    assert sent.question == ("ggz", OutreachRequested.type)
    assert b"ggz" not in sent.structured("h1.x")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"withdrawn_at": NOW - timedelta(seconds=1)}, Reason.CONSENT_WITHDRAWN),
        ({"valid_until": NOW - timedelta(days=1)}, Reason.CONSENT_EXPIRED),
        ({"source": "another"}, Reason.NO_CONSENT),
        ({"purposes": ("income_alignment",)}, Reason.NO_CONSENT),
    ],
    ids=["withdrawn", "expired", "of another source", "for another purpose"],
)
def test_it_stays_when_its_question_would(changes: dict[str, Any], reason: Reason) -> None:
    """What ended, or no longer covers it, since the gate let it through."""
    consent, gate = reminded()
    found = checked(told(gate, "coach"), COACH, consent.model_copy(update=changes))
    assert (found.holds, found.reason) == (False, reason)
    assert found.rules


def test_it_stays_when_nobody_waits_for_the_answer_any_more() -> None:
    """Who asked has left the chain."""
    consent, gate = reminded()
    found = checked(told(gate, "coach"), COACH, consent, chain={"coach": COACH})
    assert (found.holds, found.reason) == (False, Reason.NO_POLICY_ROW)


def test_the_person_hears_in_any_case() -> None:
    """Of what is asked about them, whoever may not."""
    _, gate = reminded()
    found = told(gate, "mijn")
    assert QUESTION not in found.headers
    assert checked(found, CITIZEN).holds


def test_one_from_before_this_check_leaves_as_it_did() -> None:
    """A gate of an older release wrote nothing of the question."""
    _, gate = reminded()
    found = told(gate, "coach")
    del found.headers[QUESTION]
    assert checked(found, COACH).holds


def test_one_of_a_question_that_nobody_knows_is_told_to_the_person_alone() -> None:
    """A clock that did not say which question it was."""
    gate = QuietGate(GGZ, COACH, CITIZEN)
    gate.relate("coach", "mijn")
    gate.say(REMINDER.model_copy(update={"question_type": None}), "ggz")
    assert [each.recipient for each in gate.told if each.is_a(AnswerDue)] == ["mijn"]
