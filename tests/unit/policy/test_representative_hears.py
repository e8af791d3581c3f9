"""What a representative is told in the person's place (R13): of a minor all, of an adult what they represent in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Grantor, Purpose, Reason, Remedy, Role
from schakel_contracts.policy import PersonRegistry, Ruling
from schakel_contracts.policy.openings import Opening
from schakel_contracts.policy.recheck import still_holds
from schakel_contracts.registry import AgeRecord, RepresentationRecord

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
EVALUATED, LETTER, INDICATED = "plan_evaluation.completed", "official_letter.announced", "indication.registered"
YOUTH, FAILED = "youth_transition.due", "delivery.not_completed"
CATEGORY = {
    EVALUATED: Category.PLAN_EVALUATION,
    LETTER: Category.OFFICIAL_LETTER,
    INDICATED: Category.INDICATION,
    YOUTH: Category.YOUTH_TRANSITION,
    FAILED: Category.ACCOUNTABILITY,
}


def acting(capacity: Grantor, **more: Any) -> RepresentationRecord:
    """Return a representation that stands."""
    return RepresentationRecord(id=UUID(int=60), capacity=capacity, **more)


def adult_on(day: date) -> AgeRecord:
    """Return the record of an eighteenth birthday."""
    return AgeRecord(id=UUID(int=50), adult_on=day)


def told(desk: Any, event: str, *records: Any) -> Ruling:
    """Decide about the representative, on the person's own data; then look again, as a deliverer does."""
    here = desk.on({"event": event, "source_roles": ["INC"], "recipient_roles": ["REP"], "basis": ["A"]})
    representative = here.party(Role.REP)
    known = (here.relation(representative), *records)
    ruling: Ruling = here.ruling(here.event(event, Role.INC), representative, *known)
    again = [
        still_holds(
            None,
            representative,
            Purpose.SUPPORT_SCALING,
            True,  # noqa: FBT003 - part of the notification
            PersonRegistry.from_records(known),
            NOW,
            opening=Opening(kinds),
            basis="A",
        )
        for kinds in (frozenset({CATEGORY[event]}), frozenset(Category))
    ]
    assert again[0].holds is ruling.allowed
    assert again[1].holds <= ruling.allowed, "what is not known counts as the worst"
    if not ruling.allowed:
        assert (again[0].reason, again[0].rules) == (Reason.OUT_OF_SCOPE, ("R13",))
        assert (ruling.reason, ruling.rules, ruling.remedy) == (Reason.OUT_OF_SCOPE, ("R13",), Remedy.ASK_THE_PERSON)
    return ruling


@pytest.mark.parametrize("event", [EVALUATED, LETTER, YOUTH])
def test_a_relation_alone_will_do_where_nothing_else_is_known(desk: Any, event: str) -> None:
    """Nobody stated an age or a representation: that a party represents stands in the relation."""
    assert told(desk, event).allowed


@pytest.mark.parametrize(("day", "allowed"), [(TODAY + DAY, True), (TODAY, False), (TODAY - DAY, False)])
def test_parents_hear_until_the_eighteenth_birthday(desk: Any, day: date, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """F32; what another represents in does not take it from them before."""
    assert told(desk, YOUTH, adult_on(day)).allowed is allowed
    assert told(desk, YOUTH, adult_on(day), acting(Grantor.FINANCIAL_ADMINISTRATOR)).allowed is allowed


@pytest.mark.parametrize(
    ("capacity", "scope", "hears"),
    [
        (Grantor.GUARDIAN, (), {EVALUATED, LETTER, INDICATED, YOUTH}),
        (Grantor.GUARDIAN, (Category.OFFICIAL_LETTER,), {LETTER}),
        (Grantor.PERSONAL_MENTOR, (), {EVALUATED, LETTER, INDICATED}),
        (Grantor.PERSONAL_MENTOR, (Category.PLAN_EVALUATION, Category.YOUTH_TRANSITION), {EVALUATED}),
        (Grantor.FINANCIAL_ADMINISTRATOR, (), {LETTER}),
        (Grantor.AUTHORISED_PROXY, (), set()),
        (Grantor.AUTHORISED_PROXY, (Category.YOUTH_TRANSITION,), {YOUTH}),
        (Grantor.PARENT, (), set()),
    ],
)
def test_of_an_adult_each_hears_what_they_act_in(
    desk: Any, capacity: Grantor, scope: tuple[Category, ...], hears: set[str]
) -> None:
    """A financial administrator has nothing to do with an evaluation of care; a court may have named less."""
    record = acting(capacity, scope=scope)
    assert {event for event in (EVALUATED, LETTER, INDICATED, YOUTH) if told(desk, event, record).allowed} == hears


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - DAY}, False),
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + DAY}, False),
    ],
    ids=str,
)
def test_only_while_it_lasts(desk: Any, changes: dict[str, date], allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """The first and the last day included."""
    assert told(desk, EVALUATED, acting(Grantor.GUARDIAN, **changes)).allowed is allowed


@pytest.mark.parametrize("last", [TODAY, TODAY + DAY, None])
def test_not_any_more_once_it_is_over(desk: Any, last: date | None) -> None:
    """Whatever its days say: they were counted by the clock of the desk that said so."""
    assert not told(desk, EVALUATED, acting(Grantor.GUARDIAN, valid_until=last, change="ended")).allowed


def test_what_failed_is_always_told_to_its_sender(desk: Any) -> None:
    """It is about what the representative sent."""
    assert told(desk, FAILED, acting(Grantor.GUARDIAN, valid_until=TODAY - DAY)).allowed


def test_consent_opens_what_representing_does_not(desk: Any) -> None:
    """The person may still choose that somebody hears it."""
    here = desk.on({"event": LETTER, "source_roles": ["WMO"], "recipient_roles": ["REP"], "basis": ["A", "C"]})
    representative = here.party(Role.REP)
    ended = acting(Grantor.GUARDIAN, valid_until=TODAY - DAY)
    records = [here.relation(representative), ended, here.consent(representative, LETTER)]
    ruling = here.ruling(here.event(LETTER, Role.WMO), representative, *records)
    assert ruling.basis == ("C",)


def test_no_other_party_is_asked_whom_it_represents(desk: Any) -> None:
    """The person hears of their own data whoever acts for them."""
    here = desk.on({"event": LETTER, "source_roles": ["INC"], "recipient_roles": ["CIT"], "basis": ["A"]})
    person = here.party(Role.CIT)
    ended = acting(Grantor.GUARDIAN, valid_until=TODAY - DAY)
    assert here.ruling(here.event(LETTER, Role.INC), person, here.relation(person), ended).allowed
