"""One partition of the clock: timers in memory as on the log; what is due goes onto ``events``, once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiokafka import TopicPartition

from schakel_services.clock.facts import Registry
from schakel_services.clock.reading import read_decision, read_event, read_receipt
from schakel_services.clock.timers import Timers
from schakel_services.clock.turn import Chain, Spoken, Turn
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster, Records
from schakel_services.runtime.metrics import TIMERS, TIMERS_FIRED
from schakel_services.runtime.table import Apply, Table
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs

INPUTS = (topics.EVENTS, topics.REGISTRY, topics.AUDIT, topics.RECEIPTS)
SAID_MAX = 2_000
"""Events in one transaction; more wait for the next turn."""

RESTORE_S = 120.0


@dataclass(frozen=True)
class ClockSetup:
    """What every partition of a clock shares."""

    cluster: Cluster
    watermarks: Watermarks
    chain: Chain
    position: Callable[[TopicPartition], Awaitable[int]]
    """How far an input was read, markers of transactions included."""

    now: Callable[[], datetime]


class ClockStep:
    """Set timers by what is read, and say what is due.

    Nothing is said before everything has been read that was on the log when it fell due: an answer, a withdrawal or a
    receipt that was acknowledged in time is always seen, also by a clock that was away for a week.
    """

    def __init__(self, setup: ClockSetup, partition: int) -> None:
        self._setup = setup
        self._partition = partition
        self._inputs = [TopicPartition(topic, partition) for topic in INPUTS]
        self._timers = Timers()
        self._registry = Registry()
        self._asked: tuple[int, list[int]] | None = None
        """Up to which moment something is due, and how far the inputs must be read before it is said."""

        self._said: dict[str, int] = {}

    async def open(self) -> None:
        """Restore the timers, and what the registry says now."""
        self._timers, self._registry, self._asked = Timers(), Registry(), None
        await self._restore(topics.STATE_CLOCK, self._timers.apply)
        self._timers.restored()
        # The registry is an input too: what is read again on top of this leads to the same end, and nothing is said
        # before that end.
        await self._restore(topics.REGISTRY, self._registry.apply)

    async def close(self) -> None:
        """Nothing is held."""

    async def work(self, records: Records) -> Outputs | None:
        """Return the state that a batch changes and, once all is read, the events that are due."""
        # First of all, before anything is waited for: what is read from here on belongs to the next turn.
        positions = [await self._setup.position(partition) for partition in self._inputs]
        now = self._setup.now()
        turn = Turn(self._setup.chain, self._timers, self._registry, now)
        self._hear(turn, records)
        outputs = Outputs()
        if await self._all_is_read(positions, int(now.timestamp())):
            for spoken in turn.say(self._asked[0] if self._asked else 0, SAID_MAX):
                self._write(outputs, spoken)
            self._asked = None
        for key, value in self._timers.written():
            outputs.add(topics.STATE_CLOCK, self._partition, key.encode(), value)
        self._said = dict(turn.counts)
        return outputs or None

    def committed(self) -> None:
        """Count what was said."""
        for event, count in self._said.items():
            TIMERS_FIRED.labels(event).inc(count)
        self._said = {}
        TIMERS.labels(str(self._partition)).set(len(self._timers))

    async def failed(self) -> None:
        """What is in memory is of no use any more: the pipe opens anew."""
        self._said = {}

    def _hear(self, turn: Turn, records: Records) -> None:
        """Take the records of a batch: the registry first, decisions before their receipts."""
        events, registry, audit, receipts = (records.get(partition, ()) for partition in self._inputs)
        touched: dict[str, None] = {}
        for record in registry:
            key = (record.key or b"").decode("utf-8", "replace")
            self._registry.apply(key, record.value)
            touched[key.partition("/")[0]] = None
        for person in touched:
            turn.hear_registry(person)
        for record in events:
            if (said := read_event(record, self._setup.chain.roles)) is not None:
                turn.hear_event(said)
        for record in audit:
            if (decision := read_decision(record)) is not None:
                turn.hear_decision(decision)
        for record in receipts:
            if (receipt := read_receipt(record)) is not None:
                turn.hear_receipt(receipt)

    async def _all_is_read(self, positions: list[int], now: int) -> bool:
        """Say whether something is due, and everything has been read that was on the log when that was found out."""
        if self._asked is None:
            if not self._timers.is_due(now):
                return False
            ends = [await self._setup.watermarks.end(partition) for partition in self._inputs]
            self._asked = (now, ends)
        return all(position >= end for position, end in zip(positions, self._asked[1], strict=True))

    def _write(self, outputs: Outputs, spoken: Spoken) -> None:
        """Publish one event, with a position that only grows: the gate drops what does not."""
        headers = spoken.envelope.to_headers(f"{topics.STATE_CLOCK}/{self._partition}/{spoken.number}/0")
        body = spoken.event.model_dump_json(exclude_none=True).encode()
        outputs.add(topics.EVENTS, self._partition, spoken.person.encode(), body, headers)

    async def _restore(self, topic: str, apply: Apply) -> None:
        table = Table(self._setup.cluster, topic, self._partition, apply, self._setup.watermarks)
        try:
            await table.open(RESTORE_S)
        finally:
            # Nobody else writes the timers from here on: what is in memory is followed by our own commits.
            await table.close()
