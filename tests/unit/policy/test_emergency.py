"""The emergency procedure (R17): few roles, few kinds of data, a day at most."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Reason, Role
from schakel_contracts.policy import Addressee, Ruling
from schakel_contracts.registry import EmergencyRecord

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
BEGUN = NOW - timedelta(hours=1)
CARE_ROLES = ["GGZ", "ADD", "SHL", "DAY", "JOB", "KEY"]
ROW = {"source_roles": ["DAY"], "recipient_roles": CARE_ROLES, "basis": ["C", "V"]}


def opened(party: Addressee, /, **changes: Any) -> EmergencyRecord:
    """Return the procedure as a party opened it an hour ago, for two days as it thinks."""
    right = {
        "id": UUID(int=70),
        "party": party.id,
        "role": party.role,
        "reason": "acute_need",
        "categories": (Category.SUPPORT_LEVEL,),
        "begun_at": BEGUN,
        "until": BEGUN + timedelta(days=2),
    }
    return EmergencyRecord.model_validate(right | changes)


def ruled(desk: Any, party: Addressee, *records: Any, at: datetime = NOW, row: dict[str, Any] = ROW) -> Ruling:
    """Decide about a related party."""
    here = desk.on(row)
    event = here.event(row.get("event", LEVEL), Role.DAY)
    ruling: Ruling = here.ruling(event, party, here.relation(party), *records, at=at)
    return ruling


@pytest.mark.parametrize("role", [Role.GGZ, Role.ADD, Role.SHL])
def test_care_may_in_an_emergency(role: Role, desk: Any) -> None:
    """Without any consent, and it says on which basis."""
    party = desk.party(role)
    ruling = ruled(desk, party, opened(party))
    assert (ruling.basis, ruling.consent_id) == (("V",), None)
    assert "R17" in ruling.rules
    assert ruled(desk, party).reason is Reason.NO_CONSENT


@pytest.mark.parametrize("role", [Role.DAY, Role.JOB])
def test_others_may_not(role: Role, desk: Any) -> None:
    """Whatever a record says."""
    party = replace(desk.party(role), id="somebody-2")
    assert ruled(desk, party, opened(party)).reason is Reason.NO_CONSENT


@pytest.mark.parametrize(("host", "allowed"), [(Role.GGZ, True), (Role.SHL, True), (Role.JOB, False), (None, False)])
def test_a_key_person_may_as_the_organisation_behind(host: Role | None, allowed: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """Employed by a care party, and for the own person: the record names the key person."""
    party = replace(desk.party(Role.KEY), host=host)
    assert ruled(desk, party, opened(party)).allowed is allowed
    assert not ruled(desk, party, opened(party, role=Role.GGZ)).allowed


@pytest.mark.parametrize(
    ("changes", "after", "allowed"),
    [
        ({}, timedelta(), True),
        ({}, timedelta(hours=24) - timedelta(seconds=1), True),
        ({}, timedelta(hours=24), False),
        ({}, -timedelta(seconds=1), False),
        ({"until": BEGUN + timedelta(hours=2)}, timedelta(hours=2), False),
        ({"until": BEGUN + timedelta(hours=2)}, timedelta(hours=2) - timedelta(seconds=1), True),
        ({"closed_at": BEGUN + timedelta(minutes=5)}, timedelta(minutes=5), False),
        ({"closed_at": BEGUN + timedelta(minutes=5)}, timedelta(minutes=4), False),
        ({"closed_at": BEGUN + timedelta(days=9)}, timedelta(hours=24), False),
        ({"party": "ggz-9"}, timedelta(), False),
        ({"role": Role.ADD}, timedelta(), False),
        ({"categories": (Category.CONTACT_PERSON,)}, timedelta(), False),
    ],
    ids=str,
)
def test_it_is_over_within_a_day(
    changes: dict[str, Any],
    after: timedelta,
    allowed: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """Or earlier: at its own end, or when it is closed; for that party, role and kind of data alone."""
    party = desk.party(Role.GGZ)
    assert ruled(desk, party, opened(party, **changes), at=BEGUN + after).allowed is allowed


def test_it_opens_few_kinds_of_data(desk: Any) -> None:
    """A row that lists it for a placement opens nothing by it."""
    party = desk.party(Role.GGZ)
    row = ROW | {"event": "placement.started", "fields": ["start"]}
    record = opened(party, categories=(Category.PLACEMENT, Category.SUPPORT_LEVEL))
    assert ruled(desk, party, record, row=row).reason is Reason.NO_CONSENT


def test_it_opens_what_the_person_objected_to(desk: Any) -> None:
    """Danger to life is what it is for; afterwards everybody concerned looks at it."""
    party = desk.party(Role.GGZ)
    objection = desk.objection(source="day-1")
    assert ruled(desk, party, objection).reason is Reason.OBJECTION
    assert ruled(desk, party, objection, opened(party)).allowed


def test_a_consent_goes_first(desk: Any) -> None:
    """Where the person consented no emergency is named."""
    party = desk.party(Role.GGZ)
    assert ruled(desk, party, opened(party), desk.consent(party, LEVEL)).basis == ("C",)


def test_an_emergency_at_the_end_of_the_calendar_opens_nothing_today(desk: Any) -> None:
    """A moment that nobody can mean stops nothing else: there is no day after the last."""
    care = desk.party(Role.GGZ, 2)
    never = opened(care, begun_at=datetime.max.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC))
    assert ruled(desk, care, never).reason is Reason.NO_CONSENT


def test_a_row_that_rests_on_an_emergency_alone_stays_shut_without_one(desk: Any) -> None:
    """And says so as where no consent is: that is what would open it otherwise."""
    care = desk.party(Role.GGZ, 2)
    alone = ROW | {"basis": ["V"]}
    assert ruled(desk, care, row=alone).reason is Reason.NO_CONSENT
    assert ruled(desk, care, opened(care), row=alone).allowed
