"""A question that can't be meant is wrong usage, never an answer; what is left open is named in the answer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.registry import AgeRecord, ConsentRecord, ExitRecord, Record, RelationRecord, RequestRecord
from schakel_services.cli.testing.command import Said, schakel

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TWENTE = Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"
TO_JOB = ("--event", "support_level.changed", "--source-role", "GGZ", "--recipient-role", "JOB")
TO_KEY = ("--event", "benefit_status.changed", "--source-role", "UWV", "--recipient-role", "KEY")
CONSENT: dict[str, Any] = {
    "id": UUID(int=1),
    "form": ConsentForm.DIGITAL,
    "purposes": (Purpose.JOB_COACHING,),
    "categories": (Category.SUPPORT_LEVEL,),
    "recipients": [{"party": "coach", "role": Role.JOB}],
    "granted_at": NOW - timedelta(days=30),
}


class Asking:
    """Asks about a job coach, with records in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, record: Record) -> Path:
        """Write a record as a registry holds it."""
        path = self._folder / f"{len(list(self._folder.iterdir()))}.json"
        path.write_text(record.model_dump_json(), "utf-8")
        return path

    def consent(self, **changes: Any) -> Path:
        """Write a consent that does."""
        return self.file(ConsentRecord.model_validate(CONSENT | changes))

    def relation(self, **changes: Any) -> Path:
        """Write a relation that runs."""
        runs = {"id": UUID(int=5), "party": "coach", "role": Role.JOB, "asserted_by": "ggz"}
        return self.file(RelationRecord.model_validate(runs | changes))

    def ask(self, *more: object, base: tuple[str, ...] = TO_JOB, at: str = NOW.isoformat()) -> Said:
        """Ask, and get JSON."""
        return schakel("policy", "what-if", *base, "--at", at, *more, "--json")


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """Return who asks."""
    return Asking(tmp_path)


def wrong(said: Said) -> dict[str, Any]:
    """Return the problem of wrong usage, which is one JSON line and an exit code of 2."""
    assert said.exit_code == 2
    line = said.line()
    assert line["ok"] is False
    problem: dict[str, Any] = line["problem"]
    assert problem["says"] in " ".join(said.err.split())
    return problem


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        ("no", {}),
        ("yes", {"ended": True}),
        ("yes", {"valid_until": "2026-11-23"}),
        ("yes", {"valid_from": "2026-11-25"}),
        ("no", {"valid_until": "2026-11-24"}),
        ("yes", {"party": "another", "ended": True}),
    ],
)
def test_a_relation_that_contradicts_its_record_is_wrong_usage(
    asking: Asking, says: str, changes: dict[str, Any]
) -> None:
    """Neither is silently preferred: both options are named."""
    problem = wrong(
        asking.ask("--relation", says, "--record", asking.relation(**changes), "--consent", asking.consent())
    )
    assert (problem["option"], problem["rule"]) == ("--relation, --record", "contradiction")


@pytest.mark.parametrize(
    ("says", "changes", "reason"),
    [
        ("yes", {}, None),
        ("no", {"ended": True}, "no_relation"),
        ("yes", {"role": "GGZ", "party": "ggz"}, None),
        ("no", {"role": "GGZ", "party": "ggz"}, "no_relation"),
    ],
)
def test_a_relation_that_agrees_with_its_record_counts(
    asking: Asking, says: str, changes: dict[str, Any], reason: str | None
) -> None:
    """Also beside a record about a party in another role, of which it says nothing."""
    said = asking.ask("--relation", says, "--record", asking.relation(**changes), "--consent", asking.consent())
    assert (said.exit_code, said.line()["reason"]) == (0, reason)
    assert "relation" not in said.line()["assumed"]


def test_an_age_beside_a_record_of_age_is_wrong_usage(asking: Asking) -> None:
    """Of two birthdays the later would count, and nothing would say so; a record alone is no assumption."""
    age = asking.file(AgeRecord(id=UUID(int=6), adult_on=(NOW - timedelta(days=999)).date()))
    assert wrong(asking.ask("--age", "30", "--record", age))["option"] == "--age, --record"
    assert not {"adult", "birthday"} & set(asking.ask("--record", age).line()["assumed"])


@pytest.mark.parametrize("second", ["--consent", "--record"])
def test_two_records_with_one_id_are_wrong_usage(asking: Asking, second: str) -> None:
    """A registry has one of an id; which of the two counts nobody could say."""
    given, withdrawn = asking.consent(), asking.consent(withdrawn_at=NOW - timedelta(days=1))
    problem = wrong(asking.ask("--consent", given, second, withdrawn))
    assert (problem["option"], problem["file"], problem["rule"]) == (second, str(withdrawn), "id_used_twice")
    assert str(given) in problem["says"]


def test_records_of_two_kinds_may_have_one_id(asking: Asking) -> None:
    """Their keys on the log differ."""
    assert asking.ask("--consent", asking.consent(), "--record", asking.relation(id=UUID(int=1))).exit_code == 0


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("9999-12-31T23:59", "year_out_of_range"),
        ("0050-01-01", "year_out_of_range"),
        ("1899-12-31", "year_out_of_range"),
        ("3000-01-01", "year_out_of_range"),
        ("soon", "no_time"),
    ],
)
def test_a_moment_that_nobody_can_mean_is_wrong_usage(asking: Asking, at: str, rule: str) -> None:
    """With the years that can be asked about."""
    problem = wrong(asking.ask("--age", "120", at=at))
    assert (problem["option"], problem["rule"]) == ("--at", rule)


@pytest.mark.parametrize("at", ["1900-01-01T00:00+14:00", "2999-12-31T23:59-12:00"])
@pytest.mark.parametrize("age", ["0", "120"])
def test_every_age_can_be_asked_at_the_ends(asking: Asking, at: str, age: str) -> None:
    """As far as the years go, in any zone."""
    assert asking.ask("--age", age, at=at).exit_code == 0


@pytest.mark.parametrize(("at", "named"), [("2026-02-01", True), ("2026-11-01", False), ("2026-10-31T23:59", True)])
def test_tables_that_are_not_in_force_then_are_an_assumption(asking: Asking, at: str, *, named: bool) -> None:
    """Without a chain what-if answers about any time; with a chain it is refused, as its gate would not start."""
    assert ("in_force" in asking.ask(at=at).line()["assumed"]) is named
    closed = ("--event", "support_level.changed", "--source-role", "EMP", "--recipient-role", "EMP")
    assert asking.ask(base=closed, at=at).line()["assumed"] == (["in_force"] if named else [])
    assert asking.ask("--chain", TWENTE, at=at).exit_code == (1 if named else 0)


@pytest.mark.parametrize(
    ("base", "more", "option", "rule"),
    [
        (TO_KEY, ("--host", "CIT"), "--host", "host_is_no_organisation"),
        (TO_KEY, ("--host", "KEY"), "--host", "host_is_no_organisation"),
        (TO_KEY, ("--host", "REP"), "--host", "host_is_no_organisation"),
        (TO_JOB, ("--host", "INC"), "--host", "host_is_for_role_KEY"),
        (TO_JOB, ("--represented-by", "subject"), "--represented-by", "no_representative"),
        (("--event", "nl.schakel.support_level.changed.v2", *TO_JOB[2:]), (), "--event", "unknown_event"),
        (("--event", "nl.schakel.support_level.changed", *TO_JOB[2:]), (), "--event", "unknown_event"),
        (("--event", "support_level.changed.v1", *TO_JOB[2:]), (), "--event", "unknown_event"),
        (TO_JOB, ("--relation", "perhaps"), "--relation", "bad_value"),
    ],
)
def test_what_can_not_mean_anything_is_wrong_usage(
    asking: Asking, base: tuple[str, ...], more: tuple[str, ...], option: str, rule: str
) -> None:
    """Rather than an answer that ignores it."""
    problem = wrong(asking.ask(*more, base=base))
    assert (problem["option"], problem["rule"]) == (option, rule)


def test_the_name_on_the_wire_is_a_name_of_the_event(asking: Asking) -> None:
    """With its version."""
    said = asking.ask(base=("--event", "nl.schakel.support_level.changed.v1", *TO_JOB[2:]))
    assert said.line()["event"] == "support_level.changed"


def test_a_key_person_without_a_host_is_an_assumption(asking: Asking) -> None:
    """Nobody stands behind; a chain says itself who does."""
    assert "host" in asking.ask(base=TO_KEY).line()["assumed"]
    assert "host" not in asking.ask("--host", "INC", base=TO_KEY).line()["assumed"]
    assert "host" not in asking.ask().line()["assumed"]
    in_chain = asking.ask("--chain", TWENTE, base=TO_KEY).line()
    assert "host" not in in_chain["assumed"]


def test_in_a_chain_a_host_chooses_among_its_key_persons(asking: Asking) -> None:
    """One that the chain does not have is wrong usage, and never made up."""
    there = asking.ask("--chain", TWENTE, "--host", "INC", base=TO_KEY)
    assert (there.exit_code, there.line()["outcome"]) == (0, "permit")
    assert wrong(asking.ask("--chain", TWENTE, "--host", "EMP", base=TO_KEY))["rule"] == "nobody_there"


def test_what_the_sender_withholds_is_closed(asking: Asking) -> None:
    """For the roles that it names, or whose organisation stands behind (R7); then its veto is no assumption."""
    base = ("--consent", asking.consent())
    told, other = (asking.ask(*base, "--withhold", "INC", "--withhold", role).line() for role in ("JOB", "UWV"))
    assert (told["outcome"], told["reason"], told["rules"]) == ("deny", "sender_veto", ["R7"])
    assert other["outcome"] == "reduced"
    assert "veto" not in told["assumed"] + other["assumed"]
    assert "veto" in asking.ask(*base).line()["assumed"]
    assert asking.ask("--host", "INC", "--withhold", "INC", base=TO_KEY).line()["reason"] == "sender_veto"


def test_what_no_human_stands_for_is_closed(asking: Asking) -> None:
    """Where the row asks for one (R21); elsewhere it makes no difference."""
    said = asking.ask("--consent", asking.consent(), "--not-asserted").line()
    assert (said["outcome"], said["reason"], said["rules"]) == ("deny", "not_asserted", ["R21"])
    assert "asserted" not in said["assumed"]
    assert asking.ask("--host", "INC", "--not-asserted", base=TO_KEY).line()["outcome"] == "permit"


@pytest.mark.parametrize("missing", [["recipients"], ["categories"], ["purposes"], ["recipients", "purposes"]])
def test_a_consent_that_covers_nothing_is_named(asking: Asking, missing: list[str]) -> None:
    """By its id, with what it leaves out; for people in Dutch."""
    file = asking.consent(**dict.fromkeys(missing, ()))
    line = asking.ask("--consent", file).line()
    assert line["reason"] == "no_consent"
    assert line["notes"] == [{"note": "consent_covers_nothing", "record": str(UUID(int=1)), "missing": missing}]
    assert "dekt niets" in schakel("policy", "what-if", *TO_JOB, "--consent", file).out


def test_an_objection_to_everything_needs_no_note(asking: Asking) -> None:
    """Of an objection, nothing named is everything."""
    all_of_it = asking.consent(effect="deny", recipients=(), categories=(), purposes=())
    line = asking.ask("--consent", all_of_it).line()
    assert (line["reason"], line["notes"]) == ("objection", [])


def test_other_records_go_with_any_option(asking: Asking) -> None:
    """Who left the chain is told nothing more, whatever the relation was."""
    left = asking.file(ExitRecord(id=UUID(int=7), since=NOW - timedelta(days=1)))
    said = asking.ask("--relation", "yes", "--record", left, "--consent", asking.consent())
    assert said.line()["reason"] == "left_the_chain"


def test_a_request_of_one_source_is_answered_by_that_source(asking: Asking) -> None:
    """The sender is the party whom the request names, and the answer says that this was assumed."""
    base = ("--event", "support_level.changed", "--source-role", "SHL", "--recipient-role", "WMO")
    request = {"id": UUID(int=3), "party": "desk", "article": "WMO5.2.2", "valid_until": NOW + timedelta(days=30)}
    record = RequestRecord.model_validate(request | {"categories": (Category.SUPPORT_LEVEL,), "provider": "shelter"})
    assert "source_party" in asking.ask("--request", asking.file(record), base=base).line()["assumed"]


def test_parties_that_are_one_are_wrong_usage(asking: Asking) -> None:
    """Nobody sends to itself."""
    problem = wrong(asking.ask("--consent", asking.consent(source="coach")))
    assert problem["rule"] == "nobody_there"
    assert json.dumps(problem).count("coach") == 0


@pytest.mark.parametrize(("to", "named"), [("INC", True), ("CIT", False)])
def test_a_reminder_assumes_that_the_question_may_go_there(asking: Asking, to: str, *, named: bool) -> None:
    """The gate asks that anew; the person always hears."""
    base = ("--event", "answer.due", "--source-role", "JOB", "--recipient-role", to)
    assert ("question" in asking.ask(base=base).line()["assumed"]) is named
