"""When to leave a target alone, and whose notification finds out that it is back: pure."""

from dataclasses import dataclass, replace

from schakel_services.deliver.rules import UNWELL, Answer, Reply

FAILURES_MAX = 5
PAUSE_S_FIRST = 5.0
PAUSE_S_MAX = 300.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether a target is left alone for a while; one for each target.

    Closed: everything goes. After five failures in a row it opens for a pause; then one probe may go, and its answer
    closes it, or opens it for twice as long. What fails again for the same person after it had reached the target tells
    of that person's notification, not of the target: it counts once.
    """

    failures: int = 0
    failed: frozenset[str] = frozenset()
    """The persons whose notifications failed since the target was last well."""

    pause_s: float = 0.0
    until: float = 0.0
    """On the clock of the waiting; means something only while there is a pause."""

    probing: bool = False

    @property
    def closed(self) -> bool:
        """Say whether the target is taken to be well."""
        return self.pause_s == 0.0

    def room(self, wanted: int, now: float) -> int:
        """Return how many of so many may go now."""
        if self.closed:
            return wanted
        return 0 if self.probing or now < self.until else min(wanted, 1)

    def probed(self) -> "Breaker":
        """Return the breaker after a probe has left."""
        return replace(self, probing=True)

    def unheard(self) -> "Breaker":
        """Return the breaker after a probe ended without leaving: the next may go."""
        return replace(self, probing=False)

    def heard(self, reply: Reply, person: str, now: float, *, probe: bool) -> "Breaker":
        """Return the breaker after what came of a person's notification; whoever answers at all is there."""
        if reply.answer not in UNWELL:
            return CLOSED
        again = person in self.failed and reply.answer is not Answer.AWAY
        failed, failures = self.failed | {person}, self.failures + (not again)
        if self.closed:
            if failures < FAILURES_MAX:
                return Breaker(failures, failed)
            pause_s = PAUSE_S_FIRST
        elif not probe:
            # It left before the breaker opened, or beside a probe: the probe counts.
            return replace(self, failed=failed)
        else:
            pause_s = self.pause_s if again else min(self.pause_s * 2, PAUSE_S_MAX)
        return Breaker(failures, failed, pause_s, now + max(pause_s, min(reply.asked_s, PAUSE_S_MAX)))


CLOSED = Breaker()
"""A target of which nothing bad is known."""
