"""Chain records: every event of the catalogue has a row, and a row means what its contract says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schakel_connectors.chain_record.guards import months_after
from schakel_connectors.chain_record.kinds import KINDS, NOT_FOR_CONNECTORS, REGISTRY
from schakel_connectors.chain_record.rows import row_of
from schakel_connectors.chain_record.template import as_csv, as_object, guide
from schakel_connectors.connector import load
from schakel_connectors.stated.statutory_request import OPENS
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_connectors.trial import RECEIVED_AT, Memory, Trial, trial_sender, try_record
from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.tables_format import BasisKind
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_contracts.terms import StatutoryQuestion

ID = "0f0e0d0c-0b0a-5908-8706-050403020100"
CHAIN_RECORD = load("chain_record")
BSN = "999900006"
NEEDS_A_FORMER = {"case_relation.ended": "relation_unknown", "consent.withdrawn": "consent_unknown"}
"""Kinds that end what another row began."""


def tried(row: Any, memory: Memory | None = None, **more: Any) -> Trial:
    """Return what a row leads to."""
    return try_record(CHAIN_RECORD, json.dumps(row).encode(), memory=memory, **more)


def a_row(name: str, record: str = "A-1", /, **values: Any) -> dict[str, Any]:
    """Return the row of the template, with some of its values replaced."""
    return as_object(name) | {"record": record} | values


def told(trial: Trial) -> list[tuple[str, str]]:
    """Return each error of a refusal."""
    return [(error["field"], error["rule"]) for error in trial["errors"]]


def in_role(party: str, role: Role) -> Sender:
    """Return a partner of a chain that knows whoever is named."""
    return replace(trial_sender(CHAIN_RECORD), party=party, role=role)


def test_every_event_of_the_catalogue_has_a_row_or_a_maker() -> None:
    """What no connector may emit says so in its contract, and the other way round."""
    made_here = {
        name
        for name, contract in BY_SHORT_TYPE.items()
        if any(words in (contract.__doc__ or "") for words in ("Made by the clock", "no connector emits it"))
    }
    terms = {"answer.due", "consent.expired", "consent.expiring", "delivery.not_completed"}
    assert made_here - {"youth_transition.due"} | terms == NOT_FOR_CONNECTORS
    assert set(KINDS) == (set(BY_SHORT_TYPE) - NOT_FOR_CONNECTORS) | set(REGISTRY)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_the_contract_is_a_field_of_the_row(kind: str) -> None:
    """Unless the connector or the intake fills it in; and it is as much needed there."""
    contract, row = KINDS[kind].contract, row_of(kind)
    for name, field in contract.model_fields.items():
        if name in KINDS[kind].left_out:
            assert name not in row.model_fields
        elif name not in KINDS[kind].optional:
            needed = field.is_required() or name in KINDS[kind].needed
            assert row.model_fields[name].is_required() == needed
        assert name in KINDS[kind].left_out or row.model_fields[name].description == field.description


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_says_what_each_field_means(kind: str) -> None:
    """In its order: all that the row can hold, with a form, and with a meaning unless the contract has none."""
    fields = guide(kind)
    assert {field.name for field in fields} == set(row_of(kind).model_fields)
    assert all(field.form for field in fields)
    assert [field.name for field in fields if not field.meaning and kind not in REGISTRY] == []
    assert all(field.example is not None for field in fields if field.needed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_taken_as_it_is(kind: str) -> None:
    """As JSON and as a table alike, and neither gives a word more than the other."""
    as_json = tried(as_object(kind))
    as_table = try_record(CHAIN_RECORD, as_csv(kind).encode())
    if kind in NEEDS_A_FORMER:
        assert told(as_json) == [("record", NEEDS_A_FORMER[kind])]
        return
    assert as_json["outcome"] == "accepted", as_json["errors"]
    assert as_table == as_json
    events = [BY_SHORT_TYPE[kind].type] if kind in BY_SHORT_TYPE else []
    assert [event["type"] for event in as_json["events"]] == events
    for record in as_json["registry"]:
        REGISTRY_RECORD.validate_python(record)


@pytest.mark.parametrize("kind", sorted(NOT_FOR_CONNECTORS))
def test_what_schakel_makes_itself_is_taken_from_nobody(kind: str) -> None:
    """A partner can't put words in the mouth of the gate or the clock."""
    assert told(tried({"type": kind, "record": "A-1", "bsn": BSN})) == [("type", "not_for_connectors")]


def test_a_row_that_changes_is_told_again_and_a_repeat_is_not() -> None:
    """By the sender's own key."""
    memory: Memory = {}
    row = a_row("attendance.exception")
    assert len(tried(row, memory)["events"]) == 1
    assert tried(row, memory)["events"] == []
    assert len(tried(row | {"kind": "resumed"}, memory)["events"]) == 1


def test_references_of_two_partners_meet() -> None:
    """The day activity keeps a place under its key; the job coach invokes it under that key of that partner."""
    day, job = in_role("de-linde", Role.DAY), in_role("opstap", Role.JOB)
    kept = tried(a_row("return_right.registered", return_ref="W-1"), sender=day)
    invoked = tried(a_row("return_right.invoked", return_ref="de-linde:W-1"), sender=job)
    answered = tried(a_row("day_activity.resumed", return_ref="W-1"), sender=day)
    own = tried(a_row("return_right.invoked", return_ref="W-1"), sender=job)
    refs = [trial["events"][0]["return_ref"] for trial in (kept, invoked, answered, own)]
    assert len(set(refs[:3])) == 1
    assert refs[3] != refs[0]
    as_it_is = tried(a_row("return_right.invoked", return_ref=refs[0]), sender=job)
    assert as_it_is["events"][0]["return_ref"] == refs[0]


def test_request_numbers_of_two_kinds_do_not_meet() -> None:
    """Visit 7 and benefit question 7 are two things."""
    visit = tried(a_row("outreach.requested", request_id="7"))
    question = tried(a_row("benefit_effect.requested", request_id="7"))
    assert visit["events"][0]["request_id"] != question["events"][0]["request_id"]


def test_a_partner_that_the_chain_does_not_know_is_refused() -> None:
    """A slip in its name would tell nobody, and nobody would know."""

    def resolve(ref: OrganisationRef, role: Role | None) -> Party:
        return Party(f"unknown:{ref.value}" if ref.scheme == "partner" else f"{ref.scheme}:{ref.value}", role)

    sender = Sender("opstap", Role.JOB, resolve)
    assert told(tried(a_row("outreach.requested"), sender=sender)) == [("worker", "partner_unknown")]
    assert told(tried(a_row("return_right.registered", return_ref="linde:W-1"), sender=sender)) == [
        ("return_ref", "partner_unknown")
    ]
    elsewhere = tried(a_row("outreach.requested", worker="kvk:90000105"), sender=sender)
    assert elsewhere["events"][0]["worker"] == "kvk:90000105"


def test_a_withdrawal_by_key_tells_whom_the_consent_named() -> None:
    """And the consent stays withdrawn; a new one takes a new key."""
    memory: Memory = {}
    given = a_row("consent.granted", recipients=["opstap/JOB", "kvk:90000105"])
    assert tried(given, memory)["outcome"] == "accepted"
    gone = tried({"type": "consent.withdrawn", "record": "A-1", "bsn": BSN}, memory)
    recipients = [{"party": "opstap", "role": "JOB"}, {"party": "kvk:90000105", "role": None}]
    assert gone["events"][0]["recipients"] == recipients
    assert gone["registry"][0]["withdrawn_at"] is not None
    assert gone["registry"][0]["id"] == gone["events"][0]["consent_id"]
    assert told(tried(given, memory)) == [("record", "withdrawn_before")]


def test_an_objection_that_is_lifted_names_nobody() -> None:
    """Whom it named would learn that there was one; the registry keeps what it was, whatever its end names."""
    for recipients in ({}, {"recipients": ["opstap"]}):
        memory: Memory = {}
        tried(a_row("consent.granted", effect="deny", recipients=["opstap/JOB"]), memory)
        lifted = tried({"type": "consent.withdrawn", "record": "A-1", "bsn": BSN} | recipients, memory)
        assert [event["recipients"] for event in lifted["events"]] == [[]]
        (record,) = lifted["registry"]
        assert (record["effect"], record["withdrawn_at"] is not None) == ("deny", True)
        assert [each["party"] for each in record["recipients"]] == ["opstap"]


def test_what_was_given_stays_on_record_though_its_withdrawal_names_somebody() -> None:
    """The proof outlives the consent (AVG 7(1))."""
    memory: Memory = {}
    given = tried(a_row("consent.granted", recipients=["opstap/JOB"]), memory)["registry"][0]
    row = {"type": "consent.withdrawn", "record": "A-1", "bsn": BSN, "recipients": ["opstap"]}
    (gone,) = tried(row, memory)["registry"]
    kept = ("effect", "purposes", "categories", "form", "granted_at", "text_version")
    assert {name: gone[name] for name in kept} == {name: given[name] for name in kept}


def test_a_consent_that_another_replaces_ends_with_it() -> None:
    """In one row, and so in one transaction."""
    memory: Memory = {}
    first = tried(a_row("consent.granted", "C-1"), memory)
    second = tried(a_row("consent.granted", "C-2", supersedes="C-1"), memory)
    assert [record["superseded_at"] is not None for record in second["registry"]] == [False, True]
    assert second["registry"][1]["id"] == first["registry"][0]["id"]
    assert [event["type"] for event in second["events"]] == ["nl.schakel.consent.granted.v1"]
    assert told(tried(a_row("consent.granted", "C-1", form="verbal"), memory)) == [("record", "withdrawn_before")]
    assert told(tried(a_row("consent.granted", "C-9", supersedes="C-8"), memory)) == [("record", "consent_unknown")]


def test_a_consent_that_was_replaced_is_not_withdrawn_by_its_old_key() -> None:
    """The one in its place goes on, and whoever stands at the counter hears that; by its own key it ends."""
    memory: Memory = {}
    tried(a_row("consent.granted", "C-1"), memory)
    tried(a_row("consent.granted", "C-2", supersedes="C-1"), memory)
    gone = {"type": "consent.withdrawn", "bsn": BSN}
    for _ in range(2):
        assert told(tried(gone | {"record": "C-1"}, memory)) == [("record", "superseded")]
    assert told(tried(gone | {"record": "C-1", "recipients": ["opstap"]}, memory)) == [("record", "superseded")]
    assert tried(gone | {"record": "C-2"}, memory)["registry"][0]["withdrawn_at"] is not None


def test_an_involvement_ends_by_its_key() -> None:
    """Whosever it is; and one that ended does not come back under its key."""
    memory: Memory = {}
    begun = a_row("case_relation.started", party="opstap", role="JOB")
    tried(begun, memory)
    ended = tried({"type": "case_relation.ended", "record": "A-1", "bsn": BSN}, memory)
    assert (ended["events"][0]["party"], ended["registry"][0]["ended"]) == ("opstap", True)
    assert told(tried(begun, memory)) == [("record", "ended_before")]


def test_an_end_that_is_told_ahead_ends_nothing_yet() -> None:
    """The registry keeps the last day."""
    memory: Memory = {}
    tried(a_row("case_relation.started"), memory)
    last = (RECEIVED_AT + timedelta(days=30)).date().isoformat()
    ended = tried({"type": "case_relation.ended", "record": "A-1", "bsn": BSN, "valid_until": last}, memory)
    assert (ended["registry"][0]["ended"], ended["registry"][0]["valid_until"]) == (False, last)


def test_an_emergency_that_was_closed_stays_closed() -> None:
    """A file that is sent again does not open it."""
    memory: Memory = {}
    row = a_row("break_glass.used")
    assert len(tried(row, memory)["events"]) == 1
    closed = tried(row | {"closed_at": "2026-01-01T01:00:00+01:00"}, memory)
    assert (closed["events"], closed["registry"][0]["closed_at"] is not None) == ([], True)
    assert told(tried(row, memory)) == [("record", "ended_before")]


def test_whoever_answers_an_objection_answers_for_itself() -> None:
    """The part of the other party that it was addressed to goes on waiting."""
    citizen, coach = in_role("portaal", Role.CIT), in_role("opstap", Role.JOB)
    objection = a_row("subject_right.exercised", request_id="B-1", right="objection", status="received")
    asked = tried(objection | {"addressees": ["opstap", "inkomen"]}, sender=citizen)
    answer = objection | {"request_id": "portaal:B-1", "status": "refused"}
    answered = tried(answer, sender=coach)
    waiting = {record["recipients"][0]: record["id"] for record in asked["registry"]}
    (mine,) = answered["registry"]
    assert (mine["id"], mine["recipients"], mine["upheld"]) == (waiting["opstap"], ["opstap"], False)
    assert waiting["inkomen"] != mine["id"]


def test_a_statutory_request_opens_one_category_for_who_asks() -> None:
    """In the sender's own role; the answer goes by the same number."""
    sender = in_role("inkomen", Role.INC)
    asked = tried(a_row("statutory_request.received", request_id="V-1", question="delivered_hours"), sender=sender)
    (request,) = asked["registry"]
    assert (request["party"], request["categories"]) == ("inkomen", ["attendance"])
    assert request["provider"] == asked["events"][0]["addressee"]
    assert request["id"] == asked["events"][0]["request_id"]
    assert asked["events"][0]["requester_role"] == "INC"


@pytest.mark.parametrize(("answer", "closes"), [("answered", True), ("refused", True), ("partly_answered", False)])
def test_an_answer_closes_what_was_asked_once(answer: str, closes: bool) -> None:  # noqa: FBT001 - a table's column
    """By the number of who asked; what was answered in part is still open."""
    asker = in_role("inkomen", Role.INC)
    asked = tried(a_row("statutory_request.received", request_id="V-1"), sender=asker)
    row = a_row(
        "statutory_request.answered", request_id="inkomen:V-1", requester="inkomen", answer=answer, on="2026-01-20"
    )
    told = tried(row, sender=in_role("opstap", Role.REI))
    found = [(each["request_id"], each["answered_on"], each["asserted_by"]) for each in told["registry"]]
    assert found == ([(asked["registry"][0]["id"], "2026-01-20", "opstap")] if closes else [])
    assert told["events"][0]["request_id"] == asked["registry"][0]["id"]


@pytest.mark.parametrize(
    ("kind", "values", "error"),
    [
        (
            "trial_placement.started",
            {"permitted_on": "2026-01-01", "start": "2026-01-01", "planned_end": "2026-03-02"},
            "planned_end",
        ),
        ("trial_placement.started", {"start": "2026-01-01", "permitted_on": "2026-01-02"}, "start"),
        ("trial_placement.extended", {"start": "2025-08-01", "planned_end": "2026-02-02"}, "planned_end"),
        ("activation_step.changed", {"from_step": 3, "to_step": 3}, "to_step"),
        ("activation_step.changed", {"from_step": 3, "to_step": 2, "direction": "up"}, "direction"),
        ("statutory_request.received", {"due": "2026-01-30"}, "due"),
        ("statutory_request.received", {"standing": True}, "valid_until"),
        ("break_glass.used", {"until": "2026-01-02T01:00:01+01:00"}, "until"),
        ("youth_transition.due", {"milestone": "eighteen"}, "milestone"),
        ("trajectory.status_changed", {"status": "ended"}, "end"),
        ("placement.ended", {"start": "2026-02-01", "end": "2026-01-31"}, "end"),
        ("consent.granted", {"recipients": []}, "recipients"),
        ("consent.withdrawn", {"consent_id": ID, "recipients": ["jobcoach-opstap"]}, "recipients"),
        ("representation.changed", {"kind": "subject"}, "kind"),
        ("day_activity.resumed", {"restart": None}, "restart"),
    ],
)
def test_what_can_not_be_is_refused(kind: str, values: dict[str, Any], error: str) -> None:
    """By the field that is wrong."""
    assert [field for field, _ in told(tried(a_row(kind, **values)))] == [error]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("trial_placement.started", {"permitted_on": "2026-01-01", "start": "2026-01-01", "planned_end": "2026-03-01"}),
        ("trial_placement.extended", {"start": "2025-08-01", "planned_end": "2026-02-01"}),
        ("statutory_request.received", {"due": "2026-01-29"}),
        ("break_glass.used", {"until": "2026-01-02T01:00:00+01:00"}),
    ],
)
def test_the_longest_that_may_be_is_taken(kind: str, values: dict[str, Any]) -> None:
    """To the day, and to the second."""
    assert tried(a_row(kind, **values))["outcome"] == "accepted"


def test_months_end_where_the_month_does() -> None:
    """The last day of a shorter month, and never past the calendar."""
    day = datetime(2025, 12, 31, tzinfo=UTC).date()
    assert months_after(day, 2).isoformat() == "2026-02-28"
    assert months_after(day.replace(year=9999), 2).isoformat() == "9999-12-31"


def test_a_person_without_a_bsn_is_known_by_handle_or_number() -> None:
    """A handle as it is, a number of another system as it is, and any other as a client number."""
    for client, number in (("h1.abc", "h1.abc"), ("https://epd|7", "https://epd|7"), ("C-7", "client|C-7")):
        row = a_row("attendance.exception", bsn=None, client=client)
        (translation,) = CHAIN_RECORD.translate(json.dumps(row).encode())
        assert translation.subject.own_numbers == (number,)


def test_all_that_may_be_asked_by_law_can_be_asked() -> None:
    """A way on request that no question opens would stay closed for ever."""
    policy = load_policy()
    on_request = {code for code, basis in policy.bases.items() if basis.kind is BasisKind.ON_REQUEST and basis.enabled}
    rows = [row for row in policy.rows.values() if on_request.intersection(row.basis)]
    assert {BY_SHORT_TYPE[row.event].category for row in rows} == set(OPENS.values())
    assert set(OPENS) == set(StatutoryQuestion)
