"""``schakel policy what-if`` says what the gate decides, of the same facts, and what it assumed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import ConsentEffect, ConsentForm, FreelyGivenCheck, Grantor, Outcome, Purpose, Role
from schakel_contracts.policy import Addressee, EventFacts, PersonRegistry, Policy, Ruling, load_policy
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.registry import AgeRecord, ConsentRecord, Record, RelationRecord, RequestRecord
from schakel_services.cli.policy.answer import answer
from schakel_services.cli.policy.assumptions import ASSUMED
from schakel_services.cli.policy.question import Question, adult_on
from schakel_services.cli.testing.command import schakel
from schakel_services.gate.rules import rulings

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
KEYS = [
    *("outcome", "rules", "basis", "fields", "stripped", "masked", "articles", "remedy"),
    *("reason", "row", "purpose", "view", "prohibited_use", "consent_id"),
    *("event", "source_role", "recipient_role", "at", "policy_version", "assumed", "notes"),
]
SENDER, RECIPIENT = "afzender", "ontvanger"
BENEFIT = ("--event", "benefit_status.changed", "--source-role", "UWV")
TO_INC = ("--event", "support_level.changed", "--source-role", "GGZ", "--recipient-role", "INC")


@cache
def shipped() -> Policy:
    """Return the policy that Schakel ships."""
    return load_policy()


def consent(question_event: str, role: Role, **changes: Any) -> ConsentRecord:
    """Return a consent with everything right, for the recipient."""
    right = {
        "id": UUID(int=1),
        "form": ConsentForm.WRITTEN,
        "freely_given": tuple(FreelyGivenCheck),
        "categories": (BY_SHORT_TYPE[question_event].category,),
        "purposes": tuple(Purpose),
        "recipients": [{"party": RECIPIENT, "role": role}],
        "granted_at": NOW - timedelta(days=30),
        "source": SENDER,
    }
    return ConsentRecord.model_validate(right | changes)


def request(event: str, article: str) -> RequestRecord:
    """Return a request by the recipient."""
    record = {"id": UUID(int=3), "party": RECIPIENT, "article": article, "valid_until": NOW + timedelta(days=30)}
    return RequestRecord.model_validate(record | {"categories": (BY_SHORT_TYPE[event].category,)})


@dataclass(frozen=True)
class Files:
    """Writes records where a command can read them."""

    folder: Path

    def write(self, record: Record) -> Path:
        """Write one record as a registry holds it."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}.json"
        path.write_text(record.model_dump_json(), "utf-8")
        return path


CHANGES: list[dict[str, Any]] = [
    {},
    {"form": ConsentForm.DIGITAL},
    {"form": ConsentForm.VERBAL, "freely_given": ()},
    {"withdrawn_at": NOW - timedelta(days=1)},
    {"superseded_at": NOW - timedelta(days=1)},
    {"valid_until": NOW - timedelta(days=2)},
    {"granted_at": NOW - timedelta(days=400)},
    {"purposes": (Purpose.CARE_COORDINATION,)},
    {"recipients": [{"party": RECIPIENT}]},
    {"source": None},
    {"grantor": Grantor.PARENT},
    {"grantor": Grantor.SUBJECT, "co_grantor": Grantor.PARENT},
    {"grantor": Grantor.PERSONAL_MENTOR},
    {"id": UUID(int=2), "effect": "deny"},
    {"id": UUID(int=2), "effect": "deny", "recipients": [], "categories": (), "purposes": (), "source": None},
]
"""What a person's consents can look like; the first is right for every row."""

PURPOSES = (Purpose.CARE_COORDINATION, Purpose.BENEFIT_CONTINUITY, Purpose.JOB_COACHING, Purpose.SUPPORT_SCALING)
ARTICLES = ("PW64(1)(n)", "PW64(1)(l)", "SUWI54(10)", "SUWI54(8)(b)")


@dataclass(frozen=True)
class Case:
    """One situation, told as options and as the records that a registry would hold."""

    event: str
    source: Role
    recipient: Role
    changes: tuple[dict[str, Any], ...]
    articles: tuple[str, ...]
    relation: bool
    age: int | None
    purpose: Purpose | None
    withhold: tuple[Role, ...] = ()
    asserted: bool = True

    def question(self) -> Question:
        """Return it as the command reads it."""
        return Question(
            event=self.event,
            source=self.source,
            recipient=self.recipient,
            at=NOW,
            purpose=self.purpose,
            consents=tuple(consent(self.event, self.recipient, **change) for change in self.changes),
            requests=tuple(request(self.event, article) for article in self.articles),
            relation=self.relation,
            age=self.age,
            withhold=frozenset(self.withhold),
            asserted=self.asserted,
        )

    def gate(self) -> Ruling | None:
        """Return what the gate rules of the same facts; nothing for a party that it does not even consider.

        For a purpose: where a way is for it at all, with consents that cover it alone.
        """
        asked = self.question()
        policy = shipped()
        cell = policy.cells.get((self.event, self.source, self.recipient))
        if self.purpose is not None and (cell is None or self.purpose not in cell.purposes):
            return None
        event = EventFacts(
            BY_SHORT_TYPE[self.event].type,
            Addressee(SENDER, self.source),
            withhold=frozenset(self.withhold),
            asserted=self.asserted,
            addressed=(RECIPIENT,) if cell and cell.addressed else (),
            own_party=RECIPIENT,
            about_role=next((role for role in Role if cell and role in cell.about_roles), None),
        )
        consents = (self.for_the_purpose(one) for one in asked.consents)
        records: list[Record] = [*(one for one in consents if one is not None), *asked.requests]
        if self.relation:
            named = {"party": RECIPIENT, "role": self.recipient, "asserted_by": SENDER}
            records.append(RelationRecord.model_validate({"id": UUID(int=9)} | named))
        if self.age is not None:
            records.append(AgeRecord(id=UUID(int=8), adult_on=adult_on(self.age, NOW)))
        parties = {RECIPIENT: Addressee(RECIPIENT, self.recipient)}
        found = list(rulings(event, PersonRegistry.from_records(records), parties, policy, NOW))
        return found[0][1] if found else None

    def for_the_purpose(self, one: ConsentRecord) -> ConsentRecord | None:
        """Return a permission that covers the purpose alone, none where it did not cover it; objections stay."""
        if self.purpose is None or one.effect is ConsentEffect.DENY:
            return one
        return one.model_copy(update={"purposes": (self.purpose,)}) if self.purpose in one.purposes else None


def cases() -> st.SearchStrategy[Case]:
    """Return situations around every way that the tables open, and around some that they don't."""
    opened = sorted(key for key in shipped().cells if key[0] in BY_SHORT_TYPE)
    anything = st.tuples(st.sampled_from(sorted(BY_SHORT_TYPE)), st.sampled_from(Role), st.sampled_from(Role))
    return st.builds(
        lambda way, told: Case(*way, **told),
        st.one_of(st.sampled_from(opened), st.sampled_from(opened), anything),
        st.fixed_dictionaries(
            {
                "changes": st.lists(st.sampled_from(CHANGES), max_size=2).map(tuple),
                "articles": st.lists(st.sampled_from(ARTICLES), max_size=2, unique=True).map(tuple),
                "relation": st.sampled_from([True, True, False]),
                "age": st.none() | st.integers(8, 30),
                "purpose": st.sampled_from([None, None, None, *PURPOSES]),
                "withhold": st.sampled_from([(), (), (), (Role.INC,), (Role.JOB, Role.UWV, Role.WMO), tuple(Role)]),
                "asserted": st.sampled_from([True, True, True, False]),
            }
        ),
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(case=cases())
def test_answer_is_what_the_gate_decides(case: Case) -> None:
    """Of the same facts and records, to the last field; who is not considered gets nothing."""
    said, decided = answer(case.question(), shipped()).ruling, case.gate()
    if decided is None:
        assert said.outcome is Outcome.DENY
    else:
        assert said._replace(relation_id=None) == decided._replace(relation_id=None)


def test_cases_reach_every_kind_of_answer() -> None:
    """Comparing denials alone would prove little."""
    shown = {Outcome.DENY: 0, Outcome.REDUCED: 0}
    for event, source, recipient in sorted(key for key in shipped().cells if key[0] in BY_SHORT_TYPE):
        right = Case(event, source, recipient, ({},), ARTICLES, relation=True, age=None, purpose=None)
        said = answer(right.question(), shipped())
        decided = right.gate()
        if source is not recipient or decided is not None:
            assert decided is not None
            assert said.ruling.fields == decided.fields
        shown[said.ruling.outcome] = shown.get(said.ruling.outcome, 0) + 1
        assert set(said.assumed) <= set(ASSUMED)
        assert said.articles or not said.ruling.allowed
    assert shown[Outcome.REDUCED] > 100


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return what writes records as a registry holds them."""
    return Files(tmp_path)


def test_a_consent_as_a_file_opens_the_way(files: Files) -> None:
    """The answer has every key, in the order in which they are documented."""
    good = files.write(consent("support_level.changed", Role.INC))
    line = schakel("policy", "what-if", *TO_INC, "--consent", good, "--at", NOW.isoformat(), "--json").line()
    assert list(line) == KEYS
    assert (line["outcome"], line["row"], line["basis"]) == ("reduced", "F8-INC", ["CX"])
    assert line["fields"] == ["temporary_adjustment", "until"]
    assert line["masked"] == ["source", "type"]
    assert "art. 7:457 lid 1 BW" in line["articles"]
    assert (line["remedy"], line["reason"], line["consent_id"]) == (None, None, str(UUID(int=1)))
    assert {"relation", "recipient_party", "source_party", "agreements"} <= set(line["assumed"])


@pytest.mark.parametrize(
    ("changes", "rules", "remedy"),
    [
        ({"freely_given": ()}, ["R12"], "complete_freely_given_check"),
        ({"withdrawn_at": NOW}, ["R11"], "none"),
        ({"granted_at": NOW - timedelta(days=400)}, ["R10"], "ask_consent"),
    ],
)
def test_a_consent_that_does_not_do_says_why(
    files: Files, changes: dict[str, Any], rules: list[str], remedy: str
) -> None:
    """A denial is an answer: the exit code is 0, with the rule and what would help."""
    bad = files.write(consent("support_level.changed", Role.INC, **changes))
    said = schakel("policy", "what-if", *TO_INC, "--consent", bad, "--at", NOW.isoformat(), "--json")
    assert said.exit_code == 0
    assert (said.line()["outcome"], said.line()["rules"], said.line()["remedy"]) == ("deny", rules, remedy)


def test_what_is_said_is_not_assumed(files: Files) -> None:
    """A relation that is denied closes the way; one that is told is no assumption."""
    good = files.write(consent("support_level.changed", Role.INC))
    asked = ("policy", "what-if", *TO_INC, "--consent", good, "--at", NOW.isoformat(), "--json", "--relation")
    no, yes = (schakel(*asked, word).line() for word in ("no", "yes"))
    assert (no["outcome"], no["reason"], no["remedy"]) == ("deny", "no_relation", "register_relation")
    assert "relation" not in no["assumed"] + yes["assumed"]
    assert yes["outcome"] == "reduced"


def test_in_a_chain_its_parties_and_purposes_count(files: Files) -> None:
    """A consent that names no party of the chain opens nothing there; an agreement that ended closes all."""
    asked = ("policy", "what-if", *TO_INC, "--chain", TWENTE, "--json", "--consent")
    there = [{"party": "gemeente-esveld-inkomen", "role": "INC"}]
    inside = files.write(consent("support_level.changed", Role.INC, recipients=there, source=None))
    outside = files.write(consent("support_level.changed", Role.INC, source=None))
    now, late = ("--at", NOW.isoformat()), ("--at", "2040-01-01")
    assert schakel(*asked, outside, *now).line()["reason"] == "no_consent"
    assert schakel(*asked, inside, *late).line()["reason"] == "agreement_expired"
    open_now = schakel(*asked, inside, *now).line()
    assert open_now["outcome"] == "reduced"
    assert "agreements" not in open_now["assumed"]


def test_a_key_person_gets_no_more_than_the_organisation_behind() -> None:
    """At a municipality's income desk the status of a benefit goes by law; at a care party on written consent only."""
    asked = (
        "policy",
        "what-if",
        "--event",
        "benefit_status.changed",
        "--source-role",
        "UWV",
        "--recipient-role",
        "KEY",
    )
    desk, care, nobody = (
        schakel(*asked, *host, "--json").line() for host in (("--host", "INC"), ("--host", "GGZ"), ("--host", "EMP"))
    )
    assert (desk["outcome"], desk["basis"][0], "R22" in desk["rules"]) == ("permit", "H", True)
    assert "art. 62 lid 1 Wet SUWI" in desk["articles"]
    assert (care["outcome"], care["remedy"]) == ("deny", "ask_written_consent")
    assert (nobody["outcome"], nobody["rules"]) == ("deny", ["R22"])


def test_a_right_that_was_exercised_closes_the_way(tmp_path: Path) -> None:
    """Any other record of the registry counts as the gate counts it."""
    asked = (
        "policy",
        "what-if",
        "--event",
        "benefit_status.changed",
        "--source-role",
        "UWV",
        "--recipient-role",
        "INC",
    )
    record = {"kind": "restriction", "id": str(UUID(int=4)), "right": "objection", "begun_at": "2020-01-01T00:00:00Z"}
    file = tmp_path / "restriction.json"
    file.write_text(json.dumps(record), "utf-8")
    assert schakel(*asked, "--json").line()["outcome"] != "deny"
    assert schakel(*asked, "--record", file, "--json").line()["reason"] == "right_exercised"


def test_the_answer_for_people_is_dutch(files: Files) -> None:
    """With the sentence of the rule, and what was assumed."""
    good = files.write(consent("support_level.changed", Role.INC))
    said = schakel("policy", "what-if", *TO_INC, "--consent", good, "--at", NOW.isoformat())
    assert "Gedeeltelijk doorgegeven" in said.out
    assert "overweging 43 AVG" in said.out
    assert ASSUMED["relation"] in said.out


@settings(max_examples=300, deadline=None)
@given(age=st.integers(0, 120), days=st.integers(0, 40_000))
def test_age_gives_a_birthday_that_is_nearly_a_year_ago(age: int, days: int) -> None:
    """Somebody of that age today, who becomes a year older within two days."""
    at = datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
    today, adult = at.astimezone(AMSTERDAM).date(), adult_on(age, at)
    soon = [today + timedelta(days=1), today + timedelta(days=2)]
    assert (adult.month, adult.day) in {(day.month, day.day) for day in soon}
    had_birthday = (today.month, today.day) >= (adult.month, adult.day)
    assert today.year - (adult.year - 18) - (not had_birthday) == age
