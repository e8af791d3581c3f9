"""The tables are read strictly: each mistake stops the start and names file, row and rule."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.unit.policy.added_row import ROW

from schakel_contracts.codes import Category, Purpose, Reason, Remedy, Role
from schakel_contracts.policy import Policy, PolicyError, load_policy
from schakel_contracts.policy.texts import texts

Edit = Callable[[str, str, str], None]


def added(tables: Path, **changes: str) -> None:
    """Add one row in a table of its own; a change replaces, or adds, a line of it."""
    lines = dict(line.split(" = ", 1) for line in ROW.strip().splitlines()[1:])
    lines |= {"asserted": "false"} | changes if "event" in changes else changes
    text = "\n".join(f"{key} = {value}" for key, value in lines.items())
    (tables / "flows" / "zz_added.toml").write_text("[[row]]\n" + text, "utf-8")


def refused(tables: Path) -> PolicyError:
    """Load tables that must be refused."""
    with pytest.raises(PolicyError) as caught:
        load_policy(tables)
    return caught.value


def test_shipped_tables_load() -> None:
    """Schakel's own tables are right, have a version, and say that nobody has signed them."""
    policy = load_policy()
    assert policy.version == policy.header.version
    assert not policy.signed
    assert len(policy.digest) == 64
    assert {row.event for row in policy.rows.values()} == {key[0] for key in policy.cells} - {
        key[0] for key in policy.cells if key[0].startswith("nl.")
    }


def test_whatever_a_row_is_for_or_not_for_is_described() -> None:
    """Every purpose, and every use that a row prohibits, has a text that a reader can be shown."""
    policy = load_policy()
    assert set(policy.purposes) == set(Purpose)
    uses = {row.prohibited_use for row in policy.rows.values() if row.prohibited_use}
    assert uses <= set(policy.prohibited)
    assert all(policy.prohibited.values())


def test_added_row_opens_a_way(tables: Path) -> None:
    """A row that breaks nothing is taken, and changes the digest."""
    added(tables)
    policy = load_policy(tables)
    assert policy.files["TEST-ROW"] == "flows/zz_added.toml"
    assert ("support_level.changed", Role.GGZ, Role.REI) in policy.cells
    assert policy.digest != load_policy().digest


def test_signed_tables_say_so(tables: Path) -> None:
    """A reference and a date make tables signed."""
    path = tables / "policy.toml"
    text = path.read_text("utf-8").replace('reference = ""', 'reference = "FG-1"\non = 2026-11-20')
    path.write_text(text, "utf-8")
    assert load_policy(tables).signed


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"recipient_roles": '["JOB"]'}, "overlap"),
        ({"id": '"F8-JOB"'}, "unique"),
        ({"event": '"support_level.guessed"'}, "contract"),
        ({"fields": '["direction", "cause"]'}, "contract"),
        ({"fields": '["effective"]'}, "contract"),
        ({"basis": '["D"]'}, "basis"),
        ({"basis": '["WAMS"]'}, "basis"),
        ({"purpose": '"enforcement"'}, "enum"),
        ({"recipient_roles": '["BANK"]'}, "enum"),
        ({"colour": '"red"'}, "extra_forbidden"),
        ({"time_class": '"soon"'}, "string_pattern_mismatch"),
        ({"sooner": '{ crisis = "T4h" }'}, "contract"),
        ({"sooner": '{ panic = "T4h" }'}, "extra_forbidden"),
        ({"prohibited_use": '"marketing"'}, "R20"),
        ({"basis": '["S:CONTRACT"]'}, "R4"),
        ({"recipient_roles": '["YTH"]'}, "R12"),
        ({"recipient_roles": '["YTH"]', "basis": '["CW"]'}, "R12"),
        ({"basis": '["A"]'}, "R1"),
        ({"relation_required": "false"}, "R3"),
        ({"recipient_roles": '["SCH"]'}, "R14"),
        ({"recipient_roles": '["SCH"]', "mask": '["source"]'}, "R14"),
        (
            {
                "event": '"placement.started"',
                "source_roles": '["KEY"]',
                "recipient_roles": '["SCH"]',
                "fields": '["placement_ref", "kind"]',
            },
            "R14",
        ),
        ({"mask": '["type"]'}, "R14"),
        ({"view": '"support_trajectory.changed"', "fields": '["until"]'}, "R14"),
        ({"view": '"placement.started"', "mask": '["type"]'}, "contract"),
        (
            {
                "recipient_roles": '["SCH"]',
                "view": '"support_trajectory.changed"',
                "fields": '["until"]',
                "mask": '["source", "type"]',
            },
            "never",
        ),
        (
            {
                "event": '"benefit_status.changed"',
                "source_roles": '["UWV"]',
                "recipient_roles": '["TRN"]',
                "fields": '["benefit_kind", "status"]',
            },
            "R5",
        ),
        (
            {
                "event": '"placement.started"',
                "source_roles": '["INC"]',
                "recipient_roles": '["WMO"]',
                "fields": '["placement_ref", "kind"]',
                "basis": '["S:PW67a"]',
            },
            "R8",
        ),
        (
            {
                "event": '"placement.started"',
                "source_roles": '["DEB"]',
                "recipient_roles": '["JOB"]',
                "fields": '["placement_ref", "kind", "employer"]',
            },
            None,
        ),
        (
            {
                "event": '"placement.started"',
                "source_roles": '["DEB"]',
                "recipient_roles": '["GGZ"]',
                "fields": '["placement_ref", "kind", "employer"]',
            },
            "never",
        ),
    ],
    ids=str,
)
def test_row_that_breaks_a_rule_stops_the_start(changes: dict[str, str], rule: str | None, tables: Path) -> None:
    """The error names the table, the row and the rule."""
    added(tables, **changes)
    if rule is None:
        assert "TEST-ROW" in load_policy(tables).rows
        return
    error = refused(tables)
    assert error.rule == rule
    assert error.file == "flows/zz_added.toml"
    assert error.row in {"TEST-ROW", "F8-JOB"}
    assert f"{error.file}: {error.row}: {error.rule}: " in str(error)


def test_missing_and_unknown_tables_stop_the_start(tables: Path) -> None:
    """A table that is not there, or that nobody knows, is a mistake too."""
    (tables / "spare.toml").write_text("", "utf-8")
    assert refused(tables).file == "spare.toml"
    (tables / "spare.toml").unlink()
    (tables / "roles.toml").unlink()
    assert (refused(tables).file, refused(tables).rule) == ("roles.toml", "present")


def test_masked_sender_may_not_hear_of_everybody(tables: Path) -> None:
    """R14: a row that would name care parties to an employer is refused."""
    path = tables / "flows" / "delivery.toml"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("about_roles")]
    path.write_text("\n".join(kept), "utf-8")
    assert refused(tables).rule == "R14"


def test_region_may_only_tighten(policy: Policy) -> None:
    """Without a purpose its rows are gone; what is about the exchange itself stays."""
    narrow = policy.limited_to({Purpose.BENEFIT_CONTINUITY})
    assert {row.purpose for row in narrow.rows.values()} > {Purpose.BENEFIT_CONTINUITY}
    assert ("support_level.changed", Role.GGZ, Role.JOB) not in narrow.cells
    assert ("consent.withdrawn", Role.GGZ, Role.JOB) in narrow.cells
    assert all(
        set(cell.purposes) <= {Purpose.BENEFIT_CONTINUITY}
        for cell in narrow.cells.values()
        if cell.category is not Category.ACCOUNTABILITY
    )
    assert narrow.cells.keys() < policy.cells.keys()


def test_every_code_has_a_sentence(policy: Policy) -> None:
    """Whatever a ruling says can be explained in Dutch, rules included."""
    found = texts()
    assert set(found.reason) == set(Reason)
    assert set(found.remedy) == set(Remedy)
    named = {rule for cell in policy.cells.values() for ruling in cell.denials.values() for rule in ruling.rules}
    named |= {rule for cell in policy.cells.values() for attempt in cell.attempts for rule in attempt.granted.rules}
    assert named <= set(found.rule)
    for sentence in [
        *found.outcome.values(),
        *found.reason.values(),
        *found.remedy.values(),
        *found.rule.values(),
    ]:
        assert sentence.endswith(".")


def test_articles_are_cited_for_every_way(policy: Policy) -> None:
    """Each open way cites its articles; from a source with medical confidentiality also that one."""
    for (_, source, _), cell in policy.cells.items():
        assert cell.articles
        by_consent = any(attempt.by_consent for attempt in cell.attempts)
        assert ("art. 7:457 lid 1 BW" in cell.articles) == (by_consent and source in {Role.GGZ, Role.ADD})


@pytest.mark.parametrize(
    ("today", "rule"),
    [
        (date(2026, 10, 31), "valid_from"),
        (date(2026, 11, 1), None),
        (date(2027, 6, 30), None),
        (date(2027, 7, 1), "valid_until"),
    ],
)
def test_tables_are_in_force_between_their_days(today: date, rule: str | None, tables: Path) -> None:
    """First and last day included; outside them nothing starts."""
    path = tables / "policy.toml"
    text = path.read_text("utf-8").replace(
        "valid_from = 2026-11-01", "valid_from = 2026-11-01\nvalid_until = 2027-06-30"
    )
    path.write_text(text, "utf-8")
    policy = load_policy(tables)
    if rule is None:
        assert policy.in_force(today) is policy
        return
    with pytest.raises(PolicyError) as caught:
        policy.in_force(today)
    assert (caught.value.file, caught.value.row, caught.value.rule) == ("policy.toml", "header", rule)


def test_tables_without_a_last_day_stay_in_force() -> None:
    """Until others take their place."""
    policy = load_policy()
    assert policy.in_force(date(2099, 1, 1)) is policy


def test_the_text_that_counts_is_that_of_the_header(tables: Path) -> None:
    """R10: each decision has it at hand."""
    path = tables / "policy.toml"
    text = re.sub(r"consent_text_major = \d+", "consent_text_major = 3", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    assert load_policy(tables).consent_text_major == 3
