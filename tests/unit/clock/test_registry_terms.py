"""What follows from the registry: the end of a consent as the policy computes it, and birthdays."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Grantor, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.education import YouthTransitionDue
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    ConsentWithdrawalRecord,
    RelationRecord,
    RepresentationRecord,
)
from schakel_contracts.terms import YouthMilestone
from schakel_services.clock.testing.quiet import QuietClock

GIVEN = datetime(2026, 1, 5, 8, tzinfo=UTC)
ID = uuid4()


def consent(identity: UUID = ID, **changed: object) -> ConsentRecord:
    """Return a consent of today."""
    given: dict[str, object] = {
        "id": identity,
        "form": ConsentForm.WRITTEN,
        "purposes": (Purpose.JOB_COACHING,),
        "categories": (Category.CARE_PLAN_STATUS,),
        "recipients": (Recipient(party="coach"),),
        "granted_at": GIVEN,
        "collected_by": "ggz",
    }
    return ConsentRecord.model_validate(given | changed)


def relation(party: str, role: Role, **changed: object) -> RelationRecord:
    """Return a relation that holds."""
    said = {"id": uuid4(), "party": party, "role": role, "asserted_by": party}
    return RelationRecord.model_validate(said | changed)


def test_a_consent_expires_on_the_day_that_was_agreed(clock: QuietClock) -> None:
    """Earlier than the year that the policy allows; what it was for is said."""
    clock.register(consent(valid_until="2026-07-01T00:00:00+02:00"))
    found = clock.says_until("2026-07-05")
    assert [(str(day), type(event), getattr(event, "days_left", None)) for day, event in found] == [
        ("2026-05-02", ConsentExpiring, 60),
        ("2026-06-01", ConsentExpiring, 30),
        ("2026-06-24", ConsentExpiring, 7),
        ("2026-07-01", ConsentExpired, None),
    ]
    last = found[-1][1]
    assert isinstance(last, ConsentExpired)
    assert (last.consent_id, last.purposes) == (ID, (Purpose.JOB_COACHING,))


def test_a_consent_for_a_month_is_not_announced_on_the_day_it_is_given(clock: QuietClock) -> None:
    """What is shorter than a term has no moment of that term."""
    clock.register(consent(valid_until="2026-02-04T12:00:00+01:00"))
    assert [(str(day), getattr(e, "days_left", None)) for day, e in clock.says_until("2026-02-10")] == [
        ("2026-01-28", 7),
        ("2026-02-04", None),
    ]


@pytest.mark.parametrize("end", ["withdrawn_at", "superseded_at"])
def test_what_was_ended_by_somebody_does_not_expire(clock: QuietClock, end: str) -> None:
    """Withdrawn, or another took its place: nothing runs out."""
    clock.register(consent())
    assert clock.keys() == [f"consent/{ID}"]
    clock.register(consent(ID, **{end: GIVEN}))
    assert clock.keys() == []


def test_what_was_taken_back_at_another_partner_does_not_expire(clock: QuietClock) -> None:
    """The consent itself still stands as it was given; a withdrawal of another one changes nothing."""
    clock.register(consent())
    for number, of in enumerate((uuid4(), ID), start=1):
        assert clock.keys() == [f"consent/{ID}"]
        clock.register(
            ConsentWithdrawalRecord(id=UUID(int=number), consent_id=of, withdrawn_at=GIVEN, asserted_by="desk"),
        )
    assert clock.keys() == []


def test_an_objection_is_no_permission_that_runs_out(clock: QuietClock) -> None:
    """It is not announced."""
    clock.register(consent(effect=ConsentEffect.DENY, valid_until="2026-07-01T00:00:00+02:00"))
    assert clock.keys() == []


def test_a_consent_of_which_nobody_knows_when_it_was_given_never_held(clock: QuietClock) -> None:
    """So it does not end."""
    clock.register(consent(granted_at=None))
    assert clock.keys() == []


def test_a_change_of_representation_moves_the_end(clock: QuietClock) -> None:
    """The policy computes the end out of all records together (R10)."""
    clock.register(consent(grantor=Grantor.GUARDIAN))
    change = RepresentationRecord(id=uuid4(), capacity=Grantor.GUARDIAN, valid_until=date(2026, 3, 1))
    clock.register(change)
    found = clock.says_until("2026-03-05")
    assert [(str(day), getattr(e, "days_left", None)) for day, e in found][-1] == ("2026-03-02", None)


def test_a_change_of_representation_by_a_clock_that_is_ahead_is_still_said(clock: QuietClock) -> None:
    """The consent is over as soon as the change is read; that it has ended is told when the change says so."""
    clock.register(consent(grantor=Grantor.GUARDIAN))
    moment = datetime(2026, 1, 6, 9, tzinfo=UTC)
    clock.register(RepresentationRecord(id=uuid4(), capacity=Grantor.GUARDIAN, changed_at=moment))
    assert [(str(day), type(event)) for day, event in clock.says_until("2026-01-10")] == [
        ("2026-01-06", ConsentExpired)
    ]


def test_an_end_that_came_nearer_after_it_was_announced_is_said(clock: QuietClock) -> None:
    """Announced for April, and over since the guardian's term turns out to have ended: that is told too."""
    clock.register(consent(grantor=Grantor.GUARDIAN, valid_until="2026-04-01T00:00:00+02:00"))
    clock.on("2026-02-02")
    assert [type(event) for event in clock.says()] == [ConsentExpiring]
    clock.register(RepresentationRecord(id=uuid4(), capacity=Grantor.GUARDIAN, valid_until=date(2026, 1, 20)))
    assert [type(event) for event in clock.says()] == [ConsentExpired]
    assert clock.says() == []


def test_a_renewed_consent_announces_its_new_end(clock: QuietClock) -> None:
    """And not the old one."""
    clock.register(consent(valid_until="2026-07-01T00:00:00+02:00"))
    assert len(clock.says_until("2026-06-25")) == 3
    clock.register(consent(granted_at=datetime(2026, 6, 25, tzinfo=UTC), valid_until=None))
    assert clock.says_until("2026-12-01") == []


def test_who_collected_it_says_it_and_else_who_is_involved(clock: QuietClock) -> None:
    """A party outside this chain can't be the source of an event in it."""
    clock.register(relation("key", Role.KEY))
    clock.register(consent(collected_by="oin:00000001", valid_until="2026-02-04T12:00:00+01:00"))
    clock.on("2026-01-28")
    assert [spoken.envelope.partner for spoken in clock.spoken()] == ["key"]


def test_a_consent_that_ended_long_ago_says_nothing(clock: QuietClock) -> None:
    """It came in with a first export."""
    clock.register(consent(granted_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert clock.keys() == []


def test_birthdays_are_said_6_3_and_1_months_before(clock: QuietClock) -> None:
    """16, 18 and 27, from who is involved with a youth first (F32)."""
    clock.register(relation("coach", Role.JOB), relation("youth", Role.YTH))
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2028, 8, 31)))
    found = clock.says_until("2037-12-31")
    said = [(str(day), event.milestone, str(event.on)) for day, event in found if isinstance(event, YouthTransitionDue)]
    assert said == [
        ("2026-02-28", YouthMilestone.SIXTEEN, "2026-08-31"),
        ("2026-05-31", YouthMilestone.SIXTEEN, "2026-08-31"),
        ("2026-07-31", YouthMilestone.SIXTEEN, "2026-08-31"),
        ("2028-02-29", YouthMilestone.EIGHTEEN, "2028-08-31"),
        ("2028-05-31", YouthMilestone.EIGHTEEN, "2028-08-31"),
        ("2028-07-31", YouthMilestone.EIGHTEEN, "2028-08-31"),
        ("2037-02-28", YouthMilestone.TWENTY_SEVEN, "2037-08-31"),
        ("2037-05-31", YouthMilestone.TWENTY_SEVEN, "2037-08-31"),
        ("2037-07-31", YouthMilestone.TWENTY_SEVEN, "2037-08-31"),
    ]


def test_a_birthday_that_two_partners_state_is_said_once(clock: QuietClock) -> None:
    """Of two the later one counts, as for the policy; and what was said is not said again for a second statement."""
    clock.register(relation("youth", Role.YTH))
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2026, 6, 1)))
    assert len(clock.says()) == 1
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2026, 6, 1)))
    assert clock.says() == []
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2026, 9, 1)))
    found = clock.says_until("2026-08-15")
    said = [(str(day), str(event.on)) for day, event in found if isinstance(event, YouthTransitionDue)]
    assert said == [("2026-03-01", "2026-09-01"), ("2026-06-01", "2026-09-01"), ("2026-08-01", "2026-09-01")]


def test_a_birthday_is_said_by_the_youth_desk_and_asks_for_consent_again(clock: QuietClock) -> None:
    """At 16 and 18 consents end; at 27 none does."""
    clock.register(relation("coach", Role.JOB), relation("youth", Role.YTH))
    clock.register(consent(), AgeRecord(id=uuid4(), adult_on=date(2026, 3, 1)))
    (spoken,) = clock.spoken()
    assert isinstance(spoken.event, YouthTransitionDue)
    assert (spoken.envelope.partner, spoken.event.consent_needed_again) == ("youth", True)


def test_a_birthday_of_somebody_that_nobody_is_involved_with_is_not_said(clock: QuietClock) -> None:
    """There is nobody whose word it could be, and nobody who may hear it."""
    clock.register(relation("youth", Role.YTH, ended=True))
    clock.register(AgeRecord(id=uuid4(), adult_on=date(2026, 3, 1)))
    assert clock.says() == []
