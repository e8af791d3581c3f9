"""Who may consent for whom (R13): by age, and by what a representative has a say in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Grantor, Reason, Remedy, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Ruling
from schakel_contracts.policy.civil_time import birthday
from schakel_contracts.registry import AgeRecord, RepresentationRecord

LEVEL, PLACED = "support_level.changed", "placement.started"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
GIVEN = NOW - timedelta(days=30)
SUBJECT, PARENT, GUARDIAN = Grantor.SUBJECT, Grantor.PARENT, Grantor.GUARDIAN
MENTOR, ADMINISTRATOR, PROXY = Grantor.PERSONAL_MENTOR, Grantor.FINANCIAL_ADMINISTRATOR, Grantor.AUTHORISED_PROXY


def aged(years: int) -> AgeRecord:
    """Return the record of somebody who had an age for half a year when the consent was given, and has it still."""
    return AgeRecord(id=UUID(int=50), adult_on=date(2026 + 18 - years, 5, 1))


def represented(capacity: Grantor, **more: Any) -> RepresentationRecord:
    """Return a representation that stood already."""
    return RepresentationRecord(id=UUID(int=60), capacity=capacity, **more)


def ruled(desk: Any, *others: Any, event: str = LEVEL, source: Role = Role.GGZ, **changes: Any) -> Ruling:
    """Decide about the coach, with one consent that differs as given, and other records."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, event, **changes)
    ruling: Ruling = desk.ruling(desk.event(event, source), coach, desk.relation(coach), consent, *others)
    return ruling


@pytest.mark.parametrize(
    ("years", "grantor", "co_grantor", "remedy"),
    [
        (11, SUBJECT, None, Remedy.ASK_REPRESENTATIVE),
        (11, MENTOR, SUBJECT, Remedy.ASK_REPRESENTATIVE),
        (11, PARENT, None, None),
        (11, GUARDIAN, None, None),
        (11, SUBJECT, PARENT, None),
        (13, SUBJECT, None, Remedy.ASK_REPRESENTATIVE),
        (13, PARENT, None, Remedy.ASK_THE_PERSON),
        (13, PARENT, GUARDIAN, Remedy.ASK_THE_PERSON),
        (13, SUBJECT, PARENT, None),
        (13, PARENT, SUBJECT, None),
        (13, GUARDIAN, SUBJECT, None),
        (13, SUBJECT, PROXY, Remedy.ASK_REPRESENTATIVE),
        (16, SUBJECT, None, None),
        (16, SUBJECT, PARENT, None),
        (25, SUBJECT, None, None),
    ],
)
def test_each_age_takes_its_own_word(
    years: int, grantor: Grantor, co_grantor: Grantor | None, remedy: Remedy | None, desk: Any
) -> None:
    """Below twelve who represents, from twelve both, from sixteen the person; the remedy says whose word is missing."""
    ruling = ruled(desk, aged(years), grantor=grantor, co_grantor=co_grantor)
    assert ruling.remedy is remedy
    if remedy is not None:
        assert (ruling.reason, ruling.rules) == (Reason.NOT_VALID_FOR_AGE, ("R13",))


def test_from_the_twelfth_birthday_the_own_word_is_needed(desk: Any) -> None:
    """A consent by a parent alone stands until that day, and no longer; with the child's own word it goes on."""
    turned = AgeRecord(id=UUID(int=50), adult_on=date(2026 + 6, 11, 24))
    turns = AgeRecord(id=UUID(int=50), adult_on=date(2026 + 6, 11, 25))
    assert ruled(desk, turns, grantor=PARENT).allowed
    ruling = ruled(desk, turned, grantor=PARENT)
    assert (ruling.reason, ruling.remedy) == (Reason.NOT_VALID_FOR_AGE, Remedy.ASK_THE_PERSON)
    assert ruled(desk, turned, grantor=PARENT, co_grantor=SUBJECT).allowed


@pytest.mark.parametrize("years", [16, 30, None])
def test_a_parent_has_no_say_from_sixteen(years: int | None, desk: Any) -> None:
    """Whose age nobody states is an adult."""
    records = [] if years is None else [aged(years)]
    ruling = ruled(desk, *records, represented(PARENT), grantor=PARENT)
    assert (ruling.reason, ruling.rules) == (Reason.OUT_OF_SCOPE, ("R13",))
    assert ruling.remedy is Remedy.ASK_THE_PERSON


@pytest.mark.parametrize(
    ("capacity", "scope", "event", "source", "allowed"),
    [
        (GUARDIAN, (), LEVEL, Role.GGZ, True),
        (GUARDIAN, (Category.HOUSING,), LEVEL, Role.GGZ, False),
        (MENTOR, (), LEVEL, Role.GGZ, True),
        (MENTOR, (), "debt_worry.signalled", Role.GGZ, False),
        (MENTOR, (Category.PLACEMENT,), LEVEL, Role.GGZ, False),
        (ADMINISTRATOR, (), LEVEL, Role.GGZ, False),
        (ADMINISTRATOR, (), "special_facility.decided", Role.WMO, True),
        (PROXY, (Category.SUPPORT_LEVEL,), LEVEL, Role.GGZ, True),
        (PROXY, (Category.PLACEMENT,), LEVEL, Role.GGZ, False),
        (PROXY, (), LEVEL, Role.GGZ, False),
    ],
)
def test_a_representative_consents_within_the_scope(
    capacity: Grantor,
    scope: tuple[Category, ...],
    event: str,
    source: Role,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """A guardian in all, mentor and administrator in their own lists, a proxy in exactly what the mandate names."""
    category = BY_SHORT_TYPE[event].category
    fields = list(BY_SHORT_TYPE[event].model_fields)
    here = desk.on({"event": event, "source_roles": [source], "fields": fields})
    ruling = ruled(here, represented(capacity, scope=scope), event=event, source=source, grantor=capacity)
    assert ruling.allowed is allowed, category
    if not allowed:
        assert (ruling.reason, ruling.remedy) == (Reason.OUT_OF_SCOPE, Remedy.ASK_THE_PERSON)


def test_a_consent_counts_for_what_is_within_the_scope_alone(desk: Any) -> None:
    """One that names more is not void: it carries what the representative has a say in."""
    both = (Category.SUPPORT_LEVEL, Category.DEBTS)
    here = desk.on({}, {"id": "DEBT", "event": "debt_worry.signalled", "fields": ["urgency"]})
    consent: dict[str, Any] = {"grantor": MENTOR, "categories": both}
    assert ruled(here, represented(MENTOR), **consent).allowed
    debts = ruled(here, represented(MENTOR), event="debt_worry.signalled", **consent)
    assert debts.reason is Reason.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"valid_until": date(2026, 10, 1)}, Reason.OUT_OF_SCOPE),
        ({"valid_from": date(2026, 12, 1)}, Reason.OUT_OF_SCOPE),
        ({"valid_from": date(2026, 10, 25)}, None),
        ({"valid_until": date(2027, 1, 1)}, None),
    ],
    ids=str,
)
def test_a_representation_must_have_stood_then(record: dict[str, Any], reason: Reason | None, desk: Any) -> None:
    """Ended before, or begun after: who consented had no say in it; without a record nobody has."""
    assert ruled(desk, represented(GUARDIAN, **record), grantor=GUARDIAN).reason is reason
    assert ruled(desk, grantor=GUARDIAN).reason is Reason.OUT_OF_SCOPE
    assert ruled(desk, represented(MENTOR), grantor=GUARDIAN).reason is Reason.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("permit", "objection", "allowed"),
    [
        ({"grantor": GUARDIAN}, {"grantor": SUBJECT}, False),
        ({"grantor": GUARDIAN}, {"grantor": GUARDIAN}, True),
        ({"grantor": GUARDIAN}, {"grantor": GUARDIAN, "co_grantor": SUBJECT}, False),
        ({"grantor": SUBJECT}, {"grantor": SUBJECT}, True),
        ({"grantor": GUARDIAN, "co_grantor": SUBJECT}, {"grantor": SUBJECT}, True),
        ({"grantor": SUBJECT}, {"grantor": GUARDIAN}, True),
    ],
    ids=str,
)
def test_the_own_objection_beats_what_a_representative_permits(
    permit: dict[str, Any],
    objection: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """However wide it is, and however specific the permission; else the more specific wins as always."""
    ruling = ruled(desk, represented(GUARDIAN), desk.objection(**objection), **permit)
    assert ruling.allowed is allowed
    if not allowed:
        assert ruling.reason is Reason.OBJECTION


def test_another_consent_by_who_may_carries_it(desk: Any) -> None:
    """A consent that lacks somebody's word does not stand in the way of one that does not."""
    coach = desk.party(Role.JOB)
    own = desk.consent(coach, LEVEL, id=UUID(int=5), granted_at=GIVEN - timedelta(days=1))
    assert ruled(desk, own, grantor=PARENT).consent_id == own.id
    named = (Recipient(party="job-9"),)
    assert ruled(desk, own.model_copy(update={"recipients": named}), grantor=PARENT).reason is Reason.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("adult_on", "age", "day"),
    [
        (date(2030, 3, 1), 16, date(2028, 3, 1)),
        (date(2028, 2, 29), 16, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2022, 2, 28)),
        (date(2030, 11, 24), 18, date(2030, 11, 24)),
        (date(1, 1, 1), 16, date(1, 1, 1)),
    ],
)
def test_birthdays_follow_from_the_day_of_coming_of_age(adult_on: date, age: int, day: date) -> None:
    """Years are counted back; a 29 February that is not there is the 28th, a year that is not there the first day."""
    if adult_on.year > 18:
        assert birthday(adult_on, age) == day
    else:
        assert birthday(adult_on, age) == date.min


TWELVE = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
"""The instant at which somebody of eighteen on 24 November 2032 turns twelve."""
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"granted_at": TWELVE.replace(year=2025)}, Reason.CONSENT_EXPIRED),
        ({"granted_at": TWELVE.replace(year=2025) + MOMENT}, Reason.NOT_VALID_FOR_AGE),
        ({"valid_until": TWELVE - MOMENT}, Reason.CONSENT_EXPIRED),
        ({"valid_until": TWELVE}, Reason.NOT_VALID_FOR_AGE),
    ],
    ids=str,
)
def test_of_two_ends_the_first_is_told(changes: dict[str, Any], reason: Reason, desk: Any) -> None:
    """Where they fall together the year goes before the birthday, and that before a last instant of its own."""
    turned = AgeRecord(id=UUID(int=50), adult_on=date(2032, 11, 24))
    assert ruled(desk, turned, grantor=PARENT, **changes).reason is reason
