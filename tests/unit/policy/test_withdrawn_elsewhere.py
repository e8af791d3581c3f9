"""A permission ends wherever the person takes it back; an objection only where it is kept (R11)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Outcome, Reason, Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.policy import PersonRegistry, Ruling
from schakel_contracts.policy.facts import Addressee, facts_of
from schakel_contracts.policy.withdrawals import as_left, taken_back_at
from schakel_contracts.registry import ConsentWithdrawalRecord

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def taken_back(number: int = 1, **changes: Any) -> ConsentWithdrawalRecord:
    """Return a withdrawal of the consent with a number, at the income desk, yesterday."""
    right = {"id": UUID(int=900), "consent_id": UUID(int=number), "withdrawn_at": NOW - DAY, "asserted_by": "inc-1"}
    return ConsentWithdrawalRecord.model_validate(right | changes)


def ruled(desk: Any, *others: Any, at: datetime = NOW, **changes: Any) -> Ruling:
    """Decide about the coach, with one consent that differs as given, and other records."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL, **changes)
    ruling: Ruling = desk.ruling(desk.event(LEVEL, Role.GGZ), coach, desk.relation(coach), consent, *others, at=at)
    return ruling


@pytest.mark.parametrize(
    ("record", "consent", "reason"),
    [
        (taken_back(), {}, Reason.CONSENT_WITHDRAWN),
        (taken_back(withdrawn_at=NOW), {}, Reason.CONSENT_WITHDRAWN),
        (taken_back(withdrawn_at=NOW + timedelta(seconds=1)), {}, Reason.CONSENT_WITHDRAWN),
        (taken_back(2), {}, None),
        (taken_back(withdrawn_at=NOW + DAY), {"withdrawn_at": NOW - DAY}, Reason.CONSENT_WITHDRAWN),
        (taken_back(), {"withdrawn_at": NOW + DAY}, Reason.CONSENT_WITHDRAWN),
    ],
)
def test_a_permission_ends_at_the_first_withdrawal(
    desk: Any, record: ConsentWithdrawalRecord, consent: dict[str, Any], reason: Reason | None
) -> None:
    """Whoever said so; one of another consent changes nothing."""
    assert ruled(desk, record, **consent).reason is reason


def test_of_two_withdrawals_the_first_counts(desk: Any) -> None:
    """In whatever order they stand in the registry."""
    early, late = taken_back(), taken_back(id=UUID(int=901), withdrawn_at=NOW + DAY)
    for records in ((early, late), (late, early)):
        assert ruled(desk, *records).reason is Reason.CONSENT_WITHDRAWN


def test_an_objection_is_not_lifted_by_somebody_else(desk: Any) -> None:
    """That would open what the person closed."""
    objection = desk.consent(desk.party(Role.JOB), LEVEL, id=UUID(int=2), effect="deny")
    assert ruled(desk, objection).outcome is Outcome.DENY
    assert ruled(desk, objection, taken_back(objection.id.int)).outcome is Outcome.DENY


def test_it_is_addressed_to_whom_the_gate_names(desk: Any) -> None:
    """Beside those whom the event itself names; without either to nobody."""
    source = Addressee("inc-1", Role.INC)
    event = ConsentWithdrawn(consent_id=UUID(int=1), effective=NOW)
    assert facts_of(event, source, received=("job-1", "ggz-1")).addressed == ("ggz-1", "job-1")
    assert facts_of(event, source).addressed == ()


def test_who_keeps_a_consent_is_known(desk: Any) -> None:
    """They must hear that it no longer holds."""
    consent = desk.consent(desk.party(Role.JOB), LEVEL, collected_by="ggz-1")
    found = PersonRegistry.from_records([consent]).consent(consent.id)
    assert found is not None
    assert found.keeper == "ggz-1"


def test_the_first_withdrawal_is_the_one_that_is_kept(desk: Any) -> None:
    """Of two elsewhere, and of one elsewhere and one at the keeper; none that came when another had replaced it."""
    early, late = taken_back(), taken_back(id=UUID(int=901), withdrawn_at=NOW + DAY)
    consent = desk.consent(desk.party(Role.JOB), LEVEL)
    for records in ((early, late), (late, early)):
        assert taken_back_at(records) == {UUID(int=1): NOW - DAY}
    replaced = consent.model_copy(update={"superseded_at": NOW})
    assert [as_left(replaced, when).withdrawn_at for when in (NOW - DAY, NOW, NOW + DAY)] == [NOW - DAY, None, None]
    for own, elsewhere in ((NOW - DAY, NOW), (NOW, NOW - DAY), (None, NOW - DAY)):
        assert as_left(consent.model_copy(update={"withdrawn_at": own}), elsewhere).withdrawn_at == NOW - DAY
