"""Whom an event names, and what a decision learns of that: decided about for every contract."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from schakel_contracts.break_glass import BreakGlassUsed
from schakel_contracts.catalogue import BY_SHORT_TYPE, EVENTS
from schakel_contracts.codes import Category, Role, SupportDirection
from schakel_contracts.consent_term import ConsentExpiring
from schakel_contracts.event import Event
from schakel_contracts.policy import Policy
from schakel_contracts.policy.facts import ABOUT_ROLE, ASSERTED, OWN_PARTY, REMINDERS, TO, Addressee, facts_of
from schakel_contracts.policy.naming import naming
from schakel_contracts.retention import AttendanceException, OutreachRequested
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.terms import AttendanceKind, EmergencyReason, RightStatus, SubjectRight, Urgency

SOURCE = Addressee("ggz-1", Role.GGZ)
NAMES_NOBODY_TO_TELL = {
    "case_relation.ended": "the party is whom it is about",
    "case_relation.started": "the party is whom it is about",
    "delivery.not_completed": "the recipient is who was not told",
    "disclosure.first_made": "the recipient is who was told; this is for the person",
    "job_coach.assigned": "where the coach works",
    "key_person.assigned": "where the key person works",
    "key_person.changed": "where the key person works",
}


@pytest.mark.parametrize("contract", EVENTS.values(), ids=lambda contract: contract.short_type())
def test_who_is_named_is_decided_about(contract: type[Event]) -> None:
    """A contract that names a party either addresses or concerns it, or stands here with the reason why not."""
    names = naming(contract)
    if names.party or names.parties:
        used = contract in TO or contract in OWN_PARTY
        assert used is not (contract.short_type() in NAMES_NOBODY_TO_TELL), contract.short_type()
    else:
        assert contract not in TO
        assert contract not in OWN_PARTY


def test_rows_that_address_are_about_events_that_name(policy: Policy) -> None:
    """Only an event that can name its addressee can have an addressed row, and so for own and about."""
    for row in policy.rows.values():
        contract = BY_SHORT_TYPE[row.event]
        if row.addressed == "recipients":
            assert contract in TO, row.id
        if row.addressed == "sender":
            assert contract in REMINDERS or row.event == "delivery.not_completed", row.id
            assert row.event == "delivery.not_completed" or row.basis == ("A",)
        assert not row.own or contract in OWN_PARTY, row.id
        assert not row.about_roles or contract in ABOUT_ROLE, row.id
        assert row.asserted is (contract in ASSERTED), row.id


def test_whom_it_is_meant_for() -> None:
    """The worker who is asked, the participants, the site; nobody where none is named."""
    outreach = OutreachRequested(
        request_id=UUID(int=1), worker="shl-2", urgency=Urgency.SOON, by_when=date(2026, 12, 1)
    )
    assert facts_of(outreach, SOURCE).addressed == ("shl-2",)
    meeting = BY_SHORT_TYPE["case_meeting.cancelled"].model_validate(
        {"meeting_ref": UUID(int=1), "participants": ["job-1", "key-1"]}
    )
    assert facts_of(meeting, SOURCE).addressed == ("job-1", "key-1")
    absence = AttendanceException(on=date(2026, 11, 3), kind=AttendanceKind.NO_SHOW, site="emp-1")
    assert facts_of(absence, SOURCE).own_party == "emp-1"
    nowhere = AttendanceException(on=date(2026, 11, 3), kind=AttendanceKind.NO_SHOW)
    assert facts_of(nowhere, SOURCE).own_party is None


def test_a_reminder_is_for_whom_it_is_sent_for() -> None:
    """The clock speaks in the name of the party that it reminds."""
    expiring = ConsentExpiring(consent_id=UUID(int=1), ends=datetime(2026, 12, 1, tzinfo=UTC), days_left=7)
    assert facts_of(expiring, SOURCE).addressed == ("ggz-1",)


def test_a_right_without_addressee_is_for_all_who_received() -> None:
    """Named ones alone, else everybody who was ever sent anything, in a fixed order (AVG 19)."""
    right = SubjectRightExercised(request_id=UUID(int=1), right=SubjectRight.ERASURE, status=RightStatus.RECEIVED)
    assert facts_of(right, SOURCE, received={"job-1", "emp-1"}).addressed == ("emp-1", "job-1")
    named = right.model_copy(update={"addressees": ("key-1",)})
    assert facts_of(named, SOURCE, received={"job-1"}).addressed == ("key-1",)


def test_an_emergency_names_nobody_to_the_person_while_that_is_a_danger() -> None:
    """The overseers hear it at once, the person when it can be told (R17)."""
    used = BreakGlassUsed(
        emergency_id=UUID(int=1),
        party="ggz-1",
        role=Role.GGZ,
        reason=EmergencyReason.MISSING,
        categories=(Category.RETENTION,),
        until=datetime(2026, 11, 4, tzinfo=UTC),
        overseers=("shl-1",),
        citizen_told=False,
    )
    facts = facts_of(used, SOURCE)
    assert (facts.addressed, facts.about_role) == (("ggz-1", "shl-1"), None)
    assert facts_of(used.model_copy(update={"citizen_told": True}), SOURCE).about_role is Role.GGZ


def test_nobody_stands_for_it() -> None:
    """R21: a level without who says so is not asserted; an event that nobody need assert always is."""
    level = SupportLevelChanged(direction=SupportDirection.UP)
    assert not facts_of(level, SOURCE).asserted
    assert facts_of(level.model_copy(update={"asserted_by": Role.GGZ}), SOURCE).asserted
    assert facts_of(AttendanceException(on=date(2026, 11, 3), kind=AttendanceKind.RESUMED), SOURCE).asserted
    assert {contract.short_type() for contract in ASSERTED} == {
        "benefit_worry.raised",
        "debt_worry.signalled",
        "dropout_risk.signalled",
        "support_level.changed",
    }
