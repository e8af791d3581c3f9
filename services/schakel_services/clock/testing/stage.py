"""One partition of a real clock, in which the test plays intake, gate and deliverer, and moves the time."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.codes import Role
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import OIN_SOURCE, POSITION, Envelope, read_envelope
from schakel_contracts.event import Event
from schakel_contracts.identifiers import Pseudonym, deterministic_id
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import Record, registry_key
from schakel_services.clock.deliveries import Term
from schakel_services.clock.step import INPUTS, ClockSetup, ClockStep
from schakel_services.clock.turn import Chain
from schakel_services.runtime import topics
from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Isolation
from schakel_services.runtime.health import Progress
from schakel_services.runtime.pipe import Pipe, Wake
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.writer import Outputs, Writer

PARTITIONS = 4
OIN = "00000099000000001000"
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday morning."""


class Heard(NamedTuple):
    """One event that the clock published."""

    event: Event
    envelope: Envelope
    position: str


@dataclass
class Stage:
    """A few partners of a chain, and the clock of one partition; persons are this test's own."""

    ground: Ground
    roles: dict[str, Role]
    partition: int = 1
    now: datetime = BEGIN
    terms: dict[str, Term] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)
    _writer: Writer | None = None

    def person(self) -> Pseudonym:
        """Return somebody new, who lives in the partition of this clock."""
        while True:
            digest = sha256(f"{self.ground.name} {next(self._numbers)}".encode()).digest()
            found = Pseudonym("k1." + urlsafe_b64encode(digest).rstrip(b"=").decode())
            if partition_of(found, PARTITIONS) == self.partition:
                return found

    async def open(self) -> None:
        """Make the topics, and let the clock begin behind what other tests wrote."""
        await create_topics(self.ground.cluster, topics_of([], PARTITIONS))
        self._writer = await self.ground.writer("stage")
        parts = [TopicPartition(topic, self.partition) for topic in INPUTS]
        await self._writer.commit(Outputs(), await self.ground.ends(parts), "clock")

    def move(self, **ahead: float) -> None:
        """Let time pass, as a timedelta counts it."""
        self.now += timedelta(**ahead)

    @asynccontextmanager
    async def clock(self) -> AsyncIterator[Progress]:
        """Run the clock, from open to a clean stop."""
        consumer = self.ground.cluster.consumer(group="clock", client_id="clock")
        inputs = [TopicPartition(topic, self.partition) for topic in INPUTS]
        consumer.assign(inputs)
        await consumer.start()
        chain = Chain(self.roles, dict.fromkeys(self.roles, OIN), self.terms)
        setup = ClockSetup(
            self.ground.cluster, await self.ground.watermarks(), chain, consumer.position, lambda: self.now
        )
        name = f"clock-{self.partition}"
        pipe = Pipe(
            self.ground.cluster,
            name=name,
            group="clock",
            inputs=inputs,
            step=ClockStep(setup, self.partition),
            progress=Progress(name),
            consumer=consumer,
            reopen_s=0.05,
        )
        running = asyncio.create_task(pipe.run())
        try:
            await until(lambda: _opened(running, pipe.progress))
            yield pipe.progress
            pipe.stop()
            if await running is not Wake.STOPPED:
                raise RuntimeError("the clock was not stopped but fenced")
        finally:
            running.cancel()
            await asyncio.wait({running})
            await stop_client(consumer)

    async def write(self, outputs: Outputs) -> None:
        """Commit records in one transaction."""
        if self._writer is None:
            raise RuntimeError("not open")
        await self._writer.commit(outputs, {}, None)

    async def register(self, person: str, *records: Record) -> None:
        """Commit registry records."""
        outputs = Outputs()
        for record in records:
            value = record.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.REGISTRY, self.partition, registry_key(person, record).encode(), value)
        await self.write(outputs)

    async def send(self, person: str, source: str, *events: Event) -> list[str]:
        """Commit events of a partner, said now; return their ids."""
        outputs = Outputs()
        found = []
        for event in events:
            envelope = self.envelope(event, person, source)
            found.append(envelope.id)
            headers = envelope.to_headers(f"raw.{source}.test/0/{next(self._numbers)}/0")
            body = event.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.EVENTS, self.partition, person.encode(), body, headers)
        await self.write(outputs)
        return found

    def envelope(self, event: Event, person: str, source: str) -> Envelope:
        """Return the envelope of an event of a partner, said now."""
        identity = str(deterministic_id(self.ground.name, str(next(self._numbers))))
        return Envelope(identity, OIN_SOURCE.format(oin=OIN, partner=source), event.type, person, self.now.isoformat())

    async def decide(self, *decisions: Decision) -> None:
        """Commit decisions as the gate does."""
        outputs = Outputs()
        for one in decisions:
            value = one.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.AUDIT, self.partition, one.subject.encode(), value, topics.DECISION_HEADERS)
        await self.write(outputs)

    async def receive(self, *receipts: Receipt) -> None:
        """Commit receipts as a deliverer does."""
        outputs = Outputs()
        for one in receipts:
            value = one.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.RECEIPTS, self.partition, one.subject.encode(), value)
        await self.write(outputs)

    async def said(self, person: str, isolation: Isolation = "read_committed") -> list[Heard]:
        """Return what the clock has published about a person, in the order of the log."""
        records = await self.ground.read(topics.EVENTS, isolation=isolation)
        return [_heard(record) for record in records if record.key == person.encode() and _of_clock(record)]

    async def says(self, person: str, number: int) -> list[Heard]:
        """Return the same, once there is so much."""

        async def enough() -> bool:
            return len(await self.said(person)) >= number

        await until(enough)
        return await self.said(person)

    async def timers(self, person: str) -> dict[str, bytes]:
        """Return a person's timers as they stand on the log."""
        found: dict[str, bytes] = {}
        for record in await self.ground.read(topics.STATE_CLOCK):
            owner, _, key = record.key.decode().partition("/")
            if owner != person:
                continue
            if record.value is None:
                found.pop(key, None)
            else:
                found[key] = record.value
        return found

    async def settled(self) -> None:
        """Return when the clock has read all that stands on its inputs, and has written what follows."""
        parts = [TopicPartition(topic, self.partition) for topic in INPUTS]
        ends = await self.ground.ends(parts)

        async def read() -> bool:
            committed = [await self.ground.committed("clock", part.topic, self.partition) for part in parts]
            # A marker follows the last record of each transaction.
            return all((at or 0) >= ends[part] - 1 for at, part in zip(committed, parts, strict=True))

        await until(read)


async def _opened(running: "asyncio.Task[Wake]", progress: Progress) -> bool:
    if running.done():
        running.result()
    return progress.is_up


def _of_clock(record: ConsumerRecord) -> bool:
    position: bytes = dict(record.headers).get(POSITION, b"")
    return position.startswith(topics.STATE_CLOCK.encode())


def _heard(record: ConsumerRecord) -> Heard:
    envelope = read_envelope(record.headers)
    event = EVENTS[envelope.type].model_validate_json(record.value)
    return Heard(event, envelope, dict(record.headers)[POSITION].decode())
