"""The second check, right before sending."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import (
    Category,
    ConsentForm,
    FreelyGivenCheck,
    Purpose,
    Reason,
    Role,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry, Recheck, still_holds

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PURPOSE = Purpose.SUPPORT_SCALING
FIRST, OTHER = UUID(int=1), UUID(int=9)


def checked(desk: Any, *records: Any, consent_id: UUID | None = FIRST, **known: Any) -> Recheck:
    """Check again for the coach, who is still related."""
    coach = desk.party(Role.JOB)
    person = PersonRegistry.from_records([desk.relation(coach), *records])
    return still_holds(consent_id, coach, PURPOSE, True, person, NOW, **known)  # noqa: FBT003 - as deliver calls it


def test_holds_while_the_consent_stands(desk: Any) -> None:
    """That very consent, still there: it may leave under it."""
    found = checked(desk, desk.consent(desk.party(Role.JOB), LEVEL))
    assert found == Recheck(holds=True, consent_id=FIRST, rules=("R3", "R9", "R10", "R11"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"withdrawn_at": NOW}, Reason.CONSENT_WITHDRAWN),
        ({"valid_until": NOW}, Reason.CONSENT_EXPIRED),
        ({"valid_from": NOW + timedelta(days=1)}, Reason.NO_CONSENT),
        ({"recipients": (Recipient(party="job-2"),)}, Reason.NO_CONSENT),
        ({"recipients": ()}, Reason.NO_CONSENT),
        ({"purposes": (Purpose.JOB_COACHING,)}, Reason.NO_CONSENT),
        ({"effect": "deny"}, Reason.NO_CONSENT),
        ({"id": UUID(int=3)}, Reason.NO_CONSENT),
    ],
    ids=str,
)
def test_fails_closed_when_the_consent_does_not_stand(changes: dict[str, Any], reason: Reason, desk: Any) -> None:
    """Withdrawn, expired, changed or simply unknown: nothing leaves."""
    found = checked(desk, desk.consent(desk.party(Role.JOB), LEVEL, **changes))
    assert (found.holds, found.reason) == (False, reason)


@pytest.mark.parametrize(
    ("original", "other", "holds"),
    [
        ({}, {}, True),
        ({}, {"categories": tuple(Category)}, True),
        ({"categories": (Category.SUPPORT_LEVEL, Category.PLACEMENT)}, {}, False),
        ({"categories": (Category.SUPPORT_LEVEL, Category.TRANSPORT)}, {}, False),
        ({}, {"form": ConsentForm.DIGITAL}, False),
        ({"form": ConsentForm.VERBAL}, {"form": ConsentForm.DIGITAL}, True),
        ({}, {"freely_given": (FreelyGivenCheck.OWN_INTEREST,)}, False),
        ({"freely_given": ()}, {"freely_given": ()}, True),
        ({}, {"source": "ggz-1"}, False),
        ({"source": "ggz-1"}, {"source": "ggz-1"}, True),
        ({"source": "ggz-1"}, {}, True),
        ({"source": "ggz-1"}, {"source": "ggz-2"}, False),
        ({}, {"purposes": (Purpose.JOB_COACHING,)}, False),
        ({}, {"recipients": (Recipient(party="job-2"),)}, False),
        ({}, {"withdrawn_at": NOW}, False),
    ],
    ids=str,
)
def test_another_consent_may_carry_it_if_as_wide_and_as_strong(
    original: dict[str, Any],
    other: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """A renewal carries what was decided under the consent before it; a weaker one does not."""
    coach = desk.party(Role.JOB)
    found = checked(
        desk,
        desk.consent(coach, LEVEL, withdrawn_at=NOW, **original),
        desk.consent(coach, LEVEL, **({"id": OTHER} | other)),
    )
    assert found.holds is holds
    assert found.consent_id == (OTHER if holds else None)


@pytest.mark.parametrize(
    ("objection", "known", "holds"),
    [
        ({}, {}, True),
        ({"source": "ggz-1"}, {}, False),
        ({"source": "ggz-1"}, {"source": "add-1"}, True),
        ({"source": "ggz-1"}, {"source": "ggz-1"}, False),
        ({"source": "ggz-1", "categories": (Category.HOUSING,)}, {}, True),
        ({"source": "ggz-1", "categories": (Category.PLACEMENT,)}, {}, False),
        (
            {"source": "ggz-1", "categories": (Category.PLACEMENT,)},
            {"categories": frozenset({Category.SUPPORT_LEVEL})},
            True,
        ),
        ({"source": "ggz-1", "purposes": (Purpose.TRANSPORT,)}, {}, True),
        ({"source": "ggz-1", "recipients": (Recipient(party="job-2"),)}, {}, True),
        ({"source": "ggz-1", "withdrawn_at": NOW}, {}, True),
    ],
    ids=str,
)
def test_objection_stops_it_unless_the_consent_is_more_specific(
    objection: dict[str, Any],
    known: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """What is not known of a masked notification is taken at its worst."""
    both = (Category.SUPPORT_LEVEL, Category.PLACEMENT)
    consent = desk.consent(desk.party(Role.JOB), LEVEL, categories=both)
    found = checked(desk, consent, desk.objection(**objection), **known)
    assert found.holds is holds
    if not holds:
        assert found.reason is Reason.OBJECTION


def test_consent_for_one_source_is_not_stopped_by_an_objection_to_another(desk: Any) -> None:
    """What the consent itself says of its source is known, also where the notification hides it."""
    consent = desk.consent(desk.party(Role.JOB), LEVEL, source="ggz-1")
    elsewhere = desk.objection(
        source="add-1",
        recipients=(Recipient(party="job-1", role=Role.JOB),),
        purposes=(PURPOSE,),
        categories=(Category.SUPPORT_LEVEL,),
    )
    assert checked(desk, consent, elsewhere).holds


def test_relation_and_agreement_are_looked_at_again(desk: Any) -> None:
    """A consent does not outlive the involvement, nor the agreement."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL)
    alone = PersonRegistry.from_records([consent])
    gone = still_holds(FIRST, coach, PURPOSE, True, alone, NOW)  # noqa: FBT003 - as deliver calls it
    assert (gone.holds, gone.reason) == (False, Reason.NO_RELATION)
    lapsed = replace(coach, agreement_until=date(2026, 11, 23))
    person = PersonRegistry.from_records([consent, desk.relation(coach)])
    closed = still_holds(FIRST, lapsed, PURPOSE, True, person, NOW)  # noqa: FBT003 - as deliver calls it
    assert (closed.holds, closed.reason) == (False, Reason.AGREEMENT_EXPIRED)


def test_without_a_consent_the_relation_is_enough(desk: Any) -> None:
    """A statutory notification needs the relation again; a stop-notice not even that."""
    coach = desk.party(Role.JOB)
    assert checked(desk, consent_id=None).holds
    nobody = PersonRegistry.from_records(())
    required = still_holds(None, coach, PURPOSE, True, nobody, NOW)  # noqa: FBT003 - as deliver calls it
    assert required.reason is Reason.NO_RELATION
    stop = still_holds(None, coach, Purpose.CONSENT_MANAGEMENT, False, nobody, NOW)  # noqa: FBT003 - as deliver calls it
    assert stop.holds


def test_policy_says_what_a_deliverer_must_ask(desk: Any) -> None:
    """Whether a relation is needed, and what kinds of data may be behind what the recipient sees."""
    policy = desk.policy
    assert policy.relation_required("nl.schakel.support_level.changed.v1", Role.JOB)
    assert not policy.relation_required("nl.schakel.consent.withdrawn.v1", Role.JOB)
    assert policy.relation_required("nl.schakel.unheard.of.v1", Role.JOB)
    assert policy.categories_behind("nl.schakel.support_trajectory.changed.v1") == {
        Category.CARE_PLAN_STATUS,
        Category.SUPPORT_LEVEL,
    }
