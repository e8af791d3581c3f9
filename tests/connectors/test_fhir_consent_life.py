"""A consent from version to version: given, changed, withdrawn, and never back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.connectors.a_fhir_consent import HL7, OWN, Json
from tests.connectors.a_fhir_consent import a_consent as consent_of
from tests.connectors.a_fhir_consent import a_permission as a_rule

from schakel_connectors.connector import load
from schakel_connectors.rejection import rejected
from schakel_connectors.statement import OrganisationRef, Party, Sender
from schakel_connectors.trial import Memory, Trial, try_record
from schakel_contracts.codes import Role

RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_consent(*rules: Json, **changes: Any) -> Json:
    """A consent of these rules, in an opt-in; a field that is None is left out."""
    inner = list(rules or (a_rule("jobcoach", "support_level"),))
    provision = changes.pop("provision", {"type": "deny", "provision": inner})
    return consent_of(provision, **changes)


def tried(document: Json, memory: Memory, sender: Sender | None = None) -> Trial:
    """What the document leads to, after what came before."""
    return try_record(load("fhir_consent"), json.dumps(document).encode(), sender, (), RECEIVED, memory)


def said(trial: Trial) -> list[str]:
    """The events, in one word each."""
    return [event["type"].split(".")[3] for event in trial["events"]]


def test_withdrawal_ends_it_at_once_and_tells_whom_it_named() -> None:
    """The record stays, with the moment; a repeat says nothing new."""
    memory: Memory = {}
    given = tried(a_consent(), memory)
    ended = tried(a_consent(status="inactive", meta={"lastUpdated": "2026-02-28T10:00:00Z"}), memory)
    again = tried(a_consent(status="inactive", meta={"lastUpdated": "2026-02-28T11:00:00Z"}), memory)

    assert [said(given), said(ended), said(again)] == [["granted"], ["withdrawn"], []]
    assert ended["registry"][0]["withdrawn_at"] == "2026-02-28T10:00:00Z"
    assert ended["registry"][0]["id"] == given["registry"][0]["id"]
    assert ended["events"][0]["recipients"] == [{"party": "jobcoach", "role": "JOB"}]


@pytest.mark.parametrize("status", ["inactive", "entered-in-error", "rejected"])
def test_every_status_that_ends_a_consent_ends_it(status: str) -> None:
    """Also a mistake, and a refusal after all."""
    memory: Memory = {}
    tried(a_consent(), memory)
    assert said(tried(a_consent(status=status), memory)) == ["withdrawn"]


@pytest.mark.parametrize(
    "changes",
    [
        {"provision": None},
        {"provision": {"type": "permit", "securityLabel": [{}]}},
        {"dateTime": None},
        {"performer": [{"reference": "RelatedPerson/1"}]},
        {"provision": {"type": "permit", "class": [{"system": f"{OWN}/category", "code": "onbekend"}]}},
    ],
    ids=["no_rules", "label", "no_date", "no_grantor", "unknown_category"],
)
def test_withdrawal_holds_whatever_else_is_wrong(changes: Json) -> None:
    """Withdrawing is as easy as giving (AVG 7(3))."""
    memory: Memory = {}
    tried(a_consent(), memory)
    ended = tried(a_consent(**({"status": "inactive"} | changes)), memory)

    assert said(ended) == ["withdrawn"]
    assert ended["registry"][0]["withdrawn_at"] == "2026-03-01T12:00:00Z"


def test_withdrawal_holds_when_the_chain_no_longer_knows_the_recipient() -> None:
    """It loses the permission, and hears so under the name by which it was told of it."""
    memory: Memory = {}
    tried(a_consent(), memory)

    def resolve(ref: OrganisationRef, role: Role | None) -> Party:
        if ref.scheme == "self":
            return Party("example", role)
        raise rejected("organisation", "names_several_partners")

    ended = tried(a_consent(status="inactive"), memory, Sender("example", Role.GGZ, resolve))
    assert said(ended) == ["withdrawn"]
    assert ended["events"][0]["recipients"] == [{"party": "jobcoach", "role": "JOB"}]


def test_clock_that_runs_ahead_does_not_postpone_a_withdrawal() -> None:
    """It holds from the moment that it was received, at the latest."""
    memory: Memory = {}
    tried(a_consent(), memory)
    ended = tried(a_consent(status="inactive", meta={"lastUpdated": "2026-04-01T00:00:00Z"}), memory)
    assert ended["events"][0]["effective"] == "2026-03-01T12:00:00Z"


def test_withdrawal_counts_even_if_what_it_withdraws_says_it_is_newer() -> None:
    """A clock that runs behind must not keep a permission alive."""
    memory: Memory = {}
    tried(a_consent(meta={"lastUpdated": "2026-02-02T00:00:00Z"}), memory)
    assert said(tried(a_consent(status="inactive", meta={"lastUpdated": "2026-02-01T00:00:00Z"}), memory)) == [
        "withdrawn"
    ]


@pytest.mark.parametrize("given_first", [True, False])
def test_withdrawn_is_for_good(given_first: bool) -> None:  # noqa: FBT001 - a case
    """A late copy does not bring it back, in whichever order they come; a new permission takes a new consent."""
    memory: Memory = {}
    if given_first:
        tried(a_consent(), memory)
    tried(a_consent(status="inactive"), memory)
    back = tried(a_consent(dateTime="2026-03-01"), memory)

    assert back["errors"] == [{"field": "Consent.status", "rule": "withdrawn_before"}]
    assert said(tried(a_consent(id="c2", dateTime="2026-03-01"), memory)) == ["granted"]


def test_part_that_is_gone_from_a_new_version_ends() -> None:
    """The person permits less than before; the part may come back in a later version, since the consent holds."""
    coach, school = a_rule("jobcoach", "support_level"), a_rule("school", "housing")
    memory: Memory = {}
    both = tried(a_consent(coach, school), memory)
    one = tried(a_consent(coach), memory)
    again = tried(a_consent(coach, school), memory)

    assert said(both) == ["granted", "granted"]
    holding = {record["id"]: record for trial in (both, one) for record in trial["registry"]}
    permitted = [r["recipients"][0]["party"] for r in holding.values() if r["withdrawn_at"] is None]
    assert permitted == ["jobcoach"]
    assert "granted" in said(again)


def test_consent_that_no_longer_speaks_of_the_hub_ends_what_it_permitted() -> None:
    """A version without effect has an effect on what was there."""
    memory: Memory = {}
    tried(a_consent(), memory)
    research = {"type": "permit", "purpose": [{"system": f"{HL7}/v3-ActReason", "code": "HRESCH"}]}
    assert said(tried(a_consent(provision=research), memory)) == ["withdrawn"]


def test_refused_version_leaves_the_last_one_in_force() -> None:
    """Nothing of a record that is refused counts; the partner is told which field to mend."""
    memory: Memory = {}
    tried(a_consent(), memory)
    before = dict(memory)
    assert tried(a_consent(status="half"), memory)["outcome"] == "rejected"
    assert memory == before


def an_objection(**changes: Any) -> Json:
    """An objection to one partner knowing one category; a field that is None is left out."""
    rule = a_rule("jobcoach", "support_level") | {"type": "deny"} | changes
    return {name: value for name, value in rule.items() if value is not None}


@pytest.mark.parametrize("before", [an_objection(), a_rule("jobcoach", "support_level")], ids=["deny", "permit"])
@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_draft_takes_nothing_back(before: Json, status: str) -> None:
    """It is not said yet; and a later withdrawal still counts."""
    memory: Memory = {}
    tried(a_consent(provision=before), memory)
    kept = dict(memory)
    draft = tried(a_consent(provision=before, status=status), memory)

    assert (draft["events"], draft["registry"], memory) == ([], [], kept)
    assert said(tried(a_consent(provision=before, status="inactive"), memory)) == ["withdrawn"]


@pytest.mark.parametrize(
    "changes",
    [
        {"provision": None},
        {"provision": {}},
        {"scope": {"coding": [{"system": f"{HL7}/consentscope", "code": "treatment"}]}},
        {"scope": {}},
        {"scope": {"coding": [{"code": "patient-privacy"}]}},
        {"scope": {"coding": [{"system": f"{HL7}/consent-scope", "code": "patient-privacy"}]}},
        {"provision": an_objection(purpose=[{"system": f"{OWN}/purposes", "code": "job_coaching"}])},
        {"provision": an_objection(purpose=[{"system": OWN.upper(), "code": "job_coaching"}])},
        {"provision": an_objection(purpose=[{"code": "job_coaching"}])},
        {"provision": an_objection(purpose=[{"system": f"{HL7}/v3-ActReason", "code": "HRESCH"}])},
        {"provision": an_objection(type=None)},
        {"provision": {"type": "permit", "purpose": [{"system": f"{HL7}/v3-ActReason", "code": "HRESCH"}]}},
    ],
    ids=range(12),
)
def test_objection_is_not_lifted_by_silence_or_by_a_slip(changes: Json) -> None:
    """An empty version, a code without its system, a name that is misspelt: only a withdrawal lifts it."""
    memory: Memory = {}
    tried(a_consent(provision=an_objection()), memory)
    after = tried(a_consent(**changes), memory)

    assert (after["events"], after["registry"]) == ([], [])
    assert said(tried(a_consent(provision=an_objection(), status="inactive"), memory)) == ["withdrawn"]


def test_objection_that_becomes_a_permission_is_taken_at_its_word() -> None:
    """A version that permits or objects takes the place of the one before it; both ways."""
    memory: Memory = {}
    objecting, permitting = a_consent(provision=an_objection()), a_consent()
    effects = [tried(each, memory)["registry"][0]["effect"] for each in (objecting, permitting, objecting)]
    assert effects == ["deny", "permit", "deny"]


def test_permission_given_in_days_to_come_is_refused_and_an_objection_is_not() -> None:
    """It would last longer than a consent may (R10); a clock may run ahead by a day."""
    late, soon = "2026-03-03", "2026-03-02T10:00:00Z"
    assert tried(a_consent(dateTime=late), {})["errors"] == [{"field": "Consent.dateTime", "rule": "date_in_future"}]
    assert said(tried(a_consent(dateTime=soon), {})) == ["granted"]
    assert said(tried(a_consent(provision=an_objection(), dateTime=late), {})) == ["granted"]
