"""Send what is due in waves, and decide what each answer means for the notification behind it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from aiokafka.errors import KafkaError

from schakel_contracts.codes import Reason, ReceiptOutcome
from schakel_services.deliver.outcome import Ended
from schakel_services.deliver.pending import LastCheck, Pending
from schakel_services.deliver.rules import CLOSED, Answer, Breaker, backoff_s, retry_at
from schakel_services.deliver.second_check import Check, Checked, Clock
from schakel_services.deliver.sending import Sending, Sent
from schakel_services.deliver.waiting import Waiting
from schakel_services.runtime.log import log
from schakel_services.runtime.table import TableBehind

TURN_S = 2.0
"""How long one turn may go on; what has not ended by then is written down."""

WAVE_S = 0.05
"""How long a wave is waited for before the next one fills the places that came free."""

WAVE_MIN = 8
"""So many places must be free for another wave: each wave costs one question to the broker."""

TOO_LATE_S = 0.2
"""A notification that came too late for its check waits this long; its connection is kept."""


@dataclass(frozen=True)
class Patience:
    """How long and how eagerly to try; seconds."""

    partner: str
    first_s: float
    for_s: float
    chance: Callable[[], float]
    """A random number from 0 to 1."""


class Dispatch:
    """Everything that waits for one partner, and the rules by which it goes."""

    def __init__(
        self,
        sending: Sending,
        check: Check,
        patience: Patience,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self.waiting = Waiting()
        self.sending = sending
        self.breaker: Breaker = CLOSED
        self._check = check
        self._patience = patience
        self._clock = clock
        self._wake = wake
        self._ended: list[Ended] = []
        self._changed: dict[Pending, None] = {}
        self._late = False

    def add(self, pendings: Iterable[Pending]) -> None:
        """Take what is new, or what a restart found."""
        now = self._now()
        for pending in pendings:
            self.waiting.add(pending, now)
            if not pending.stored:
                self._changed[pending] = None

    def is_behind(self, many: int) -> bool:
        """Say whether a target that is well has more to take than this."""
        return self.breaker.closed and self.waiting.due_count >= many

    def news(self) -> tuple[list[Ended], list[Pending]]:
        """Return what ended since the last call, and what must be written down anew."""
        ended, self._ended = self._ended, []
        changed, self._changed = self._changed, {}
        return ended, list(changed)

    async def run(self, *, send: bool) -> None:
        """Give up what is too old, send what is due, and hear what came of it.

        A send that came too late for its check ends the turn: this process may have been frozen, so
        the transaction that follows must show that no other took over, before anything else leaves.

        Raises ``TableBehind`` (or what Kafka says) when the registry can't be read and there is
        nothing to report first.
        """
        self._give_up()
        self._late = False
        end = asyncio.get_running_loop().time() + TURN_S
        checked = True
        while checked:
            self._hear()
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or self._late:
                break
            if send and (wave := self._choose()):
                checked = await self._send(wave, min(left, WAVE_S))
            elif new := self.sending.new():
                await asyncio.wait(new, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            else:
                return
        if checked and send and self.waiting.due_count and self._room():
            self._wake()

    def _give_up(self) -> None:
        """End what did not arrive in its time; those behind it may be as old."""
        now = self._now()
        oldest = now - self._patience.for_s
        while late := [one for one in self.waiting.due(now) if one.first_at <= oldest]:
            for pending in late:
                last = pending.last or LastCheck(self._clock.now())
                self._end(pending, ReceiptOutcome.FAILED, last, Reason.TARGET_UNREACHABLE)

    def _room(self) -> int:
        free = self.sending.free
        if self.sending.busy and free < WAVE_MIN:
            return 0
        return self.breaker.room(free, self._now())

    def _choose(self) -> list[Pending]:
        room = self._room()
        return self.waiting.take(room, self._now()) if room > 0 else []

    async def _send(self, wave: list[Pending], wait_s: float) -> bool:
        """Check one wave, start what holds, and wait a little; false: it could not be checked."""
        try:
            checked = await self._check.check(wave)
        except (TableBehind, KafkaError, OSError):
            if not (self._ended or self.sending.busy):
                raise
            for pending in wave:
                self.waiting.again(pending, self._now())
            return False
        tasks = [self._start(one) for one in checked if self._holds(one)]
        if tasks:
            await asyncio.wait(tasks, timeout=wait_s)
        return True

    def _holds(self, checked: Checked) -> bool:
        if checked.recheck.holds:
            return True
        self._withhold(checked)
        return False

    def _start(self, checked: Checked) -> "asyncio.Task[Sent]":
        probe = not self.breaker.closed
        if probe:
            self.breaker = self.breaker.probed()
        return self.sending.start(checked, probe=probe)

    def _hear(self) -> None:
        for sent in self.sending.finished():
            if sent.answer is None:
                self._hear_late(sent)
            else:
                self._hear_answer(sent, sent.answer)

    def _hear_late(self, sent: Sent) -> None:
        """It did not leave, and is no attempt: it is written down, and checked anew in another turn."""
        self._late = True
        if sent.probe:
            self.breaker = self.breaker.unheard()
        pending = sent.checked.pending
        pending.next_at = self._now() + TOO_LATE_S
        self._changed[pending] = None
        self.waiting.again(pending, self._now())

    def _hear_answer(self, sent: Sent, answer: Answer) -> None:
        now = self._now()
        pending = sent.checked.pending
        pending.attempts += 1
        pending.last = sent.checked.last
        was_closed = self.breaker.closed
        self.breaker = self.breaker.heard(answer, now, probe=sent.probe)
        self._say(was_closed=was_closed)
        if answer is Answer.TAKEN:
            self._end(pending, ReceiptOutcome.DELIVERED, sent.checked.last, None)
        elif answer is Answer.REFUSED:
            self._end(pending, ReceiptOutcome.FAILED, sent.checked.last, Reason.TARGET_REFUSED)
        else:
            wait_s = backoff_s(pending.attempts, self._patience.first_s, self._patience.chance())
            pending.next_at = retry_at(now, pending.first_at + self._patience.for_s, wait_s)
            self._changed[pending] = None
            self.waiting.again(pending, now)

    def _say(self, *, was_closed: bool) -> None:
        partner = self._patience.partner
        if was_closed and not self.breaker.closed:
            log.warning("target_left_alone", partner=partner, seconds=self.breaker.pause_s)
        elif self.breaker.closed and not was_closed:
            log.info("target_back", partner=partner)

    def _withhold(self, checked: Checked) -> None:
        """The rule that stops it stands on the receipt; there is no consent to name."""
        last = replace(checked.last, consent_id=None)
        self._end(checked.pending, ReceiptOutcome.WITHHELD, last, checked.recheck.reason)

    def _end(self, pending: Pending, outcome: ReceiptOutcome, last: LastCheck, reason: Reason | None) -> None:
        self.waiting.done(pending, self._now())
        self._changed.pop(pending, None)
        self._ended.append(Ended(pending, outcome, last, self._clock.now(), reason))

    def _now(self) -> float:
        return self._clock.now().timestamp()
