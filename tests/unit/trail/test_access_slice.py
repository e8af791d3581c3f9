"""A partner's slice of what the log holds of a person: its own, and nothing that the chain keeps from it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from schakel_contracts.codes import Category, ConsentEffect, ConsentForm, Outcome, Purpose, Reason, ReceiptOutcome, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord, Record, RelationRecord, RequestRecord, RestrictionRecord
from schakel_services.trail.access import answer
from schakel_services.trail.access_json import as_json
from schakel_services.trail.access_slice import nameable
from schakel_services.trail.access_words import Words, sections
from schakel_services.trail.held import Held

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARE, DESK, COACH, BOSS, ME = "ggz-verborgen", "uwv", "coach", "boom", "k1.me"
SUPPORT = "nl.schakel.support_level.changed.v1"
SEEN = "nl.schakel.support_trajectory.changed.v1"
POLICY = load_policy()
ROLES = {CARE: Role.GGZ, DESK: Role.UWV, COACH: Role.JOB, BOSS: Role.EMP}
CONSENT = UUID(int=1)
DELIVERED, WITHHELD, FAILED = ReceiptOutcome.DELIVERED, ReceiptOutcome.WITHHELD, ReceiptOutcome.FAILED


def verdict(to: str, *, masked: tuple[str, ...] = (), reason: Reason | None = None, row: str | None = None) -> Verdict:
    """Return what somebody got; with a reason nothing."""
    if reason is not None:
        return Verdict(recipient=to, role=ROLES[to], outcome=Outcome.DENY, rules=("R9",), row=row, reason=reason)
    return Verdict(
        recipient=to,
        role=ROLES[to],
        outcome=Outcome.REDUCED,
        rules=("R1",),
        row=row,
        purpose=Purpose.REINTEGRATION,
        basis=("CX", "C"),
        consent_id=CONSENT,
        fields=("temporary_adjustment",),
        masked=masked,
        notification_id=uuid5(CONSENT, to),
    )


def decision(source: str, *verdicts: Verdict, event: str = SUPPORT) -> Decision:
    """Return what was decided about one event."""
    return Decision(
        event_id=UUID(int=7),
        event_type=event,
        subject=ME,
        source=source,
        source_role=ROLES[source],
        decided_at=NOW,
        policy_version="1",
        verdicts=verdicts,
    )


def receipt(
    to: str, outcome: ReceiptOutcome = DELIVERED, *, seen: str = SEEN, possibly: bool = False
) -> dict[UUID, Receipt]:
    """Return how a delivery ended."""
    identity = uuid5(CONSENT, to)
    ended = Receipt(
        notification_id=identity,
        notification_type=seen,
        position="events/0/0/0",
        subject=ME,
        recipient=to,
        role=ROLES[to],
        outcome=outcome,
        attempts=1,
        began_at=NOW,
        ended_at=NOW,
        possibly_arrived=possibly,
    )
    return {identity: ended}


def consent(*parties: str, effect: ConsentEffect = ConsentEffect.PERMIT, kept_by: str = CARE) -> ConsentRecord:
    """Return a consent about what the care provider has."""
    return ConsentRecord(
        id=CONSENT,
        effect=effect,
        purposes=(Purpose.REINTEGRATION,),
        categories=(Category.SUPPORT_LEVEL,),
        recipients=tuple(Recipient(party=party, role=ROLES[party]) for party in parties),
        source=CARE,
        form=ConsentForm.WRITTEN,
        granted_at=NOW - timedelta(days=3),
        collected_by=kept_by,
    )


def relation(party: str, said_by: str) -> RelationRecord:
    """Return that somebody is involved."""
    return RelationRecord(id=uuid5(CONSENT, f"{party} {said_by}"), party=party, role=ROLES[party], asserted_by=said_by)


def held(
    *decisions: Decision, receipts: dict[UUID, Receipt] | None = None, records: list[Record] | None = None
) -> Held:
    """Return what the log holds."""
    return Held(ME, list(decisions), receipts or {}, records or [])


def slice_of(found: Held, partner: str | None) -> dict[str, Any]:
    """Return a partner's slice, as JSON has it."""
    return as_json(answer(found, POLICY, lambda _: "active", NOW, partner))


def spoken(found: Held, partner: str | None) -> str:
    """Return the same in words."""
    words = Words(POLICY, dict.fromkeys(Category, "soort"), {}, {"active": "geldt"})
    access = answer(found, POLICY, lambda _: "active", NOW, partner)
    return "\n".join(line for heading, lines in sections(access, words) for line in (heading, *lines))


MASKED = held(
    decision(CARE, verdict(DESK, masked=("source", "type")), verdict(COACH)),
    receipts=receipt(DESK) | receipt(COACH, seen=SUPPORT),
    records=[
        consent(DESK, COACH),
        relation(DESK, CARE),
        relation(CARE, CARE),
        relation(COACH, CARE),
        RestrictionRecord(
            id=CONSENT,
            right="objection",
            categories=(Category.CARE_PLAN_STATUS,),
            recipients=(CARE, DESK),
            begun_at=NOW,
        ),
    ],
)
"""The care provider told the benefit desk, which may not know that it did."""


@pytest.mark.parametrize("hidden", [CARE, COACH, "support_level", "care_plan_status", "written", ME, str(UUID(int=7))])
def test_who_may_not_know_the_sender_finds_it_nowhere(hidden: str) -> None:
    """Neither as sender, nor as keeper of the consent, nor as who said that it is involved; nor who else was told."""
    shown = json.dumps(slice_of(MASKED, DESK)) + spoken(MASKED, DESK)
    whole = json.dumps(slice_of(MASKED, None)) + spoken(MASKED, None)
    assert hidden in whole, "there is something to hide"
    assert hidden not in shown
    assert DESK in shown


def test_who_was_told_sees_it_as_its_notification_said_it() -> None:
    """Under the notification's own id, type and basis."""
    line = slice_of(MASKED, DESK)
    (told,), (known,), (involved,) = line["told"], line["consents"], line["relations"]
    assert (told["source"], told["event"], told["basis"]) == (None, "support_trajectory.changed", ["CX"])
    assert (told["event_id"], told["delivery"]["outcome"]) == (str(uuid5(CONSENT, DESK)), "delivered")
    assert (known["recipients"], known["collected_by"]) == ([{"party": DESK, "role": "UWV"}], None)
    assert (involved["party"], involved["asserted_by"]) == (DESK, None)
    assert [one["recipients"] for one in line["restrictions"]] == [[DESK]]
    assert line["subject"] is None


def test_who_may_know_the_sender_sees_it() -> None:
    """What is not masked is shown."""
    (told,) = slice_of(MASKED, COACH)["told"]
    assert (told["source"], told["recipient"], told["event"]) == (CARE, COACH, "support_level.changed")


def test_a_sender_sees_all_who_were_told() -> None:
    """Whether they may know who sent it or not, and whether it arrived already or not."""
    found = held(decision(CARE, verdict(DESK, masked=("source", "type")), verdict(COACH)))
    told = slice_of(found, CARE)["told"]
    assert [(one["recipient"], one["source"], one["delivery"]) for one in told] == [
        (DESK, CARE, None),
        (COACH, CARE, None),
    ]
    assert {one["event"] for one in told} == {"support_level.changed"}
    assert slice_of(found, BOSS)["found"] is False


@pytest.mark.parametrize(
    ("ended", "seen"),
    [
        ({}, False),
        (receipt(DESK, WITHHELD), False),
        (receipt(DESK, FAILED), False),
        (receipt(DESK, FAILED, possibly=True), True),
        (receipt(DESK), True),
    ],
    ids=["under way", "withheld", "given up", "possibly arrived", "delivered"],
)
def test_what_never_came_is_not_shown_to_whom_it_was_for(ended: dict[UUID, Receipt], *, seen: bool) -> None:
    """A recipient does not notice that something was withheld (R15); its sender does."""
    found = held(decision(CARE, verdict(DESK)), receipts=ended)
    assert bool(slice_of(found, DESK)["told"]) == seen
    assert len(slice_of(found, CARE)["told"]) == 1


def test_a_denial_is_shown_to_its_sender_where_a_consent_names_who_was_denied() -> None:
    """Of anybody else it would tell who is involved; and who was denied does not hear that there was something."""
    decided = decision(
        CARE,
        verdict(DESK, reason=Reason.CONSENT_EXPIRED),
        verdict(COACH, reason=Reason.NO_CONSENT),
        verdict(CARE, reason=Reason.NO_POLICY_ROW),
    )
    found = held(decided, records=[consent(DESK)])
    assert [one["recipient"] for one in slice_of(found, CARE)["not_told"]] == [DESK]
    assert slice_of(found, DESK)["not_told"] == slice_of(found, COACH)["not_told"] == []
    assert len(slice_of(found, None)["not_told"]) == 3


def test_an_employer_is_not_told_that_care_was_told_of_what_it_sent() -> None:
    """Who may be named to a sender, the tables say (R14)."""
    placed = "nl.schakel.placement.started.v1"
    denied = decision(BOSS, verdict(CARE, reason=Reason.NO_CONSENT), event=placed)
    found = held(decision(BOSS, verdict(CARE), verdict(COACH), event=placed), denied, records=[consent(CARE, COACH)])
    line = slice_of(found, BOSS)
    assert [one["recipient"] for one in line["told"]] == [COACH]
    assert CARE not in json.dumps(line) + spoken(found, BOSS)
    assert "staat er niet in" in spoken(found, BOSS), "it is said that something may be left out"
    assert {one["recipient"] for one in slice_of(found, None)["told"]} == {CARE, COACH}


def test_roles_that_may_be_named_follow_from_the_tables() -> None:
    """Any to who may know of care; to a key person what every organisation behind it would leave."""
    assert nameable(POLICY, Role.GGZ) == frozenset(Role)
    assert Role.GGZ not in nameable(POLICY, Role.EMP) | nameable(POLICY, Role.UWV) | nameable(POLICY, Role.KEY)
    assert Role.EMP in nameable(POLICY, Role.EMP)


def test_an_objection_is_shown_to_who_keeps_it_alone() -> None:
    """That somebody objected to it, a partner never hears."""
    found = held(records=[consent(DESK, effect=ConsentEffect.DENY)])
    assert slice_of(found, DESK)["found"] is False
    (kept,) = slice_of(found, CARE)["consents"]
    assert (kept["objection"], kept["collected_by"]) == (True, CARE)


def test_a_keeper_does_not_hear_where_its_consent_was_taken_back() -> None:
    """A notice that the gate itself makes does not name the other partner, though nothing is masked."""
    withdrawn, heard = "nl.schakel.consent.withdrawn.v1", "nl.schakel.delivery.not_completed.v1"
    decided = decision(CARE, verdict(COACH, row="F46-SENDER"), event=withdrawn)
    found = held(decided, receipts=receipt(COACH, seen=heard))
    (told,) = slice_of(found, COACH)["told"]
    assert (told["event"], told["source"]) == ("delivery.not_completed", None)
    assert [one["event"] for one in slice_of(found, None)["told"]] == ["delivery.not_completed"]


def test_a_request_is_shown_to_who_asked_and_who_was_asked() -> None:
    """And to no other."""
    asked = RequestRecord(
        id=CONSENT,
        party=DESK,
        provider=BOSS,
        article="SUWI54",
        categories=(Category.ATTENDANCE,),
        valid_until=NOW + timedelta(days=9),
    )
    found = held(records=[asked])
    shown = {partner: len(slice_of(found, partner)["requests"]) for partner in (DESK, BOSS, COACH)}
    assert shown == {DESK: 1, BOSS: 1, COACH: 0}
