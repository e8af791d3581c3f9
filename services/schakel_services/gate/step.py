"""One partition of the gate: events in, notifications and decisions out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from aiokafka import ConsumerRecord, TopicPartition

from schakel_contracts.codes import Role
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.model import Policy
from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_services.gate.failed import FailedDeliveries
from schakel_services.gate.memory import Memory
from schakel_services.gate.reading import Malformed, Read
from schakel_services.gate.tell import Teller
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster, Records
from schakel_services.runtime.failpoint import barrier_is_on, registry_lag_s
from schakel_services.runtime.log import log
from schakel_services.runtime.metrics import BARRIER_SECONDS, BATCH_SIZE
from schakel_services.runtime.people import People
from schakel_services.runtime.table import Table
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs

AT_ONCE = 100
"""Events that are read before the first of them is decided about, and decided about before the first is told."""

WAITS = (SubjectRightExercised, ConsentWithdrawn, DeliveryNotCompleted)
"""Who hears of the first depends on who was told before; the others may be told to nobody but their sender."""


@dataclass(frozen=True)
class GateSetup:
    """What every partition of a gate shares."""

    cluster: Cluster
    watermarks: Watermarks
    policy: Policy
    sources: Mapping[str, Addressee]
    """Every partner of the chain."""

    recipients: Mapping[str, Addressee]
    """Every partner with a channel."""

    partitions: int
    now: Callable[[], datetime]

    @cached_property
    def citizens(self) -> tuple[Addressee, ...]:
        """Return who can be told what was told of them by law (R16)."""
        return tuple(party for _, party in sorted(self.recipients.items()) if party.role is Role.CIT)


class GateStep:
    """Decide about every event of one partition, with the registry as it stands when the batch begins."""

    def __init__(self, setup: GateSetup, partition: int) -> None:
        self._setup = setup
        self._partition = partition
        self._people = People()
        self._memory = Memory()
        self._registry: Table | None = None
        self._failed = FailedDeliveries(setup.cluster, partition, setup.watermarks)

    async def open(self) -> None:
        """Restore the registry and the gate's own state from the log."""
        setup = self._setup
        self._people, self._memory = People(), Memory()
        state = Table(setup.cluster, topics.STATE_GATE, self._partition, self._memory.apply, setup.watermarks)
        try:
            await state.open()
        finally:
            # Nobody else writes it from here on: what is in memory is followed by our own commits.
            await state.close()
        self._registry = Table(setup.cluster, topics.REGISTRY, self._partition, self._people.apply, setup.watermarks)
        self._registry.lag_s_injected = registry_lag_s()
        await self._registry.open()
        await self._people.settle()

    async def close(self) -> None:
        """Stop to follow the registry."""
        if self._registry is not None:
            await self._registry.close()
            self._registry = None
        await self._failed.close()

    async def work(self, records: Records) -> Outputs | None:
        """Return the notifications, decisions and state of one batch."""
        if not records or self._registry is None:
            return None
        if barrier_is_on():
            began = time.perf_counter()
            await self._registry.barrier()
            BARRIER_SECONDS.labels("gate").observe(time.perf_counter() - began)
        BATCH_SIZE.labels("gate").observe(sum(map(len, records.values())))
        outputs = Outputs()
        self._memory.note_partners((party.id, party.role.value) for party in self._setup.sources.values())
        teller = Teller(self._setup, self._partition, self._people, self._memory, outputs, self._setup.now())
        events = records.get(TopicPartition(topics.EVENTS, self._partition), ())
        for begin in range(0, len(events), AT_ONCE):
            self._take(events[begin : begin + AT_ONCE], teller, outputs)
            outputs.pack()
        for record in records.get(TopicPartition(topics.RECEIPTS, self._partition), ()):
            await self._failed.take(record, teller, self._memory.heard)
        teller.count()
        for key, value in self._memory.changes():
            outputs.add(topics.STATE_GATE, self._partition, key.encode(), value)
        return outputs

    def committed(self) -> None:
        """Keep what the batch changed."""
        self._memory.commit()

    async def failed(self) -> None:
        """Forget what the batch changed."""
        self._memory.drop()

    def _take(self, records: Sequence[ConsumerRecord], teller: Teller, outputs: Outputs) -> None:
        """Read some events, drop those seen before, look up whom they are about, decide, and tell who may know.

        One after the other for all of them, and not all of it for one: the code stays in the processor's cache. What
        is decided about with what the others were told waits until they are: ``WAITS``.
        """
        found = [(record, read) for record in records if (read := self._read(record, teller, outputs)) is not None]
        for _, read in found:
            self._people.of(read.envelope.subject)
        decided = [None if isinstance(read.said.event, WAITS) else teller.decided(read) for _, read in found]
        for (record, read), rulings in zip(found, decided, strict=True):
            place = f"events/{self._partition}/{record.offset}"
            if isinstance(read.said.event, DeliveryNotCompleted):
                # The clock found that something was not there in time: its sender hears of that, and nobody else (F46).
                teller.undelivered(read.envelope, read.source, read.said.event, place)
            else:
                teller.event(read, rulings, place)

    def _read(self, record: ConsumerRecord, teller: Teller, outputs: Outputs) -> Read | None:
        """Return an event that was not seen before."""
        try:
            read = teller.read(record)
        except Malformed as error:
            self._refuse(record, error, outputs)
            return None
        if read.position is not None and not self._memory.is_new(read.position):
            log.warning("event_seen_before", partition=self._partition, offset=record.offset)
            return None
        return read

    def _refuse(self, record: ConsumerRecord, error: Malformed, outputs: Outputs) -> None:
        """Keep on record that an event could not be read; those behind it go on."""
        log.error(
            "event_malformed", partition=self._partition, offset=record.offset, field=error.field, rule=error.rule
        )
        refusal = Refusal(
            kind="malformed",
            partner="unknown:gate",
            connector="gate",
            position=f"events/{self._partition}/{record.offset}/0",
            errors=(BrokenRule(field=error.field, rule=error.rule),),
            at=self._setup.now().astimezone(UTC),
        )
        outputs.add(topics.AUDIT, self._partition, None, refusal.model_dump_json().encode(), topics.REFUSAL_HEADERS)
