"""Negative control: with any one rule switched off, histories tell the difference at once.

A rule is switched off by hiding from the engine what it looks at, so this knows nothing of how the engine works.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.properties.model import comparing, histories, retrying
from tests.properties.model.histories import Tally, play
from tests.properties.model.world import START

from schakel_contracts.codes import ConsentEffect, ConsentForm, FreelyGivenCheck, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import load_policy, still_holds
from schakel_contracts.policy.recheck import Recheck
from schakel_contracts.registry import (
    ConsentRecord,
    EmergencyRecord,
    Record,
    RelationRecord,
    RepresentationRecord,
    RequestRecord,
)

POLICY = load_policy()
HISTORIES = 3_000
Doctor = Callable[[Any], Any]


def hide(kind: type[Any], **fields: Any) -> Doctor:
    """Return what replaces fields in records of a kind."""
    return lambda record: record.model_copy(update=fields) if isinstance(record, kind) else record


def permits(**fields: Any) -> Doctor:
    """Return what replaces fields in permissions."""
    return lambda r: (
        r.model_copy(update=fields) if isinstance(r, ConsentRecord) and r.effect is ConsentEffect.PERMIT else r
    )


def any_role(record: Record) -> Record:
    """Let a consent name its parties in any role."""
    if not isinstance(record, ConsentRecord):
        return record
    return record.model_copy(update={"recipients": tuple(Recipient(party=r.party) for r in record.recipients)})


def no_objection(record: Record) -> Record:
    """Let objections be withdrawn as soon as they are made."""
    objects = isinstance(record, ConsentRecord) and record.effect is ConsentEffect.DENY
    return record.model_copy(update={"withdrawn_at": START.replace(year=2000)}) if objects else record


BROKEN_RECORDS: dict[str, Doctor] = {
    "R3 relations never end": hide(RelationRecord, ended=False, valid_until=None),
    "R5 any form will do": permits(form=ConsentForm.WRITTEN),
    "R6 requests never end": hide(RequestRecord, valid_until=START.replace(year=2099)),
    "R9 in any role": any_role,
    "R10 no last day": permits(valid_until=None),
    "R10 no twelve months": permits(granted_at=START.replace(year=2026, day=1), valid_from=None),
    "R10 never superseded": permits(superseded_at=None),
    "R10 any text": permits(text_version=None),
    "R10 representation never changes": hide(RepresentationRecord, changed_at=None),
    "R10 who ended goes on": hide(RepresentationRecord, change="changed", valid_until=None, changed_at=None),
    "R11 withdrawal is not heard": permits(withdrawn_at=None),
    "R12 no questions asked": permits(freely_given=tuple(FreelyGivenCheck)),
    "R13 anybody may consent": permits(grantor="subject", co_grantor="parent"),
    "R17 an emergency stays open": hide(EmergencyRecord, closed_at=None),
    "R27 objections are not heard": no_objection,
    "of any source": permits(source=None),
}
BROKEN_KINDS = {"R10 trajectories never end": "trajectory", "R13 everybody is an adult": "age",
                "R27 restrictions are not heard": "restriction", "R28 nobody leaves": "exit"}  # fmt: skip
BROKEN_FACTS: dict[str, Doctor] = {
    "R7 no veto": lambda facts: replace(facts, withhold=frozenset()),
    "R21 a system may guess": lambda facts: replace(facts, asserted=True),
    "R23 addressed to everybody": lambda facts: replace(facts, addressed=("job-9", *everybody())),
    "agreements never end": lambda facts: replace(facts, source=replace(facts.source, agreement_until=None)),
}
BROKEN_PARTIES: dict[str, Doctor] = {
    "R22 a key person works for nobody": lambda party: replace(party, host=None),
    "a recipient's agreement never ends": lambda party: replace(party, agreement_until=None),
}


def everybody() -> list[str]:
    """Return the id of every party that a history may have."""
    return [f"{role.lower()}-{number}" for role in Role for number in (1, 2)]


def is_caught() -> bool:
    """Say whether some history goes wrong."""
    tally = Tally()
    return any(play(seed, POLICY, tally) is not None for seed in range(HISTORIES))


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no record that was doctored be remembered, and lose no time on the smallest history."""
    monkeypatch.setattr(comparing, "_PARSED", {})
    monkeypatch.setattr(histories, "smallest", lambda wrong, _: wrong)


def through(original: Callable[..., Any], doctor: Doctor) -> Callable[..., Any]:
    """Return a function whose result is doctored."""
    return lambda *given: doctor(original(*given))


@pytest.mark.parametrize("rule", BROKEN_RECORDS)
def test_a_rule_about_records_that_is_switched_off_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the registry says is not looked at."""
    monkeypatch.setattr(comparing, "parsed", through(comparing.parsed, BROKEN_RECORDS[rule]))
    assert is_caught()


@pytest.mark.parametrize("rule", BROKEN_KINDS)
def test_a_kind_of_record_that_is_not_read_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of record is not looked at at all."""
    original = comparing.registry
    kept = lambda pile: original([paper for paper in pile if paper["kind"] != BROKEN_KINDS[rule]])  # noqa: E731 - short
    monkeypatch.setattr(histories, "registry", kept)
    assert is_caught()


@pytest.mark.parametrize("rule", BROKEN_FACTS)
def test_a_rule_about_events_that_is_switched_off_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the event is not looked at."""
    monkeypatch.setattr(comparing, "facts", through(comparing.facts, BROKEN_FACTS[rule]))
    assert is_caught()


@pytest.mark.parametrize("rule", BROKEN_PARTIES)
def test_a_rule_about_parties_that_is_switched_off_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the recipient is not looked at."""
    doctored = through(comparing.party, BROKEN_PARTIES[rule])
    monkeypatch.setattr(comparing, "party", doctored)
    monkeypatch.setattr(retrying, "party", doctored)
    assert is_caught()


BROKEN_CHECKS: dict[str, dict[str, Any]] = {
    "R5 and R12 are asked once": {"lacking": frozenset()},
    "R28 who left is told": {"outlives": True},
    "agreements never end": {"owed": True},
}


@pytest.mark.parametrize("rule", BROKEN_CHECKS)
def test_a_second_check_that_asks_less_than_the_gate_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing that the tables ask is not asked again."""

    def asks_less(*given: Any, opening: Any, **known: Any) -> Recheck:
        return still_holds(*given, opening=opening and opening._replace(**BROKEN_CHECKS[rule]), **known)

    monkeypatch.setattr(retrying, "still_holds", asks_less)
    assert is_caught()


def test_a_second_check_that_always_agrees_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided once may not leave for ever."""
    always = Recheck(holds=True)
    monkeypatch.setattr(retrying, "still_holds", lambda *_, **__: always)
    assert is_caught()
