"""How ``schakel consent show`` says that a consent stands: as the gate reads it, not as its own dates say."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Grantor, Purpose
from schakel_contracts.consent import Recipient
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import AgeRecord, ConsentRecord, TrajectoryRecord
from schakel_services.cli.consent_state import state_of
from schakel_services.trail.consents import Kept

NOW = datetime.now(UTC)
MONTH = timedelta(days=30)


def state(*others: Any, **changes: Any) -> str:
    """Return how a consent stands that was given a month ago, among other records of the person."""
    given: dict[str, Any] = {
        "id": UUID(int=1),
        "purposes": (Purpose.JOB_COACHING,),
        "categories": (Category.SUPPORT_LEVEL,),
        "recipients": (Recipient(party="coach"),),
        "form": ConsentForm.DIGITAL,
        "granted_at": NOW - MONTH,
    }
    consent = ConsentRecord(**(given | changes))
    return state_of(Kept(consent, "k1.somebody", 0, NOW), PersonRegistry.from_records([consent, *others]), NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "active"),
        ({"withdrawn_at": NOW - MONTH / 2}, "withdrawn"),
        ({"superseded_at": NOW - MONTH / 2}, "superseded"),
        ({"withdrawn_at": NOW + MONTH}, "withdrawn"),
        ({"superseded_at": NOW + MONTH}, "superseded"),
        ({"effect": ConsentEffect.DENY, "withdrawn_at": NOW + MONTH}, "active"),
        ({"valid_from": NOW + MONTH}, "not_yet"),
        ({"granted_at": NOW - 14 * MONTH}, "expired"),
        ({"text_version": "0.9"}, "expired"),
        ({"grantor": Grantor.PARENT}, "not_valid"),
    ],
    ids=[
        *("stands", "withdrawn", "replaced", "withdrawn by a fast clock", "replaced by a fast clock"),
        *("an objection to be withdrawn", "later", "a year ago", "an older text", "by a parent of an adult"),
    ],
)
def test_a_consent_stands_as_its_record_says(changes: dict[str, Any], said: str) -> None:
    """Dates, the text that was read out, and who gave it."""
    assert state(**changes) == said


def test_what_else_is_known_of_the_person_counts() -> None:
    """A trajectory that is over ends it (R10); a child's own word is not enough (R13)."""
    over = TrajectoryRecord(id=UUID(int=2), ended_on=(NOW - timedelta(days=31)).date())
    child = AgeRecord(id=UUID(int=3), adult_on=(NOW + timedelta(days=365 * 10)).date())
    assert state(over, granted_at=NOW - 3 * MONTH) == "expired"
    assert state(child) == "not_valid"
