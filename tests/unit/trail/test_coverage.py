"""Which consents there are, run out or are missing: only what a partner could be told, and only what still says it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentForm, Grantor, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.registry import ConsentRecord, Record, RelationRecord, RepresentationRecord
from schakel_services.trail.coverage import Coverage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COACH, GGZ, OTHER_GGZ = "coach", "ggz", "ggz-two"
ROLES = {COACH: Role.JOB, GGZ: Role.GGZ, OTHER_GGZ: Role.GGZ}
LEVEL = Category.SUPPORT_LEVEL


def consent(number: int = 1, **changes: Any) -> ConsentRecord:
    """Return a consent for the coach."""
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "purposes": (Purpose.SUPPORT_SCALING,),
        "categories": (LEVEL,),
        "recipients": (Recipient(party=COACH),),
        "form": ConsentForm.WRITTEN,
        "granted_at": NOW - timedelta(days=30),
    }
    return ConsentRecord(**(given | changes))


def relation(party: str) -> RelationRecord:
    """Return that a party is involved."""
    return RelationRecord(
        id=UUID(bytes=party.ljust(16).encode()),
        party=party,
        role=ROLES[party],
        valid_from=NOW.date(),
        asserted_by=party,
    )


def counted(*records: Record, tellers: tuple[str, ...] = (GGZ, OTHER_GGZ)) -> dict[str, dict[str, int]]:
    """Return, by partner, how the consents of one person about the support level are counted."""
    told = {name: ROLES[name] for name in tellers}
    found = Coverage(load_policy(), ROLES, told, NOW)
    found.add(records)
    rows = [row for row in found.rows() if row["category"] == LEVEL.value]
    return {row["recipient"]: {name: n for name, n in row.items() if isinstance(n, int) and n} for row in rows}


def test_a_consent_that_stands_is_counted_once() -> None:
    """And who gave it beside it."""
    assert counted(consent(), relation(COACH)) == {COACH: {"active": 1}}
    guardian = RepresentationRecord(id=UUID(int=9), capacity=Grantor.GUARDIAN)
    by_guardian = consent(grantor=Grantor.GUARDIAN)
    assert counted(by_guardian, guardian) == {COACH: {"active": 1, "by_representative": 1}}


def test_what_another_replaced_is_not_counted_as_run_out() -> None:
    """The other is."""
    replaced = consent(superseded_at=NOW - timedelta(days=1))
    assert counted(replaced, consent(2)) == {COACH: {"active": 1}}
    assert counted(replaced) == {}
    assert counted(replaced, relation(COACH)) == {COACH: {"missing": 1}}


@pytest.mark.parametrize(
    ("involved", "missing"),
    [((GGZ,), set()), ((GGZ, COACH), {COACH}), ((GGZ, OTHER_GGZ), {GGZ, OTHER_GGZ})],
    ids=["the source alone", "and a coach", "two sources"],
)
def test_who_tells_of_it_lacks_nothing(involved: tuple[str, ...], missing: set[str]) -> None:
    """Unless another who does is involved too."""
    found = counted(*(relation(party) for party in involved))
    assert {party for party, states in found.items() if states.get("missing")} == missing


def test_where_nobody_tells_nothing_is_missing() -> None:
    """A chain in which no partner sends such data."""
    assert counted(relation(COACH), tellers=()) == {}
