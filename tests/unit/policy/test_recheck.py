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
    Grantor,
    Purpose,
    Reason,
    Role,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import PersonRegistry, Recheck, still_holds
from schakel_contracts.policy.openings import Opening
from schakel_contracts.registry import (
    REGISTRY_RECORD,
    EmergencyRecord,
    ExitRecord,
    RepresentationRecord,
    RestrictionRecord,
)
from schakel_contracts.terms import EmergencyReason

LEVEL = "support_level.changed"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PURPOSE = Purpose.SUPPORT_SCALING
FIRST, OTHER = UUID(int=1), UUID(int=9)
KIND = frozenset({Category.SUPPORT_LEVEL})
ANY_KIND = frozenset(Category)


def checked(
    desk: Any,
    *records: Any,
    consent_id: UUID | None = FIRST,
    relation_required: bool = True,
    categories: frozenset[Category] = KIND,
    asked: dict[str, Any] | None = None,
    **known: Any,
) -> Recheck:
    """Check again for the coach, who is still related; ``asked`` is what else the tables ask."""
    coach = desk.party(Role.JOB)
    person = PersonRegistry.from_records([desk.relation(coach), *records])
    opening = Opening(categories, **(asked or {}))
    return still_holds(consent_id, coach, PURPOSE, relation_required, person, NOW, opening=opening, **known)


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
        categories=frozenset(original.get("categories", KIND)),
        source="ggz-1",
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
        ({"source": "ggz-1", "categories": (Category.PLACEMENT,)}, {"categories": KIND}, True),
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
    found = checked(desk, consent, desk.objection(**objection), **({"categories": frozenset(both)} | known))
    assert found.holds is holds
    if not holds:
        assert found.reason is Reason.OBJECTION


def test_consent_for_one_source_is_not_stopped_by_an_objection_to_another(desk: Any) -> None:
    """What the consent said of its source is known, also where the notification hides it."""
    consent = desk.consent(desk.party(Role.JOB), LEVEL, source="ggz-1")
    elsewhere = desk.objection(
        source="add-1",
        recipients=(Recipient(party="job-1", role=Role.JOB),),
        purposes=(PURPOSE,),
        categories=(Category.SUPPORT_LEVEL,),
    )
    assert checked(desk, consent, elsewhere, source="ggz-1").holds
    assert not checked(desk, consent, elsewhere).holds, "it named nobody when it was decided"


def test_relation_and_agreement_are_looked_at_again(desk: Any) -> None:
    """A consent does not outlive the involvement, nor the agreement."""
    coach = desk.party(Role.JOB)
    consent = desk.consent(coach, LEVEL)
    alone = PersonRegistry.from_records([consent])
    opening = Opening(KIND)
    gone = still_holds(FIRST, coach, PURPOSE, True, alone, NOW, opening=opening)  # noqa: FBT003 - as deliver calls it
    assert (gone.holds, gone.reason) == (False, Reason.NO_RELATION)
    lapsed = replace(coach, agreement_until=date(2026, 11, 23))
    person = PersonRegistry.from_records([consent, desk.relation(coach)])
    closed = still_holds(FIRST, lapsed, PURPOSE, True, person, NOW, opening=opening)  # noqa: FBT003 - as deliver calls it
    assert (closed.holds, closed.reason) == (False, Reason.AGREEMENT_EXPIRED)


def test_without_a_consent_the_relation_is_enough(desk: Any) -> None:
    """A statutory notification needs the relation again; a stop-notice not even that."""
    coach = desk.party(Role.JOB)
    assert checked(desk, consent_id=None).holds
    nobody = PersonRegistry.from_records(())
    opening = Opening(frozenset({Category.ACCOUNTABILITY}))
    required = still_holds(None, coach, PURPOSE, True, nobody, NOW, opening=opening)  # noqa: FBT003 - as deliver calls it
    assert required.reason is Reason.NO_RELATION
    stop = still_holds(None, coach, PURPOSE, False, nobody, NOW, opening=opening)  # noqa: FBT003 - as deliver calls it
    assert stop.holds


def by_law(desk: Any, *records: Any, basis: str = "S:PW63", **known: Any) -> Recheck:
    """Check a notification again that went without a consent."""
    return checked(desk, *records, consent_id=None, basis=basis, **({"categories": ANY_KIND} | known))


RESTRICTION = {"id": UUID(int=80), "right": "objection", "begun_at": NOW - timedelta(days=1)}


@pytest.mark.parametrize(
    ("basis", "known", "changes", "holds"),
    [
        ("S:PW63", {}, {}, False),
        ("Sr:PW64-1-n", {}, {}, False),
        ("H", {}, {}, False),
        ("", {}, {}, False),
        ("A", {"categories": frozenset({Category.PLACEMENT})}, {}, True),
        ("A", {"categories": frozenset({Category.CONTACT_PERSON})}, {}, False),
        ("A", {"categories": frozenset({Category.REPRESENTATIVE})}, {"categories": (Category.CONTACT_PERSON,)}, True),
        ("A", {}, {}, False),
        ("A", {"categories": frozenset({Category.ACCOUNTABILITY})}, {}, True),
        ("S:PW63", {}, {"answered_at": NOW, "upheld": False}, True),
        ("S:PW63", {}, {"recipients": ("inc-1",)}, True),
        ("S:PW63", {"categories": frozenset({Category.PLACEMENT})}, {"categories": (Category.HOUSING,)}, True),
        ("S:PW63", {"categories": frozenset({Category.PLACEMENT})}, {"categories": (Category.PLACEMENT,)}, False),
        # What it is about is not known: it may be this.
        ("S:PW63", {}, {"categories": (Category.HOUSING,)}, False),
    ],
    ids=str,
)
def test_what_goes_by_law_does_not_leave_under_a_fresh_objection(
    basis: str,
    known: dict[str, Any],
    changes: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a table's column
    desk: Any,
) -> None:
    """R27: whoever objects in between is right; what is the recipient's own goes on."""
    found = by_law(desk, RestrictionRecord.model_validate(RESTRICTION | changes), basis=basis, **known)
    assert found.holds is holds
    if not holds:
        assert (found.reason, found.rules) == (Reason.RIGHT_EXERCISED, ("R27",))


@pytest.mark.parametrize(
    ("changes", "holds"),
    [({}, True), ({"valid_until": NOW}, False), ({"article": "PW65"}, False), ({"party": "inc-1"}, False)],
    ids=str,
)
def test_a_request_must_still_stand(changes: dict[str, Any], holds: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R6: what was asked for is not sent when nobody asks any more; nor when it is not known what it is about."""
    request = desk.request(desk.party(Role.JOB), "placement.started", **changes)
    known = {"categories": frozenset({Category.PLACEMENT})}
    assert by_law(desk, request, basis="Sr:PW64-1-n", **known).holds is holds
    assert by_law(desk, request, basis="Sr:PW64-1-n").reason is Reason.NO_REQUEST


@pytest.mark.parametrize(("source", "holds"), [(None, True), ("rei-1", True), ("rei-2", False)])
def test_only_who_was_asked_answers(source: str | None, holds: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R6: a deliverer that is not told who sent it leaves that to the gate, which was."""
    request = desk.request(desk.party(Role.JOB), "placement.started", provider="rei-1")
    known = {"categories": frozenset({Category.PLACEMENT}), "source": source}
    assert by_law(desk, request, basis="Sr:PW64-1-n", **known).holds is holds


@pytest.mark.parametrize(("ended", "holds"), [(-1, True), (1, False), (3, True)], ids=["before", "since", "to come"])
def test_a_request_that_ended_since_may_be_the_one_that_carried_it(ended: int, holds: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R6: of whom it was asked is not known where the sender is masked; another that stands says nothing."""
    decided = NOW - timedelta(hours=2)
    coach, end = desk.party(Role.JOB), decided + timedelta(hours=ended)
    stands = desk.request(coach, "placement.started", provider="rei-1")
    other = desk.request(coach, "placement.started", id=UUID(int=4), provider="rei-2", valid_until=end)
    known: dict[str, Any] = {"categories": frozenset({Category.PLACEMENT}), "basis": "Sr:PW64-1-n"}
    assert by_law(desk, stands, other, decided_at=decided, **known).holds is holds
    assert by_law(desk, stands, other, decided_at=decided, source="rei-1", **known).holds


@pytest.mark.parametrize(("closed", "holds"), [(None, True), (NOW, False), (NOW + timedelta(hours=1), False)])
def test_an_emergency_that_is_over_opens_nothing(closed: datetime | None, holds: bool, desk: Any) -> None:  # noqa: FBT001 - a table's column
    """R17: what it opened does not leave when it is closed, whatever the clock said of who closed it."""
    record = EmergencyRecord(
        id=UUID(int=70),
        party="job-1",
        role=Role.JOB,
        reason=EmergencyReason.ACUTE_NEED,
        categories=(Category.SUPPORT_LEVEL,),
        begun_at=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=9),
        closed_at=closed,
    )
    found = by_law(desk, record, basis="V", categories=frozenset({Category.SUPPORT_LEVEL}))
    assert found.holds is holds
    assert not by_law(desk, record, basis="V").holds
    if not holds:
        assert (found.reason, found.rules) == (Reason.NO_CONSENT, ("R17",))


def test_who_left_is_told_of_nothing_more(desk: Any) -> None:
    """R28: on no basis; only what the policy says outlives it."""
    left = ExitRecord(id=UUID(int=81), since=NOW)
    consent = desk.consent(desk.party(Role.JOB), LEVEL)
    for found in (checked(desk, consent, left), by_law(desk, left), by_law(desk, left, basis="A")):
        assert (found.holds, found.reason, found.rules) == (False, Reason.LEFT_THE_CHAIN, ("R28",))
    assert by_law(desk, left, basis="A", asked={"outlives": True}).holds


@pytest.mark.parametrize(
    ("changes", "others", "reason", "rule"),
    [
        ({"superseded_at": NOW}, (), Reason.CONSENT_EXPIRED, "R10"),
        ({"text_version": "1.4"}, (), Reason.CONSENT_EXPIRED, "R10"),
        ({}, ({"kind": "trajectory", "ended_on": "2026-10-25"},), Reason.CONSENT_EXPIRED, "R10"),
        ({}, ({"kind": "age", "adult_on": "2028-11-24"},), Reason.CONSENT_EXPIRED, "R10"),
        ({}, ({"kind": "age", "adult_on": "2030-11-01"},), Reason.NOT_VALID_FOR_AGE, "R13"),
        ({"grantor": "parent"}, ({"kind": "age", "adult_on": "2032-11-24"},), Reason.NOT_VALID_FOR_AGE, "R13"),
        ({"grantor": "personal_mentor"}, (), Reason.OUT_OF_SCOPE, "R13"),
        ({"categories": ("housing",)}, (), Reason.NO_CONSENT, "R9"),
        ({"source": "add-1"}, (), Reason.NO_CONSENT, "R9"),
    ],
    ids=str,
)
def test_every_end_of_a_consent_counts_at_sending(
    changes: dict[str, Any], others: tuple[dict[str, Any], ...], reason: Reason, rule: str, desk: Any
) -> None:
    """R10, R13: superseded, an older text, a trajectory, a birthday, who may consent; and what it covers."""
    right = {"text_version": "2.0", "granted_at": datetime(2026, 10, 20, 10, 0, tzinfo=UTC)}
    consent = desk.consent(desk.party(Role.JOB), LEVEL, **(right | changes))
    records = [REGISTRY_RECORD.validate_python({"id": str(UUID(int=90)), **other}) for other in others]
    known: dict[str, Any] = {"categories": frozenset({Category.SUPPORT_LEVEL}), "source": "ggz-1", "text_major": 2}
    found = checked(desk, consent, *records, **known)
    assert (found.holds, found.reason, found.rules) == (False, reason, (rule,))
    assert checked(desk, desk.consent(desk.party(Role.JOB), LEVEL, **right), **known).holds


def test_the_scope_counts_for_what_it_can_be_about(desk: Any) -> None:
    """R13: a representative's consent that names too much carries what is within the scope, where that is known."""
    record = RepresentationRecord(id=UUID(int=60), capacity=Grantor.PERSONAL_MENTOR)
    both = (Category.SUPPORT_LEVEL, Category.DEBTS)
    consent = desk.consent(desk.party(Role.JOB), LEVEL, grantor=Grantor.PERSONAL_MENTOR, categories=both)
    assert checked(desk, record, consent, categories=frozenset({Category.SUPPORT_LEVEL})).holds
    ways: list[dict[str, Any]] = [{"categories": frozenset(both)}, {"categories": frozenset({Category.DEBTS})}]
    for known in ways:
        assert checked(desk, record, consent, **known).reason is Reason.OUT_OF_SCOPE


def test_a_narrower_successor_carries_what_it_covers(desk: Any) -> None:
    """Superseded in between: the new consent counts for what is known of the notification."""
    coach = desk.party(Role.JOB)
    old = desk.consent(coach, LEVEL, categories=(Category.SUPPORT_LEVEL, Category.HOUSING), superseded_at=NOW)
    new = desk.consent(coach, LEVEL, id=OTHER, granted_at=NOW)
    assert checked(desk, old, new, categories=frozenset({Category.SUPPORT_LEVEL})).consent_id == OTHER
    assert checked(desk, old, new, categories=frozenset({Category.HOUSING})).reason is Reason.CONSENT_EXPIRED
    assert not checked(desk, old, new, categories=frozenset({Category.SUPPORT_LEVEL, Category.HOUSING})).holds
