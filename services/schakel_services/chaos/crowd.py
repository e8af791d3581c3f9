"""Who is told of next while people withdraw: those who are near to it, in turn, so that much is in flight just then."""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from schakel_contracts.identifiers import Bsn
from schakel_services.chaos.scenario import EPOCH, Plan, plan
from schakel_services.hub.synthetic import bsns

WITHDRAWALS_PER_S = 8.0
BEFORE_S, AFTER_S = 1.5, 1.5
"""A person is told of from so long before the withdrawal is asked for until so long after it was acknowledged."""


@dataclass
class Withdrawal:
    """One person's withdrawal: when it is to be asked for, and what came of it."""

    bsn: Bsn
    at_s: float
    """After the load began."""

    requested_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_s: float | None = None
    """On the clock of the crowd."""


class Crowd:
    """Persons with a withdrawal each, at moments that the seed decides, all equally likely."""

    def __init__(self, withdrawals: int, seed: int, clock: Callable[[], float]) -> None:
        self.span_s = withdrawals / WITHDRAWALS_PER_S
        moments = _moments(self.span_s, withdrawals, seed)
        self.withdrawals = [Withdrawal(bsn, at_s) for bsn, at_s in zip(bsns(withdrawals), moments, strict=True)]
        self.sent: list[datetime] = []
        """The times of the plans so far, each of which is unique."""

        self._clock = clock

    def plans(self) -> Iterator[Plan]:
        """Yield plans until everybody's withdrawal has been acknowledged for a while; the first begins the time."""
        versions: Counter[Bsn] = Counter()
        to_come, near = deque(self.withdrawals), deque[Withdrawal]()
        began = self._clock()
        while True:
            now = self._clock() - began
            while to_come and to_come[0].at_s - BEFORE_S <= now:
                near.append(to_come.popleft())
            near = deque(one for one in near if not self._is_over(one))
            if not near and not to_come:
                return
            if not near:
                near.append(to_come.popleft())
            bsn = near[0].bsn
            near.rotate(-1)
            at = EPOCH + timedelta(milliseconds=len(self.sent))
            self.sent.append(at)
            yield plan(bsn, versions[bsn], at)
            versions[bsn] += 1

    def acknowledge(self, one: Withdrawal, at: datetime) -> None:
        """Note that a withdrawal was acknowledged."""
        one.acknowledged_at, one.acknowledged_s = at, self._clock()

    def _is_over(self, one: Withdrawal) -> bool:
        return one.acknowledged_s is not None and self._clock() - one.acknowledged_s > AFTER_S


def _moments(span_s: float, count: int, seed: int) -> list[float]:
    rng = random.Random(seed)  # noqa: S311 - no secret
    return sorted(BEFORE_S + rng.uniform(0, span_s) for _ in range(count))
