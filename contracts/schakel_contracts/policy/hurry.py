"""Cases that can't wait: which event has which, and what a row may say of them."""

from collections.abc import Iterator
from typing import get_args

from schakel_contracts.debt_worry import DebtWorrySignalled
from schakel_contracts.event import Event
from schakel_contracts.policy.masking import Finding
from schakel_contracts.policy.tables_format import FlowRow, Hurry, Soon
from schakel_contracts.retention import AttendanceException

CASES: dict[type[Event], Hurry] = {
    AttendanceException: Hurry.SECOND_NO_SHOW,
    DebtWorrySignalled: Hurry.CRISIS,
}
SOONEST_FIRST: tuple[str, ...] = get_args(Soon)


def hurry_findings(row: FlowRow, contract: type[Event]) -> Iterator[Finding]:
    """Yield what is wrong with the cases of a row: one that its event can't be, or that may wait as long anyway."""
    for case, allowed in row.sooner.cases().items():
        if CASES.get(contract) is not case:
            yield "contract", f"there is no case {case} of {row.event}"
        if row.time_class in SOONEST_FIRST[: SOONEST_FIRST.index(allowed) + 1]:
            yield "time_class", f"{allowed} is no sooner than {row.time_class}"
