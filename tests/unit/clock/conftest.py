"""A clock without a broker, on a Monday morning."""

from datetime import datetime

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.tables_format import Hurry
from schakel_services.clock.deliveries import Term
from schakel_services.clock.testing.quiet import QuietClock

ROLES = {
    "ggz": Role.GGZ, "coach": Role.JOB, "day": Role.DAY, "desk": Role.INC, "uwv": Role.UWV, "portal": Role.CIT,
    "key": Role.KEY, "school": Role.SCH, "youth": Role.YTH, "worker": Role.ADD, "boss": Role.EMP,
}  # fmt: skip


TERMS = {
    "r15": Term("T15"),
    "r4": Term("T4h", {Hurry.SECOND_NO_SHOW: "T15"}),
    "r1": Term("T1d", {Hurry.CRISIS: "T4h"}),
}


@pytest.fixture
def clock() -> QuietClock:
    """It is Monday 5 January 2026, nine o'clock."""
    return QuietClock(datetime(2026, 1, 5, 9, tzinfo=AMSTERDAM), ROLES, TERMS)
