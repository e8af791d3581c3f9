"""Send what is due in waves, and decide what each answer means for the notification behind it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from aiokafka.errors import KafkaError

from schakel_contracts.codes import Reason, ReceiptOutcome
from schakel_services.deliver.breaker import CLOSED, Breaker
from schakel_services.deliver.outcome import Ended
from schakel_services.deliver.pending import LastCheck, Pending
from schakel_services.deliver.rules import ASKED_S_MAX, DOUBTFUL, Answer, Reply, backoff_s, last_moment, retry_at
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
        self._ahead_s = clock.now().timestamp() - clock.monotonic()
        self._ended: list[Ended] = []
        self._changed: dict[Pending, None] = {}
        self._late = False

    def add(self, pendings: Iterable[Pending]) -> None:
        """Take what is new, or what a restart found: times that this clock has yet to reach were another's."""
        now = self.now()
        for pending in pendings:
            pending.first_at = min(pending.first_at, now)
            pending.next_at = min(pending.next_at, now + ASKED_S_MAX)
            self.waiting.add(pending, now)
            if not pending.stored:
                self._changed[pending] = None

    def now(self) -> float:
        """Return seconds since 1970 by the clock of the waiting, which no step of the wall clock moves."""
        return self._ahead_s + self._clock.monotonic()

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
        """End what was tried and did not arrive in its time."""
        now = self.now()
        late = [one for one in self.waiting.due(now) if one.answer is not None and self._is_past(one, now)]
        for pending in late:
            last = pending.last or LastCheck(self._clock.now())
            refused = pending.answer is Answer.LATER
            reason = Reason.TARGET_REFUSED if refused else Reason.TARGET_UNREACHABLE
            self._end(pending, ReceiptOutcome.FAILED, last, reason)

    def _is_past(self, pending: Pending, now: float) -> bool:
        return now >= self._last_moment(pending, now)

    def _last_moment(self, pending: Pending, now: float) -> float:
        turn_at = now if pending.turn_at is None else pending.turn_at
        return last_moment(pending.first_at, turn_at, self._patience.for_s)

    def _room(self) -> int:
        free = self.sending.free
        if self.sending.busy and free < WAVE_MIN:
            return 0
        return self.breaker.room(free, self.now())

    def _choose(self) -> list[Pending]:
        room, now = self._room(), self.now()
        if room <= 0:
            return []
        return self.waiting.take(room, now) if self.breaker.closed else self._probes(now)

    def _probes(self, now: float) -> list[Pending]:
        """One of a person of whom nothing failed yet, if there is one; beside it what must be tried before it ends."""
        due = list(self.waiting.due(now))
        if not due:
            return []
        failed = self.breaker.failed
        probe = next((one for one in due if one.notification.person not in failed), due[0])
        beside = [one for one in due if one is not probe and one.answer is None and self._is_past(one, now)]
        return self.waiting.take_these([probe, *beside][: self.sending.free])

    async def _send(self, wave: list[Pending], wait_s: float) -> bool:
        """Check one wave, start what holds, and wait a little; false: it could not be checked."""
        try:
            checked = await self._check.check(wave)
        except (TableBehind, KafkaError, OSError):
            if not (self._ended or self.sending.busy):
                raise
            for pending in wave:
                self.waiting.again(pending, self.now())
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
        probe = not (self.breaker.closed or self.breaker.probing)
        if probe:
            self.breaker = self.breaker.probed()
        return self.sending.start(checked, probe=probe)

    def _hear(self) -> None:
        for sent in self.sending.finished():
            if sent.reply is None:
                self._hear_late(sent)
            else:
                self._hear_reply(sent, sent.reply)

    def _hear_late(self, sent: Sent) -> None:
        """It did not leave, and is no attempt: it is written down, and checked anew in another turn."""
        self._late = True
        if sent.probe:
            self.breaker = self.breaker.unheard()
        pending = sent.checked.pending
        pending.next_at = self.now() + TOO_LATE_S
        self._changed[pending] = None
        self.waiting.again(pending, self.now())

    def _hear_reply(self, sent: Sent, reply: Reply) -> None:
        now = self.now()
        pending = sent.checked.pending
        pending.attempts += 1
        pending.last = sent.checked.last
        pending.answer = reply.answer
        pending.possibly_arrived |= reply.answer in DOUBTFUL
        was_closed = self.breaker.closed
        self.breaker = self.breaker.heard(reply, pending.notification.person, now, probe=sent.probe)
        self._say(was_closed=was_closed)
        if reply.answer is Answer.TAKEN:
            self._end(pending, ReceiptOutcome.DELIVERED, sent.checked.last, None)
        elif reply.answer is Answer.REFUSED:
            self._end(pending, ReceiptOutcome.FAILED, sent.checked.last, Reason.TARGET_REFUSED)
        else:
            wait_s = backoff_s(pending.attempts, self._patience.first_s, self._patience.chance())
            pending.next_at = retry_at(now, self._last_moment(pending, now), max(wait_s, reply.asked_s))
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
        self.waiting.done(pending, self.now())
        self._changed.pop(pending, None)
        self._ended.append(Ended(pending, outcome, last, self._clock.now(), reason))
