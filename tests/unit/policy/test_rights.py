"""What pauses, and what ends everything: a right that was exercised (R27), leaving (R28), nobody's word (R21)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Reason, Remedy, Role
from schakel_contracts.policy import Ruling
from schakel_contracts.registry import ExitRecord, RestrictionRecord

LEVEL, PLACED = "support_level.changed", "placement.started"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def restricted(**changes: Any) -> RestrictionRecord:
    """Return an objection that waits for an answer since yesterday."""
    right = {"id": UUID(int=80), "right": "objection", "begun_at": NOW - timedelta(days=1)}
    return RestrictionRecord.model_validate(right | changes)


def by_law(desk: Any, *records: Any, basis: tuple[str, ...] = ("S:PW63",), at: datetime = NOW) -> Ruling:
    """Decide about the income desk, on a basis of the law or another."""
    here = desk.on(
        {"event": PLACED, "source_roles": ["EMP"], "recipient_roles": ["INC"], "basis": basis, "fields": ["start"]}
    )
    income = here.party(Role.INC)
    ruling: Ruling = here.ruling(here.event(PLACED, Role.EMP), income, here.relation(income), *records, at=at)
    return ruling


@pytest.mark.parametrize(
    ("changes", "paused"),
    [
        ({}, True),
        ({"right": "restriction"}, True),
        ({"begun_at": NOW}, True),
        ({"begun_at": NOW + SECOND}, True),
        ({"categories": (Category.PLACEMENT,)}, True),
        ({"categories": (Category.HOUSING,)}, False),
        ({"recipients": ("inc-1", "uwv-1")}, True),
        ({"recipients": ("uwv-1",)}, False),
        ({"answered_at": NOW, "upheld": False}, False),
        ({"answered_at": NOW + SECOND, "upheld": False}, True),
        ({"answered_at": NOW, "upheld": True}, True),
        ({"upheld": False}, True),
    ],
    ids=str,
)
def test_what_goes_by_law_waits_for_the_answer(changes: dict[str, Any], paused: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R27: as soon as it is read, as long as it is not answered, for good when the person was right; for that alone."""
    ruling = by_law(desk, restricted(**changes))
    assert ruling.allowed is not paused
    if paused:
        remedy = Remedy.NONE if changes.get("answered_at") == NOW else Remedy.AWAIT_ANSWER
        assert (ruling.reason, ruling.rules, ruling.remedy) == (Reason.RIGHT_EXERCISED, ("R27",), remedy)


def test_what_still_waits_is_told_before_what_was_upheld(desk: Any) -> None:
    """R27: there is an answer to wait for as long as one of several is open."""
    upheld = restricted(id=UUID(int=81), answered_at=NOW)
    assert by_law(desk, upheld, restricted()).remedy is Remedy.AWAIT_ANSWER
    assert by_law(desk, upheld, restricted(categories=(Category.HOUSING,))).remedy is Remedy.NONE
    assert by_law(desk, upheld, basis=("S:PW63", "CX")).remedy is Remedy.NONE


def test_an_employers_name_goes_with_the_placement_alone(desk: Any) -> None:
    """R27: who objects that the name is told closes what carries it, by law and on consent; nothing else."""
    named = (Category.EMPLOYER_NAME,)
    assert by_law(desk, restricted(categories=named)).reason is Reason.RIGHT_EXERCISED
    coach = desk.party(Role.JOB)
    open_to = desk.on({"event": PLACED, "source_roles": ["CIT"], "fields": ["start"]})
    consent = desk.consent(coach, PLACED)
    for categories, allowed in ((named, False), ((Category.HOUSING,), True)):
        objection = desk.objection(categories=categories, recipients=consent.recipients, purposes=consent.purposes)
        ruling = open_to.ruling(desk.event(PLACED, Role.CIT), coach, desk.relation(coach), consent, objection)
        assert ruling.allowed is allowed


def test_what_was_asked_for_by_law_waits_too(desk: Any) -> None:
    """R27: on request; and of several reasons this one is told."""
    request = desk.request(desk.party(Role.INC), PLACED)
    basis = ("Sr:PW64-1-n",)
    assert by_law(desk, request, basis=basis).allowed
    assert by_law(desk, request, restricted(), basis=basis).reason is Reason.RIGHT_EXERCISED
    assert by_law(desk, restricted(), basis=("S:PW63", "CX")).reason is Reason.RIGHT_EXERCISED
    assert by_law(desk, restricted(), basis=("CX", "S:PW63")).reason is Reason.RIGHT_EXERCISED


def test_what_goes_on_consent_or_is_the_recipients_own_goes_on(desk: Any) -> None:
    """R27: the person said yes to the one, and can withdraw it; the other is not about a duty."""
    consent = desk.consent(desk.party(Role.INC), PLACED)
    assert by_law(desk, restricted(), consent, basis=("S:PW63", "CX")).basis == ("CX",)
    assert by_law(desk, restricted(), basis=("A",)).allowed


def test_through_a_host_it_waits_too(desk: Any) -> None:
    """R22, R27: what the organisation may not be told now, its key person may not either."""
    row = {"event": PLACED, "source_roles": ["EMP"], "fields": ["start"]}
    key = row | {"id": "KEY-ROW", "recipient_roles": ["KEY"], "basis": ["H"]}
    here = desk.on(key, row | {"id": "HOST", "recipient_roles": ["INC"], "basis": ["S:PW63"]})
    party = replace(here.party(Role.KEY), host=Role.INC)
    event = here.event(PLACED, Role.EMP)
    assert here.ruling(event, party, here.relation(party)).allowed
    assert here.ruling(event, party, here.relation(party), restricted()).reason is Reason.RIGHT_EXERCISED


def left(at: datetime = NOW, *, planned: bool = False) -> ExitRecord:
    """Return that somebody left, or is to leave."""
    return ExitRecord(id=UUID(int=81), since=at, planned=planned)


@pytest.mark.parametrize(
    ("since", "planned", "allowed"),
    [
        (NOW, True, False),
        (NOW - SECOND, True, False),
        (NOW + SECOND, True, True),
        (NOW - SECOND, False, False),
        (NOW + SECOND, False, False),
    ],
)
def test_nothing_goes_on_when_the_person_has_left(since: datetime, planned: bool, allowed: bool, desk: Any) -> None:  # noqa: FBT001 - a table's columns
    """R28: on no basis, once it is read, or from a later day that was named; of two records the earlier counts."""
    consent = desk.consent(desk.party(Role.INC), PLACED)
    later = left(NOW + timedelta(days=1), planned=True)
    for basis in ("S:PW63", "CX", "A"):
        ruling = by_law(desk, left(since, planned=planned), later, consent, basis=(basis,))
        assert ruling.allowed is allowed
        if not allowed:
            assert (ruling.reason, ruling.rules, ruling.remedy) == (Reason.LEFT_THE_CHAIN, ("R28",), Remedy.NONE)


def test_a_stop_notice_goes_on(desk: Any) -> None:
    """R28: what is addressed to a party and about the exchange itself; what is not addressed does not."""
    coach = desk.party(Role.JOB)
    row = {
        "event": "consent.withdrawn",
        "basis": ["A"],
        "fields": ["consent_id", "effective"],
        "relation_required": False,
    }
    event = desk.event("consent.withdrawn", Role.GGZ, addressed=(coach.id,))
    assert desk.on(row | {"addressed": "recipients"}).ruling(event, coach, left()).allowed
    assert desk.on(row).ruling(event, coach, left()).reason is Reason.LEFT_THE_CHAIN
    worded = {"addressed": "recipients", "event": LEVEL, "fields": ["direction"], "relation_required": False}
    level = desk.event(LEVEL, Role.GGZ, addressed=(coach.id,))
    assert desk.on(row | worded).ruling(level, coach, left()).reason is Reason.LEFT_THE_CHAIN


@pytest.mark.parametrize(("row", "event", "allowed"), [(True, False, False), (True, True, True), (False, False, True)])
def test_a_signal_takes_somebody_who_stands_for_it(row: bool, event: bool, allowed: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R21: where the row asks that; to the person too."""
    for to, basis in ((Role.JOB, "C"), (Role.CIT, "A")):
        here = desk.on({"recipient_roles": [to], "basis": [basis], "asserted": row})
        party = here.party(to)
        fact = here.event(LEVEL, Role.GGZ, asserted=event)
        ruling = here.ruling(fact, party, here.relation(party), here.consent(party, LEVEL))
        assert ruling.allowed is allowed
        if not allowed:
            assert (ruling.reason, ruling.rules) == (Reason.NOT_ASSERTED, ("R21",))
            assert ruling.remedy is Remedy.NAME_WHO_ASSERTS
        assert ("R21" in ruling.rules) is row
