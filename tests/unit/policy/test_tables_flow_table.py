"""The flow table, copied by hand: every flow has a way to every recipient that it names, or a reason why not."""

import pytest

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Role
from schakel_contracts.policy import Policy
from schakel_contracts.policy.views import VIEWS

NAMED = {
    "F1": "KEY JOB REI INC UWV CIT",
    "F2": "INC UWV GGZ ADD SHL DAY KEY CIT",
    "F3": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY CIT",
    "F4": "EMP GGZ ADD SHL INC UWV KEY CIT",
    "F5": "KEY REI JOB GGZ ADD SHL DAY CIT",
    "F6": "GGZ ADD SHL DAY REI JOB KEY CIT",
    "F7": "JOB KEY REI GGZ ADD SHL EMP INC UWV CIT",
    "F8": "JOB KEY SHL DAY WMO INC UWV EMP CIT",
    "F9": "JOB KEY SHL DAY WMO CIT",
    "F10": "CIT JOB KEY WMO GGZ",
    "F11": "DAY WMO KEY JOB INC UWV CIT",
    "F12": "WMO KEY JOB GGZ SHL CIT",
    "F13": "INC JOB REI KEY WMO CIT",
    "F14": "INC UWV JOB KEY GGZ ADD SHL DAY WMO SCH CIT",
    "F15": "INC UWV JOB KEY GGZ ADD SHL DAY WMO SCH CIT",
    "F16": "UWV INC JOB KEY EMP GGZ ADD SHL CIT",
    "F17": "JOB KEY EMP UWV INC CIT GGZ ADD SHL",
    "F18": "INC UWV CIT JOB KEY",
    "F19": "INC UWV CIT KEY",
    "F20": "INC UWV JOB REI GGZ ADD SHL DAY WMO KEY CIT",
    "F21": "INC UWV KEY CIT",
    "F22": "DEB KEY WMO CIT",
    "F23": "INC JOB REI UWV KEY GGZ SHL DAY CIT",
    "F24": "JOB REI KEY GGZ SHL DAY INC CIT",
    "F25": "GGZ ADD SHL DAY REI JOB KEY WMO CIT REP",
    "F26": "CIT REP DAY SHL KEY GGZ",
    "F27": "KEY GGZ ADD SHL DAY REI JOB CIT",
    "F28": "GGZ ADD SHL DAY REI JOB KEY INC UWV WMO YTH DEB SCH EMP CIT",
    "F29": "GGZ ADD SHL DAY REI JOB KEY INC UWV WMO YTH DEB SCH EMP CIT",
    "F30": "WMO KEY GGZ ADD DAY JOB TRN INC UWV CIT",
    "F31": "JOB KEY YTH INC UWV CIT",
    "F32": "CIT REP YTH JOB KEY SCH",
    "F33": "TRN DAY EMP CIT",
    "F34": "INC KEY CIT",
    "F35": "JOB REI KEY CIT GGZ ADD",
    "F36": "JOB REI KEY CIT GGZ",
    "F37": "JOB CIT",
    "F38": "JOB KEY CIT",
    "F39": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY CIT",
    "F40": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY CIT",
    "F41": "KEY GGZ ADD SHL DAY REI JOB CIT",
    "F42": "GGZ ADD SHL DAY JOB INC WMO UWV KEY CIT",
    "F43": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY CIT",
    "F44": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY CIT",
    "F45": "GGZ ADD SHL KEY CIT",
    "F46": "GGZ ADD SHL DAY REI JOB EMP INC WMO YTH DEB UWV SCH TRN KEY",
    "F47": "REI JOB EMP INC UWV WMO CIT",
}
NOT_PUSHED = {
    ("F3", "TRN"): "the matrix has no contact for a driver",
    ("F11", "INC"): "hears only that a placement ended, by F15",
    ("F11", "UWV"): "hears only that a placement ended, by F15",
    ("F19", "UWV"): "by its own channel, the wage return",
    ("F31", "INC"): "nothing",
    ("F31", "UWV"): "nothing",
    **{
        ("F44", role.value): "nobody learns of another that it is or was involved; the gate knows it from the registry"
        for role in Role
        if role not in {Role.CIT, Role.REP}
    },
}
ONLY_WHEN_ASKED = {
    ("F7", "INC"),
    ("F7", "UWV"),
    ("F24", "INC"),
    # By the person's own report; a landlord answers when it is asked.
    ("F30", "INC"),
    ("F30", "UWV"),
}
NEVER = [
    ("F5", "INC UWV EMP"),
    ("F20", "EMP SCH"),
    ("F22", "INC UWV EMP SCH"),
    ("F34", "EMP UWV GGZ ADD"),
    ("F31", "INC UWV"),
    ("F11", "INC UWV EMP"),
    ("F37", "INC UWV"),
]
BY_THE_GATE_ALONE = {"consent.registered", "introduction.proposed", "support_trajectory.changed"}


def reached(policy: Policy, flow: str) -> set[str]:
    """Return every role that a row of this flow opens a way to; that an answer is due is no part of the flow itself."""
    return {
        role.value
        for row in policy.rows.values()
        if flow in row.flows and row.event != "answer.due"
        for role in row.recipient_roles
    }


def test_all_flows_are_there() -> None:
    """F1 to F47, each once."""
    assert list(NAMED) == [f"F{number}" for number in range(1, 48)]


@pytest.mark.parametrize("flow", NAMED)
def test_every_named_recipient_has_a_way_or_a_reason(flow: str, policy: Policy) -> None:
    """What the flow table names has a row; what is on purpose not pushed has none."""
    named, not_pushed = set(NAMED[flow].split()), {role for of, role in NOT_PUSHED if of == flow}
    assert reached(policy, flow) >= named - not_pushed
    assert not reached(policy, flow) & not_pushed
    assert not_pushed <= named


@pytest.mark.parametrize(("flow", "roles"), NEVER)
def test_never_means_never(flow: str, roles: str, policy: Policy) -> None:
    """What the last column of the flow table forbids has no row at all."""
    assert not reached(policy, flow) & set(roles.split())


@pytest.mark.parametrize(("flow", "role"), sorted(ONLY_WHEN_ASKED))
def test_some_only_answer(flow: str, role: str, policy: Policy) -> None:
    """S-req: no row that could push of its own accord (R6)."""
    rows = [row for row in policy.rows.values() if flow in row.flows and Role(role) in row.recipient_roles]
    assert rows
    assert all(code.startswith("Sr:") for row in rows for code in row.basis)


def test_every_event_that_is_sent_has_a_row(policy: Policy) -> None:
    """No contract without a way; what the gate makes is a view of another."""
    with_rows = {row.event for row in policy.rows.values()}
    assert set(BY_SHORT_TYPE) - with_rows == BY_THE_GATE_ALONE
    assert {name for _, name in VIEWS} >= BY_THE_GATE_ALONE


def test_every_row_is_of_a_flow(policy: Policy) -> None:
    """Rows that no flow asks for are those of the matrix, of the notice (R16) and of a relation that starts."""
    beside = {row.id for row in policy.rows.values() if not row.flows}
    assert beside == {"R16-CIT", "F44-STARTED-CIT", *(row_id for row_id in policy.rows if row_id.startswith("CP-"))}
    assert {flow for row in policy.rows.values() for flow in row.flows} == set(NAMED)


def test_the_person_hears_everything(policy: Policy) -> None:
    """Of whatever event a way is open to somebody else, one is open to the person, from every source but themselves.

    What was not delivered is for its sender; the person sees it in the record of decisions.
    """
    for event, source, to in policy.cells:
        if (
            event.startswith("nl.")
            or source is Role.CIT
            or to in {Role.CIT, Role.REP}
            or event == "delivery.not_completed"
        ):
            continue
        assert (event, source, Role.CIT) in policy.cells, (event, source, to)


CIT_FIRST = {"sheltered_work.advice_issued", "benefit_status.changed", "reindication.due", "entitlement.outcome"}


def test_the_person_hears_some_things_first(policy: Policy) -> None:
    """F13, F20, F26, F35: the person within a quarter of an hour, everybody else later."""
    for row in policy.rows.values():
        if row.event in CIT_FIRST:
            assert (row.time_class == "T15") is (row.recipient_roles == (Role.CIT,)), row.id


def test_a_crisis_and_a_second_no_show_can_not_wait(policy: Policy) -> None:
    """F7, F22: all that may wait longer than a quarter of an hour waits less then."""
    sooner = {"attendance.exception": {"second_no_show": "T15"}, "debt_worry.signalled": {"crisis": "T4h"}}
    for row in policy.rows.values():
        expected = {} if row.time_class == "T15" else sooner.get(row.event, {})
        assert row.sooner.cases() == expected, row.id


def test_what_the_clock_announces_has_a_date_before_it(policy: Policy) -> None:
    """L-x for what comes before a day."""
    before = {
        "reindication.due": "L-16w",
        "plan_evaluation.due": "L-28d",
        "trial_placement.end_due": "L-21d",
        "trajectory_funding.ending": "L-60d",
        "consent.expiring": "L-60d",
        "youth_transition.due": "L-6m",
        "aftercare.checkpoint_due": "L-7d",
        "return_right.missing": "L-10wd",
        "official_letter.announced": "L-3wd",
        "case_meeting.invited": "L-10d",
    }
    for row in policy.rows.values():
        if row.event in before and row.time_class != "T15":
            assert row.time_class == before[row.event], row.id
        assert row.time_class.startswith("L-") <= (row.event in before), row.id
