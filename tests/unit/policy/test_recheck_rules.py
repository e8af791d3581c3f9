"""The second check names the rule with every refusal, for the receipt; and looks at the very party and role."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import Addressee, PersonRegistry, Recheck, still_holds
from schakel_contracts.policy.openings import Opening
from schakel_contracts.registry import RestrictionRecord

LEVEL, PLACEMENT = "support_level.changed", frozenset({Category.PLACEMENT})
LEVELS = frozenset({Category.SUPPORT_LEVEL})
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
COACH = Addressee("job-1", Role.JOB, date(2027, 12, 31))
DESK = Addressee("inc-1", Role.INC)
FIRST = UUID(int=1)


def checked(
    *records: Any,
    to: Addressee = COACH,
    consent_id: UUID | None = FIRST,
    at: datetime = NOW,
    categories: frozenset[Category] = LEVELS,
    **known: Any,
) -> Recheck:
    """Check again for a party that must be related."""
    person = PersonRegistry.from_records(records)
    opening = Opening(categories)
    return still_holds(consent_id, to, Purpose.SUPPORT_SCALING, True, person, at, opening=opening, **known)  # noqa: FBT003 - as deliver calls it


def refused(reason: Reason, rule: str) -> Recheck:
    """Return a refusal."""
    return Recheck(holds=False, reason=reason, rules=(rule,))


def test_each_refusal_names_its_rule(desk: Any) -> None:
    """The receipt says which rule stopped it."""
    relation, consent = desk.relation(COACH), desk.consent(COACH, LEVEL)
    objection = desk.objection(source="ggz-1")
    lapsed = replace(COACH, agreement_until=date(2026, 11, 23))
    assert checked(relation, consent, to=lapsed) == refused(Reason.AGREEMENT_EXPIRED, "R1")
    assert checked(consent) == refused(Reason.NO_RELATION, "R3")
    assert checked(relation) == refused(Reason.NO_CONSENT, "R9")
    assert checked(relation, consent, objection, source="ggz-1") == refused(Reason.OBJECTION, "R1")
    asked = desk.relation(DESK)
    found = checked(asked, to=DESK, consent_id=None, basis="Sr:PW64-1-n", categories=PLACEMENT)
    assert found == refused(Reason.NO_REQUEST, "R6")


def test_agreement_ends_with_its_last_day(desk: Any) -> None:
    """That of the recipient and of the sender: on the stroke of midnight in Amsterdam, and not a second later."""
    relation, consent = desk.relation(COACH), desk.consent(COACH, LEVEL)
    last = replace(COACH, agreement_until=date(2026, 11, 24))
    midnight = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert checked(relation, consent, to=last, at=midnight - timedelta(microseconds=1)).holds
    assert not checked(relation, consent, to=last, at=midnight).holds
    sender = replace(desk.party(Role.GGZ), agreement_until=date(2026, 11, 24))
    assert checked(relation, consent, sender=sender, at=midnight - timedelta(microseconds=1)).holds
    assert not checked(relation, consent, sender=sender, at=midnight).holds


def test_without_consent_only_what_was_looked_at_is_named(desk: Any) -> None:
    """A relation where one is required, and nothing where none is."""
    own = checked(desk.relation(COACH), consent_id=None, basis="A")
    assert own == Recheck(holds=True, rules=("R3",))
    person = PersonRegistry.from_records(())
    opening = Opening(frozenset({Category.ACCOUNTABILITY}))
    stop = still_holds(None, COACH, Purpose.CONSENT_MANAGEMENT, False, person, NOW, basis="A", opening=opening)  # noqa: FBT003 - as deliver calls it
    assert stop == Recheck(holds=True, rules=())


def test_a_basis_that_is_not_known_counts_as_the_law(desk: Any) -> None:
    """In doubt it waits for the answer to the person (R27)."""
    paused = RestrictionRecord(id=UUID(int=4), right="objection", begun_at=NOW)
    assert checked(desk.relation(COACH), paused, consent_id=None) == refused(Reason.RIGHT_EXERCISED, "R27")


@pytest.mark.parametrize(
    ("named", "stops"),
    [
        (Recipient(party="job-1"), True),
        (Recipient(party="job-1", role=Role.JOB), True),
        (Recipient(party="job-1", role=Role.REI), False),
        (Recipient(party="job-2"), False),
    ],
    ids=str,
)
def test_objection_to_the_very_party_and_role_counts(named: Recipient, stops: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """Neither that of somebody else, nor in another role."""
    objection = desk.objection(source="ggz-1", recipients=(named,))
    found = checked(desk.relation(COACH), desk.consent(COACH, LEVEL), objection, source="ggz-1")
    assert found.holds is not stops
