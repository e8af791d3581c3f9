"""Whom a measurement of withdrawals tells of: who is near to it, before and after."""

from datetime import UTC, datetime

from schakel_services.chaos.crowd import AFTER_S, BEFORE_S, Crowd
from schakel_services.chaos.scenario import Plan

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Machine:
    """A clock that is set, and a crowd that goes by it."""

    def __init__(self, withdrawals: int = 40, seed: int = 1) -> None:
        self.now = 100.0
        self.crowd = Crowd(withdrawals, seed, lambda: self.now)
        self.plans = self.crowd.plans()
        self.first = next(self.plans)

    def told(self, seconds: float) -> list[Plan]:
        """Return the next hundred plans, so long after the beginning."""
        self.now = 100.0 + seconds
        return [next(self.plans) for _ in range(100)]


def test_the_seed_decides_the_moments() -> None:
    """They lie within the span, in order, with time before the first of them."""
    moments = [one.at_s for one in Crowd(40, 1, lambda: 0.0).withdrawals]
    assert moments == [one.at_s for one in Crowd(40, 1, lambda: 0.0).withdrawals]
    assert moments != [one.at_s for one in Crowd(40, 2, lambda: 0.0).withdrawals]
    assert moments == sorted(moments)
    assert moments[0] >= BEFORE_S
    assert moments[-1] <= BEFORE_S + Crowd(40, 1, lambda: 0.0).span_s


def test_somebody_is_told_of_from_before_the_withdrawal_until_after_the_answer() -> None:
    """However long the answer takes: an intake that was killed must not find that all has been told already."""
    machine = Machine()
    one = machine.crowd.withdrawals[20]
    assert one.bsn not in {plan.bsn for plan in machine.told(one.at_s - BEFORE_S - 0.001)}
    assert one.bsn in {plan.bsn for plan in machine.told(one.at_s - BEFORE_S)}
    assert one.bsn in {plan.bsn for plan in machine.told(one.at_s + 60)}
    machine.crowd.acknowledge(one, NOW)
    assert one.bsn in {plan.bsn for plan in machine.told(one.at_s + 60 + AFTER_S)}
    assert one.bsn not in {plan.bsn for plan in machine.told(one.at_s + 60 + AFTER_S + 0.001)}


def test_it_ends_when_everybody_has_been_heard() -> None:
    """With a time for each plan that no other has, and a version that differs from the last."""
    machine = Machine(withdrawals=3)
    found = [machine.first, *machine.told(60)]
    for one in machine.crowd.withdrawals:
        machine.crowd.acknowledge(one, NOW)
    machine.now += AFTER_S + 1
    assert list(machine.plans) == []
    assert [plan.at for plan in found] == machine.crowd.sent
    assert len(set(machine.crowd.sent)) == len(found)
    of_one = [plan.body for plan in found if plan.bsn == machine.crowd.withdrawals[0].bsn]
    statuses = [b'"on-hold"' in body for body in of_one]
    assert statuses == [number % 2 == 1 for number in range(len(of_one))]


def test_with_nobody_near_the_next_is_told_of() -> None:
    """The rate is kept, whatever the moments are."""
    machine = Machine(withdrawals=1)
    assert machine.first.bsn == machine.crowd.withdrawals[0].bsn
