"""What is wrong with a row is said in a sentence: who signs tables learns which rule, and for which two roles."""

import tomllib
from typing import Any

import pytest

from schakel_contracts.policy import Policy
from schakel_contracts.policy.checks import findings, role_findings
from schakel_contracts.policy.loading import TABLES, shaped
from schakel_contracts.policy.tables_format import FlowRow, NeverRow, RoleRow

PLAIN = {
    "id": "TEST",
    "event": "support_level.changed",
    "source_roles": ["GGZ"],
    "recipient_roles": ["JOB"],
    "purpose": "support_scaling",
    "basis": ["C"],
    "fields": ["direction"],
    "time_class": "T1d",
    "founded": "judgement",
    "prohibited_use": "enforcement",
    "asserted": True,
}
"""A row that breaks nothing."""
PLACED = {"event": "placement.started", "fields": ["placement_ref", "kind"], "asserted": False}
MEETING = {
    "event": "case_meeting.invited",
    "addressed": "recipients",
    "fields": ["meeting_ref", "at", "place", "agenda"],
    "asserted": False,
}
STATUS = {"event": "benefit_status.changed", "fields": ["benefit_kind", "status"], "asserted": False}
ABSENT = {"event": "attendance.exception", "source_roles": ["DAY"], "fields": ["on", "kind"], "asserted": False}
FAILED = {
    "event": "delivery.not_completed",
    "source_roles": ["INC"],
    "recipient_roles": ["EMP"],
    "basis": ["A"],
    "addressed": "sender",
    "fields": ["event_id", "event_type", "recipient", "recipient_role", "stage", "reason"],
    "asserted": False,
}
UNNAMED = "a view under another name masks the type, one under the same name does not"

WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"event": "support_level.guessed"}, ["contract: there is no event support_level.guessed"]),
    ({"basis": ["C", "D", "E"]}, ["basis: unknown code D"]),
    ({"basis": ["C", "C"]}, ["basis: twice the same"]),
    ({"fields": ["direction", "cause"]}, ["contract: there is no field cause"]),
    ({"fields": ["effective"]}, ["contract: the contract can't do without direction"]),
    ({"mask": ["type"]}, ["R14: a masked type needs a view"]),
    ({"sooner": {"crisis": "T15"}}, ["contract: there is no case crisis of support_level.changed"]),
    (ABSENT | {"sooner": {"crisis": "T15"}}, ["contract: there is no case crisis of attendance.exception"]),
    ({"sooner": {"second_no_show": "T4h"}} | ABSENT, []),
    (ABSENT | {"sooner": {"second_no_show": "T1d"}}, ["time_class: T1d is no sooner than T1d"]),
    (ABSENT | {"sooner": {"second_no_show": "T5d"}}, ["time_class: T5d is no sooner than T1d"]),
    ({"time_class": "L-7d", "sooner": {"second_no_show": "T15"}} | ABSENT, []),
    ({"view": "placement.started"}, ["contract: there is no view placement.started of support_level.changed"]),
    ({"view": "support_trajectory.changed", "fields": ["until"]}, [f"R14: {UNNAMED}"]),
    ({"view": "support_trajectory.changed", "fields": ["until"], "mask": ["type"]}, []),
    (
        {
            "event": "benefit_worry.raised",
            "view": "benefit_worry.raised",
            "mask": ["type"],
            "fields": ["call_wanted", "topic"],
        },
        [f"R14: {UNNAMED}"],
    ),
    (
        {"source_roles": ["JOB"], "basis": ["WAMS"]},
        ["basis: WAMS is not enabled"],
    ),
    # Who stands for it, who else is meant, and what comes last.
    ({"asserted": False}, ["R21: what a human must stand for says so, and nothing else does"]),
    (
        MEETING | {"fields": ["meeting_ref", "at", "place", "agenda", "participants"]},
        ["R9: nobody sees who else is meant: JOB"],
    ),
    (
        MEETING | {"source_roles": ["JOB"], "basis": ["S:CONTRACT"]},
        ["R23: each participant on consent: JOB"],
    ),
    (MEETING | {"addressed": None}, ["R23: participants alone: JOB"]),
    (MEETING | {"addressed": None, "recipient_roles": ["KEY"]}, []),
    ({"recipient_roles": ["GGZ"], "basis": ["V", "C"]}, ["R17: an emergency is the last resort"]),
    ({"recipient_roles": ["GGZ"], "basis": ["C", "V"]}, []),
    ({"recipient_roles": ["GGZ"], "basis": ["C", "V", "CW"]}, ["R17: an emergency is the last resort"]),
    # What a basis may not be for.
    (
        {"basis": ["S:CONTRACT"]},
        ["R4: a duty of the recipient does not lift confidentiality: GGZ to JOB on S:CONTRACT"],
    ),
    (
        PLACED | {"source_roles": ["INC"], "recipient_roles": ["WMO"], "basis": ["S:PW67a"]},
        ["R8: two domains of one municipality share on consent only: INC to WMO on S:PW67a"],
    ),
    ({"recipient_roles": ["YTH"]}, ["R12: a public body needs CX or C:WMO: GGZ to YTH on C"]),
    (
        STATUS | {"source_roles": ["UWV"], "recipient_roles": ["GGZ"]},
        ["R5: the consent must be in writing: UWV to GGZ on C"],
    ),
    (
        STATUS | {"source_roles": ["UWV"], "recipient_roles": ["GGZ"], "basis": ["S:CONTRACT"]},
        ["R5: the Act does not name this recipient: UWV to GGZ on S:CONTRACT"],
    ),
    ({"basis": ["A"]}, ["R1: A is for own data or for what every party must know: GGZ to JOB on A"]),
    (
        {"relation_required": False},
        ["R3: only what is addressed to a party goes without a relation: GGZ to JOB on C"],
    ),
    (
        ABSENT | {"recipient_roles": ["INC"], "basis": ["CX"], "mask": ["source"]},
        [
            "R6: only after it asked: DAY to INC on CX",
            "never: attendance from DAY to INC: on",
            "never: attendance from DAY to INC: kind",
        ],
    ),
    (
        PLACED | {"source_roles": ["JOB"], "recipient_roles": ["INC"], "basis": ["S:SUWI62"], "mask": ["source"]},
        ["R6: the Act says when asked: JOB to INC on S:SUWI62"],
    ),
    ({"source_roles": ["JOB"], "basis": ["H"]}, ["R22: only a key person has a host: JOB to JOB on H"]),
    ({"basis": ["C", "V"]}, ["R17: not in an emergency: GGZ to JOB on V"]),
    (
        PLACED | {"source_roles": ["JOB"], "recipient_roles": ["GGZ"], "basis": ["C", "V"]},
        ["R17: not in an emergency: JOB to GGZ on V"],
    ),
    # What it shows of care, and to what use.
    ({"prohibited_use": None}, ["R20: what comes from care, or tells of it, is never for enforcement: GGZ to JOB"]),
    (
        {"source_roles": ["WMO"], "prohibited_use": None},
        ["R20: what comes from care, or tells of it, is never for enforcement: WMO to JOB"],
    ),
    (
        PLACED | {"prohibited_use": None},
        ["R20: what comes from care, or tells of it, is never for enforcement: GGZ to JOB"],
    ),
    (PLACED | {"source_roles": ["WMO"], "prohibited_use": None}, []),
    (
        {"recipient_roles": ["INC"], "basis": ["CX"], "mask": ["source"]},
        ["R14: the event's name tells of care: GGZ to INC", "never: support_level from GGZ to INC: direction"],
    ),
    (PLACED | {"recipient_roles": ["EMP"]}, ["R14: the sender's name tells of care: GGZ to EMP"]),
    (FAILED, ["R14: it would name parties that tell of care: INC to EMP"]),
    (FAILED | {"about_roles": ["UWV"]}, []),
    (
        {
            "event": "support_level.changed",
            "recipient_roles": ["INC"],
            "basis": ["CX"],
            "mask": ["source"],
            "fields": ["direction", "contact"],
        },
        [
            "R14: the event's name tells of care: GGZ to INC",
            "R14: it may name who tells of care: contact, GGZ to INC",
            "never: support_level from GGZ to INC: direction",
            "never: support_level from GGZ to INC: contact",
        ],
    ),
    (
        PLACED | {"source_roles": ["DEB"], "recipient_roles": ["GGZ"], "fields": ["placement_ref", "kind", "employer"]},
        ["never: placement from DEB to GGZ: employer"],
    ),
    # Each pair is looked at, and all that is wrong is said.
    (
        {"source_roles": ["GGZ", "ADD"], "recipient_roles": ["JOB", "REI"], "prohibited_use": None},
        [
            f"R20: what comes from care, or tells of it, is never for enforcement: {pair}"
            for pair in ("GGZ to JOB", "GGZ to REI", "ADD to JOB", "ADD to REI")
        ],
    ),
]


@pytest.fixture(scope="module")
def never() -> list[NeverRow]:
    """Return what no row may open."""
    entries = tomllib.loads((TABLES / "never.toml").read_text("utf-8"))["never"]
    return [shaped(NeverRow, entry, "never.toml", "-") for entry in entries]


@pytest.mark.parametrize(("changes", "says"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_wrong_with_a_row_is_said(
    changes: dict[str, Any], says: list[str], policy: Policy, never: list[NeverRow]
) -> None:
    """Rule and sentence, and nothing beside what is wrong."""
    row = FlowRow.model_validate(PLAIN | changes)
    found = findings(row, dict(policy.roles), dict(policy.bases), never)
    assert [f"{rule}: {sentence}" for rule, sentence in found] == says


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"bsn_entitled": True}, []),
        ({"pairwise_handle": True}, []),
        ({"own_side": True}, []),
        ({}, [("R19", "who may not process the BSN gets a number of its own")]),
        (
            {"bsn_entitled": True, "pairwise_handle": True},
            [("R18", "who has a number of its own has no use for the BSN")],
        ),
        ({"own_side": True, "public_body": True}, [("R12", "a public body is not the person's own side")]),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_role_is_said(
    changes: dict[str, bool], says: list[tuple[str, str]], policy: Policy
) -> None:
    """A number of its own or the BSN, one of the two; nobody is both public and the person's own."""
    flags = {"bsn_entitled": False, "pairwise_handle": False, "own_side": False, "public_body": False}
    role = RoleRow.model_validate(next(iter(policy.roles.values())).model_dump() | flags | changes)
    assert list(role_findings(role)) == says
