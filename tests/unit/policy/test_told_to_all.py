"""What every party involved is told without consent, and the person can close: whom to call, who represents them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Purpose, Reason, Remedy, Role
from schakel_contracts.policy import PersonRegistry, Ruling, still_holds
from schakel_contracts.policy.openings import Opening
from schakel_contracts.registry import RestrictionRecord

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KEY_PERSON, REPRESENTED, PLACED = "key_person.assigned", "representation.changed", "placement.started"
CATEGORY = {
    KEY_PERSON: Category.CONTACT_PERSON,
    REPRESENTED: Category.REPRESENTATIVE,
    PLACED: Category.PLACEMENT,
}


def told(desk: Any, event: str, *records: Any, to: Role = Role.INC, source: str = "ggz-1") -> Ruling:
    """Decide about a party that is told as every party is; then look again, as a deliverer does."""
    here = desk.on({"event": event, "source_roles": ["GGZ"], "recipient_roles": [to], "basis": ["A"]})
    party = here.party(to)
    known = (here.relation(party), *records)
    ruling: Ruling = here.ruling(here.event(event, Role.GGZ), party, *known)
    person = PersonRegistry.from_records(known)
    again = still_holds(
        None,
        party,
        Purpose.SUPPORT_SCALING,
        True,  # noqa: FBT003 - part of the notification
        person,
        NOW,
        opening=Opening(frozenset({CATEGORY[event]})),
        source=source,
        basis="A",
    )
    assert (again.holds, again.reason) == (ruling.allowed, ruling.reason)
    assert again.holds or again.rules == ruling.rules
    return ruling


def restricted(**changes: Any) -> RestrictionRecord:
    """Return an objection that waits for an answer."""
    right = {"id": UUID(int=80), "right": "objection", "begun_at": NOW - timedelta(days=1)}
    return RestrictionRecord.model_validate(right | changes)


@pytest.mark.parametrize("event", [KEY_PERSON, REPRESENTED])
def test_an_objection_closes_it(desk: Any, event: str) -> None:
    """Somebody need not put up with the income desk knowing who helps them."""
    assert told(desk, event).allowed
    ruling = told(desk, event, desk.objection())
    assert (ruling.reason, ruling.rules, ruling.remedy) == (Reason.OBJECTION, ("R1",), Remedy.NONE)
    ruling = told(desk, event, restricted())
    assert (ruling.reason, ruling.rules, ruling.remedy) == (Reason.RIGHT_EXERCISED, ("R27",), Remedy.AWAIT_ANSWER)
    assert told(desk, event, restricted(answered_at=NOW)).remedy is Remedy.NONE


@pytest.mark.parametrize(
    ("changes", "closed"),
    [
        ({"categories": (Category.CONTACT_PERSON,)}, True),
        ({"categories": (Category.REPRESENTATIVE,)}, False),
        ({"recipients": ({"party": "inc-1"},)}, True),
        ({"recipients": ({"party": "uwv-1"},)}, False),
        ({"source": "ggz-1"}, True),
        ({"source": "add-1"}, False),
        ({"purposes": (Purpose.SUPPORT_SCALING,)}, True),
        ({"purposes": (Purpose.TRANSPORT,)}, False),
        ({"withdrawn_at": NOW}, False),
        ({"valid_from": NOW + timedelta(seconds=1)}, False),
    ],
    ids=str,
)
def test_of_what_it_is_about_alone(desk: Any, changes: dict[str, Any], closed: bool) -> None:  # noqa: FBT001 - a table's column
    """As for what goes on consent: whom, what, of whom and what for."""
    assert told(desk, KEY_PERSON, desk.objection(**changes)).allowed is not closed


@pytest.mark.parametrize("to", [Role.CIT, Role.REP])
def test_not_to_the_person_themselves(desk: Any, to: Role) -> None:
    """Nor to who stands in their place."""
    assert told(desk, KEY_PERSON, desk.objection(), restricted(), to=to).allowed


def test_not_what_is_a_partys_own(desk: Any) -> None:
    """An employer knows of the placement there: basis A for its own data is not for all."""
    assert told(desk, PLACED, desk.objection(), restricted(), to=Role.EMP).allowed


def test_consent_given_in_spite_of_it_does_not_help(desk: Any) -> None:
    """An objection as wide as the consent wins; the reason is told, not the lack of a consent."""
    here = desk.on({"event": KEY_PERSON, "source_roles": ["JOB"], "basis": ["A", "C"]})
    coach = here.party(Role.JOB, 2)
    records = [here.relation(coach), here.objection()]
    ruling = here.ruling(here.event(KEY_PERSON, Role.JOB), coach, *records)
    assert ruling.reason is Reason.OBJECTION
