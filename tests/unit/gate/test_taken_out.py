"""What a person takes out of a consent stops what waits: the second check is never more lenient than the gate."""

from dataclasses import replace
from typing import Any

import pytest
from tests.flows.telling import NOTHING
from tests.unit.gate.quiet import NOW, POLICY, QuietGate, Told

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import (
    CarePlanStatus,
    Category,
    FreelyGivenCheck,
    Outcome,
    Purpose,
    Reason,
    Role,
    SupportDirection,
)
from schakel_contracts.consent import Recipient
from schakel_contracts.envelope import CONSENT_SOURCE, MASKED_SOURCE
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.policy import Addressee, PersonRegistry, Policy, Recheck
from schakel_contracts.registry import ConsentRecord, RelationRecord
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged
from schakel_services.deliver.notification import read_notification
from schakel_services.deliver.second_check import SecondCheck

GGZ, ADD, UWV = Addressee("ggz", Role.GGZ), Addressee("verslavingszorg", Role.ADD), Addressee("uwv", Role.UWV)
NAMED = Recipient(party="uwv", role=Role.UWV)
PLAN = CarePlanStatusChanged(status=CarePlanStatus.ACTIVE, review_month="2027-01")
LEVEL = SupportLevelChanged(direction=SupportDirection.UP, asserted_by=Role.GGZ)
BOTH = (Category.CARE_PLAN_STATUS, Category.SUPPORT_LEVEL)
RELATED = RelationRecord(id=deterministic_id("relation", "uwv"), party="uwv", role=Role.UWV, asserted_by="uwv")


def waiting(event: Event, **consented: Any) -> tuple[QuietGate, ConsentRecord, Told]:
    """Return a gate, the consent, and what it let through to UWV, under a name that does not tell of care."""
    gate = QuietGate(GGZ, ADD, UWV)
    gate.relate("uwv")
    given = {"purposes": tuple(Purpose), "categories": BOTH} | consented
    consent = gate.consent(NAMED, **given)
    gate.say(event, "ggz")
    (told,) = gate.told_to("uwv", SupportTrajectoryChanged)
    assert told.envelope.source == MASKED_SOURCE
    return gate, consent, told


def checked(told: Told, *records: Any, policy: Policy = POLICY) -> Recheck:
    """Let UWV's deliverer look again."""
    notification = read_notification(0, 1, told.headers.items(), told.body)
    look = SecondCheck(NOTHING, NOTHING, NOTHING, UWV, NOTHING, policy, {})._look
    return look(notification, PersonRegistry.from_records([RELATED, *records]), NOW)


@pytest.mark.parametrize(("event", "kind"), [(PLAN, BOTH[0]), (LEVEL, BOTH[1])], ids=["plan", "level"])
@pytest.mark.parametrize("purposes", [tuple(Purpose), (Purpose.REINTEGRATION,)], ids=["every", "primary"])
def test_what_is_masked_waits_in_vain_when_its_kind_is_taken_out(
    event: Event, kind: Category, purposes: tuple[Purpose, ...]
) -> None:
    """And what was not taken out leaves, also on a consent that never named the other kind."""
    _, consent, told = waiting(event, purposes=purposes)
    assert checked(told, consent).holds
    (other,) = set(BOTH) - {kind}
    assert checked(told, consent.model_copy(update={"categories": (kind,)})).holds
    found = checked(told, consent.model_copy(update={"categories": (other,)}))
    assert (found.holds, found.reason) == (False, Reason.NO_CONSENT)
    _, alone, told = waiting(event, purposes=purposes, categories=(kind,))
    assert checked(told, alone).holds


@pytest.mark.parametrize("event", [PLAN, LEVEL], ids=["plan", "level"])
def test_not_freely_given_after_all(event: Event) -> None:
    """Its keeper corrects one of the five answers: the gate denies what comes, and what waits does not leave."""
    gate, consent, told = waiting(event)
    corrected = consent.model_copy(update={"freely_given": (FreelyGivenCheck.OWN_INTEREST,)})
    gate.register(corrected)
    (verdict,) = [each for each in gate.say(event, "ggz").verdicts if each.recipient == "uwv"]
    found = checked(told, corrected)
    assert (found.reason, verdict.reason, verdict.outcome) == (found.reason, Reason.NOT_FREELY_GIVEN, Outcome.DENY)


@pytest.mark.parametrize(("named", "now", "holds"), [(None, "ggz", False), (None, None, True), ("ggz", "ggz", True)])
def test_a_consent_that_is_narrowed_to_a_source(named: str | None, now: str | None, *, holds: bool) -> None:
    """Whose it is the deliverer must not know, but whose the consent named when it was decided stands in it anyway."""
    _, consent, told = waiting(PLAN, source=named)
    assert told.headers.get(CONSENT_SOURCE) == (named.encode() if named else None)
    assert checked(told, consent.model_copy(update={"source": now})).holds is holds


def test_nothing_that_only_the_deliverer_may_know_is_sent_on() -> None:
    """The recipient sees the masked event alone."""
    _, _, told = waiting(PLAN, source="ggz")
    sent = read_notification(0, 1, told.headers.items(), told.body).structured("a-number")
    assert b"ggz" not in sent
    assert b"schakel_" not in sent


def test_a_way_that_a_region_closed_since_is_closed_for_what_waits() -> None:
    """Its purpose is no longer shared for, the row is gone, or it shows less."""
    _, consent, told = waiting(PLAN)
    closed = POLICY.limited_to([each for each in Purpose if each is not Purpose.REINTEGRATION])
    rows = {key: cell for key, cell in POLICY.cells.items() if cell.row.id != "CP-ZVW-UWV"}
    fewer = {
        key: replace(cell, row=cell.row.model_copy(update={"fields": ()})) if cell.row.id == "CP-ZVW-UWV" else cell
        for key, cell in POLICY.cells.items()
    }
    for policy in (closed, replace(POLICY, cells=rows), replace(POLICY, cells=fewer)):
        found = checked(told, consent, policy=policy)
        assert (found.holds, found.reason, found.rules) == (False, Reason.NO_POLICY_ROW, ("R1",))
