"""Every row of the flow table, F1 to F47, for every recipient role: seven proofs, each with the real code.

Where a proof does not apply to a row (nothing is masked for a care party) its test asserts what is true instead, so
that none passes for having looked at nothing.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.flows.opened import Opened, opened
from tests.flows.standing import BY_STATUTE, NOW, exit_, restriction
from tests.flows.telling import OIN, TRACE, checked, tell
from tests.flows.ways import FLOWS, POLICY, WAYS, Way

from schakel_contracts.codes import Category, Outcome, Reason, Role
from schakel_contracts.envelope import MASKED_SOURCE
from schakel_contracts.policy.tables_format import BY_CONSENT, BasisKind

EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=[way.id for way in WAYS])
ASKED_FOR = frozenset({BasisKind.ON_REQUEST}) | BY_CONSENT
NEVER = {"diagnosis": "f20", "medication": "x", "bsn": "999910115", "note": "x", "amount": 1, "risk_score": 1}
"""Fields of the never-list (R2): no contract takes one."""

WITHOUT = {
    BasisKind.CONSENT: {Reason.NO_CONSENT},
    BasisKind.WRITTEN_CONSENT: {Reason.NO_CONSENT},
    BasisKind.CHECKED_CONSENT: {Reason.NO_CONSENT},
    BasisKind.ON_REQUEST: {Reason.NO_REQUEST},
}


def test_every_flow_has_a_row() -> None:
    """F1 to F47, none forgotten and none made up."""
    assert {way.flow for way in WAYS} - {"matrix"} == set(FLOWS)


@EVERY_WAY
def test_permit(way: Way) -> None:
    """With everything in order each source and each basis gives the row's fields, on that basis."""
    for each in opened(way):
        ruling = each.ruling()
        assert ruling.allowed, (each.basis.code, each.source, ruling.reason)
        assert ruling.basis[0] == each.basis.code
        assert ruling.row == way.row.id
        assert ruling.purpose == way.row.purpose
        assert set(ruling.fields) <= set(way.row.fields)
        assert each.recipient.host is not None or ruling.fields == way.row.fields
        assert (ruling.consent_id is not None) == (each.basis.kind in BY_CONSENT)


@EVERY_WAY
def test_denied_without_basis(way: Way) -> None:
    """Without the very thing that it rests on, nothing goes: consent, request, statute, being meant or involved."""
    for each in opened(way):
        if each.basis.kind in ASKED_FOR or each.basis.kind is BasisKind.EMERGENCY:
            ruling = each.ruled_without("consent", "request", "emergency")
            others = set().union(*(WITHOUT.get(basis.kind, {Reason.RIGHT_EXERCISED}) for basis in way.bases))
            assert ruling.reason in others, each.basis.code
        elif each.basis.kind in {BasisKind.STATUTORY, BasisKind.HOST}:
            ruling = each.ruling(*each.records, restriction())
            assert ruling.reason is Reason.RIGHT_EXERCISED or ruling.basis[0] != each.basis.code
        if way.row.relation_required:
            assert each.ruled_without("relation").reason is Reason.NO_RELATION
        else:
            facts = each.facts
            assert facts.addressed == (each.recipient.id,), "without a relation only who is named in it"
        assert each.ruled_without("relation", "consent", "request", "emergency").allowed != way.row.relation_required


@EVERY_WAY
def test_minimised(way: Way) -> None:
    """What is sent has the row's fields and no others, and no contract takes a field of the never-list."""
    for each in opened(way):
        told = tell(each)
        sent = json.loads(told.body)
        assert set(sent) <= set(way.row.fields)
        assert set(sent) == set(told.verdict.fields), "what is on record is what left"
        if way.row.view is None and each.recipient.host is None:
            kept_back = set(type(each.event).model_fields) - set(way.row.fields)
            assert set(told.verdict.stripped) == kept_back
            assert not kept_back & set(sent)
        others = ("participants", "addressees", "recipients", "overseers")
        assert way.role is Role.CIT or not set(sent) & set(others), "nobody sees who else is told"
        fields = each.event.model_dump(mode="json")
        for name, value in NEVER.items():
            with pytest.raises(ValidationError):
                type(each.event).model_validate(fields | {name: value})


@EVERY_WAY
def test_masked(way: Way) -> None:
    """Who must not see that there is care sees neither sender nor kind of event; who may, sees the sender."""
    for each in opened(way):
        told = tell(each)
        hides = POLICY.roles[way.role].masked
        source_type = type(each.event).type.encode()
        if "source" in way.row.mask:
            assert told.headers["ce_source"] == MASKED_SOURCE.encode()
            assert OIN.encode() not in told.seen
            assert TRACE.encode() not in told.seen
            assert "source" in told.verdict.masked
        elif each.recipient.host is None:
            assert told.headers["ce_source"].endswith(each.source.id.encode())
            assert not (hides and POLICY.roles[each.source.role].name_reveals_care), "R14"
        if way.row.view not in {None, way.row.event}:
            assert told.headers["ce_type"] == f"nl.schakel.{way.row.view}.v1".encode()
            assert source_type not in told.seen
            assert "type" in told.verdict.masked
        elif each.recipient.host is None:
            assert told.headers["ce_type"] == source_type
            assert not (hides and way.contract.tells_of_care), "R14"


@EVERY_WAY
def test_audited(way: Way) -> None:
    """The gate's record reads back: row, basis, rules, what was sent, left out and masked, under which consent."""
    for each in opened(way):
        told, ruling = tell(each), each.ruling()
        verdict, decision = told.verdict, told.decision
        assert decision.policy_version == POLICY.version
        assert (decision.event_type, decision.source, decision.decided_at) == (
            type(each.event).type,
            each.source.id,
            NOW,
        )
        assert (verdict.row, verdict.basis, verdict.purpose) == (way.row.id, ruling.basis, way.row.purpose)
        assert verdict.outcome in {Outcome.PERMIT, Outcome.REDUCED}
        assert (verdict.outcome is Outcome.PERMIT) == (not verdict.stripped and not verdict.masked)
        assert "R1" in verdict.rules
        assert ("R3" in verdict.rules) == way.row.relation_required
        assert (verdict.stripped, verdict.masked) == (ruling.stripped, ruling.masked)
        assert verdict.fields == tuple(name for name in ruling.fields if name in json.loads(told.body))
        assert (verdict.consent_id, verdict.relation_id) == (ruling.consent_id, ruling.relation_id)
        assert told.headers["ce_id"] == str(verdict.notification_id).encode()
        assert json.loads(told.body).keys() == set(verdict.fields), "every field that left is on record, and no other"


@EVERY_WAY
def test_withdrawn_mid_flight(way: Way) -> None:
    """Decided and on its way, and then what it rested on is gone: at the second check it no longer leaves."""
    for each in opened(way):
        told = tell(each)
        at = NOW + timedelta(minutes=1)
        assert checked(told, each.source, each.recipient, each.records, at).holds, "and so the next ones say something"
        for reason, records in what_may_end(each).items():
            found = checked(told, each.source, each.recipient, records, at)
            assert (found.holds, found.reason) == (False, reason), each.basis.code
        lapsed = replace(each.recipient, agreement_until=NOW.date() - timedelta(days=1))
        owed = way.row.addressed == "recipients" and not way.row.relation_required
        for ended in (checked(told, each.source, lapsed, each.records, at), each.ruling(recipient=lapsed)):
            assert ended.reason is (None if owed else Reason.AGREEMENT_EXPIRED), "AVG 19 does not end with it"
        left = checked(told, each.source, each.recipient, [*each.records, exit_(NOW)], at)
        stop_notice = bool(way.row.addressed) and way.category is Category.ACCOUNTABILITY
        assert (left.holds, left.reason) == ((True, None) if stop_notice else (False, Reason.LEFT_THE_CHAIN))
        assert each.ruling(*each.records, exit_(NOW), at=at).allowed == stop_notice


def what_may_end(each: Opened) -> dict[Reason, list[Any]]:
    """Return, by the reason that it then is, the registry in which one thing has just ended."""
    ends: dict[str, tuple[Reason, dict[str, Any]]] = {}
    if each.way.row.relation_required:
        ends["relation"] = (Reason.NO_RELATION, {"ended": True})
    if each.basis.kind is BasisKind.ON_REQUEST:
        ends["request"] = (Reason.NO_REQUEST, {"valid_until": NOW + timedelta(seconds=1)})
    if each.basis.kind is BasisKind.EMERGENCY:
        ends["emergency"] = (Reason.NO_CONSENT, {"closed_at": NOW + timedelta(seconds=1)})
    if each.basis.kind in BY_CONSENT:
        ends["consent"] = (Reason.CONSENT_WITHDRAWN, {"withdrawn_at": NOW + timedelta(seconds=1)})
    found: dict[Reason, list[Any]] = {
        reason: [r.model_copy(update=marks) if r.kind == kind else r for r in each.records]
        for kind, (reason, marks) in ends.items()
    }
    if each.basis.kind in BY_STATUTE:
        found[Reason.RIGHT_EXERCISED] = [*each.records, restriction(NOW)]
    return found
