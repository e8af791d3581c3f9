"""On time, with a moved clock: what a row allows is waited for, not a second less and not a second more (F46)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.flows.opened import Opened, opened
from tests.flows.telling import OIN, PERSON, tell
from tests.flows.ways import POLICY, WAYS, Way

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Reason, ReceiptOutcome, Role
from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.decision import Decision
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import Event
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import REGISTRY_RECORD, Record, registry_key
from schakel_contracts.retention import AttendanceException
from schakel_contracts.terms import AttendanceKind, Urgency
from schakel_services.clock.days import seconds
from schakel_services.clock.deliveries import Term
from schakel_services.clock.event_rules import EVENT_RULES
from schakel_services.clock.facts import Registry
from schakel_services.clock.reading import Said
from schakel_services.clock.series import Change
from schakel_services.clock.timers import Timers
from schakel_services.clock.turn import Chain, Turn

EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=[way.id for way in WAYS])
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TERMS = {row.id: Term(row.time_class, row.sooner.cases()) for row in POLICY.rows.values()}


def at(text: str) -> datetime:
    """Return a moment on a clock in Amsterdam, in winter."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


TUESDAY, FRIDAY_NIGHT, BEFORE_CHRISTMAS = at("2026-11-24T11:00"), at("2026-11-27T22:00"), at("2026-12-24T16:30")
ENDS = {
    "T15": {
        TUESDAY: at("2026-11-24T11:15"),
        FRIDAY_NIGHT: at("2026-11-27T22:15"),
        BEFORE_CHRISTMAS: at("2026-12-24T16:45"),
    },
    "T4h": {
        TUESDAY: at("2026-11-24T15:00"),
        FRIDAY_NIGHT: at("2026-11-30T12:00"),
        BEFORE_CHRISTMAS: at("2026-12-28T10:30"),
    },
    "T1d": {
        TUESDAY: at("2026-11-25T18:00"),
        FRIDAY_NIGHT: at("2026-11-30T18:00"),
        BEFORE_CHRISTMAS: at("2026-12-28T18:00"),
    },
    "T5d": {
        TUESDAY: at("2026-12-01T18:00"),
        FRIDAY_NIGHT: at("2026-12-04T18:00"),
        BEFORE_CHRISTMAS: at("2027-01-04T18:00"),
    },
}
"""Worked out by hand: desks are open from eight to six; 25 and 26 December and 1 January are days off."""


@EVERY_WAY
def test_on_time(way: Way) -> None:
    """Not there at the end of its time: the sender hears of it; a second before, or when it was there: nothing."""
    for each in opened(way):
        told = tell(each)
        assert told.verdict.row in TERMS
        term = TERMS[told.verdict.row]
        ends = ENDS.get(term.time_class, ENDS["T1d"])
        for begun, end in ends.items():
            decision = told.decision.model_copy(update={"decided_at": begun})
            for case, allowed in term.sooner.items():
                assert_sooner(each, decision, case, ENDS[allowed][begun])
            if each.source.id == each.recipient.id or way.contract is DeliveryNotCompleted:
                assert late(each, decision, end + timedelta(days=30)) == [], (
                    "what goes back to the sender is not awaited"
                )
                continue
            assert late(each, decision, end - SECOND) == []
            (event,) = late(each, decision, end)
            assert (event.reason, event.recipient) == (Reason.TOO_LATE, each.recipient.id)
            assert late(each, decision, end, receipt(each, decision)) == []
    if way.contract.short_type() in SERIES_OF:
        assert_said_ahead(way)


def assert_sooner(each: Opened, decision: Decision, case: str, end: datetime) -> None:
    """A case that can't wait is late sooner, whichever is read first: its event or the decision about it."""
    for event_first in (True, False):
        turn, _ = clock({each.source.id: each.source.role, each.recipient.id: each.recipient.role}, decision.decided_at)
        if event_first:
            hear_case(turn, each, decision, case)
        turn.hear_decision(decision)
        if not event_first:
            hear_case(turn, each, decision, case)
        assert list(turn.say(seconds(end - SECOND), 10)) == []
        (spoken,) = turn.say(seconds(end), 10)
        assert isinstance(spoken.event, DeliveryNotCompleted)
        assert spoken.event.event_id == decision.event_id


def hear_case(turn: Turn, each: Opened, decision: Decision, case: str) -> None:
    """Let the clock hear the event of a decision as a case that can't wait; the day before was another no-show."""
    on = decision.decided_at.date()
    said: list[Event] = [AttendanceException(on=day, kind=AttendanceKind.NO_SHOW) for day in (on - DAY, on)]
    if case == "crisis":
        said = [DebtWorrySignalled(help_wanted=True, urgency=Urgency.CRISIS)]
    for number, event in enumerate(said, start=1):
        event_id = str(decision.event_id) if number == len(said) else "before"
        turn.hear_event(Said(PERSON, event_id, each.source.id, decision.decided_at, event, EVENT_RULES[type(event)]))


def receipt(each: Opened, decision: Decision) -> Receipt:
    """Return that it arrived."""
    (verdict,) = (one for one in decision.verdicts if one.recipient == each.recipient.id)
    assert verdict.notification_id is not None
    return Receipt(
        notification_id=verdict.notification_id,
        notification_type=decision.event_type,
        position="events/0/1/0",
        subject=decision.subject,
        recipient=each.recipient.id,
        role=each.recipient.role,
        outcome=ReceiptOutcome.DELIVERED,
        attempts=1,
        began_at=decision.decided_at,
        ended_at=decision.decided_at,
    )


def late(each: Opened, decision: Decision, now: datetime, *receipts: Receipt) -> list[DeliveryNotCompleted]:
    """Return what the clock says at a moment about a decision."""
    turn, _ = clock({each.source.id: each.source.role, each.recipient.id: each.recipient.role}, decision.decided_at)
    turn.hear_decision(decision)
    for one in receipts:
        turn.hear_receipt(one)
    found = [spoken.event for spoken in turn.say(seconds(now), 10)]
    assert all(isinstance(event, DeliveryNotCompleted) for event in found)
    return [event for event in found if isinstance(event, DeliveryNotCompleted)]


def clock(roles: dict[str, Role], now: datetime, *records: Record) -> tuple[Turn, Timers]:
    """Return a clock at a moment."""
    timers, registry = Timers(), Registry()
    for record in records:
        registry.apply(registry_key(PERSON, record), record.model_dump_json(exclude_none=True).encode())
    chain = Chain(roles, dict.fromkeys(roles, OIN), TERMS)
    return Turn(chain, timers, registry, now), timers


REF = UUID(int=8)
RELATED: dict[str, Any] = {"kind": "relation", "id": str(REF), "party": "day-1", "role": "DAY", "asserted_by": "day-1"}
CONSENT: dict[str, Any] = {
    "kind": "consent",
    "id": str(REF),
    "form": "verbal",
    "granted_at": "2026-02-01T12:00:00+01:00",
    "purposes": ["transport"],
    "categories": ["transport"],
    "recipients": [{"party": "day-1"}],
}
Ahead = tuple[dict[str, Any], list[str]]
SERIES_OF: dict[str, Ahead] = {
    "reindication.due": (
        {"reindication": {"expires": "2027-06-30", "kind": "wmo_support", "contact": "WMO"}},
        ["2027-03-10T08:00", "2027-04-07T08:00+02:00", "2027-05-05T08:00+02:00"],
    ),
    "plan_evaluation.due": (
        {"evaluation": {"on": "2027-03-15", "owner": "DAY"}},
        ["2027-02-15T08:00", "2027-03-08T08:00"],
    ),
    "trial_placement.end_due": (
        {"trial": {"planned_end": "2027-02-28", "start": "2027-01-01"}},
        ["2027-02-07T08:00", "2027-02-21T08:00"],
    ),
    "trajectory_funding.ending": (
        {"funding": {"funded_until": "2027-03-01", "funder": "municipality"}},
        ["2026-12-31T08:00"],
    ),
    "aftercare.checkpoint_due": (
        {"aftercare": {"start": "2026-12-01"}},
        ["2026-12-25T08:00", "2027-02-22T08:00", "2027-05-25T08:00+02:00", "2027-11-24T08:00"],
    ),
    "return_right.missing": ({"return": {"start": "2027-01-18"}}, ["2027-01-04T08:00"]),
    "youth_transition.due": (
        {"youth": {"adult_on": "2027-09-15"}},
        ["2027-03-15T08:00", "2027-06-15T08:00+02:00", "2027-08-15T08:00+02:00"],
    ),
    "consent.expiring": ({}, ["2026-12-03T08:00", "2027-01-02T08:00", "2027-01-25T08:00"]),
    "consent.expired": ({}, ["2027-02-01T12:00"]),
}
"""What the clock is told, and when it must speak, counted by hand on a calendar."""


def assert_said_ahead(way: Way) -> None:
    """The clock says it at the very moments of its series, and not a second before."""
    told, moments = SERIES_OF[way.contract.short_type()]
    records = [REGISTRY_RECORD.validate_python(record) for record in (RELATED, CONSENT)]
    turn, timers = clock({"day-1": Role.DAY}, at("2026-11-24T11:00"), *records[: 1 if told else 2])
    if told:
        ((kind, about),) = told.items()
        turn._change(PERSON, Change(f"{kind}/{REF}", about), "day-1")
    else:
        turn.hear_registry(PERSON)
    said: list[str] = []
    for text in moments:
        moment = datetime.fromisoformat(text if "+" in text else f"{text}+01:00")
        assert types(turn.say(seconds(moment - SECOND), 10)) <= EARLIER, text
        spoken = list(turn.say(seconds(moment), 10))
        said += [each.event.short_type() for each in spoken]
        assert types(spoken) == {way.contract.short_type()}, text
        assert {each.envelope.partner for each in spoken} == {"day-1"}
    assert len(said) == len(moments)
    assert BY_SHORT_TYPE[said[0]] is way.contract
    assert timers is not None


EARLIER = {"consent.expiring"}
"""What may have been said before an end, on its way there."""


def types(spoken: Any) -> set[str]:
    """Return what was said."""
    return {each.event.short_type() for each in spoken}
