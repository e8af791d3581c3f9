"""One partition of the gate: events in, notifications and decisions out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord, TopicPartition

from schakel_contracts.policy.facts import Addressee, facts_of
from schakel_contracts.policy.model import Policy
from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_services.gate.failed import FailedDeliveries
from schakel_services.gate.memory import Memory
from schakel_services.gate.reading import Malformed, read_event
from schakel_services.gate.rules import withheld_roles
from schakel_services.gate.tell import Teller
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.failpoint import barrier_is_on, registry_lag_s
from schakel_services.runtime.log import log
from schakel_services.runtime.metrics import BARRIER_SECONDS, BATCH_SIZE
from schakel_services.runtime.people import People
from schakel_services.runtime.pipe import Records
from schakel_services.runtime.table import Table
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs


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


class GateStep:
    """Decide about every event of one partition, with the registry as it stands when the batch begins."""

    def __init__(self, setup: GateSetup, partition: int) -> None:
        self._setup = setup
        self._partition = partition
        self._people = People()
        self._memory = Memory()
        self._registry: Table | None = None
        self._failed = FailedDeliveries(setup.cluster, partition)

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
        teller = Teller(self._setup, self._partition, self._people, self._memory, outputs, self._setup.now())
        for record in records.get(TopicPartition(topics.EVENTS, self._partition), ()):
            self._take(record, teller, outputs)
        for record in records.get(TopicPartition(topics.RECEIPTS, self._partition), ()):
            await self._failed.take(record, teller)
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

    def _take(self, record: ConsumerRecord, teller: Teller, outputs: Outputs) -> None:
        """Read one event, drop it if it was seen before, and tell who may know."""
        setup = self._setup
        try:
            envelope, event, source, position = read_event(record, setup.sources, self._partition, setup.partitions)
        except Malformed as error:
            self._refuse(record, error, outputs)
            return
        if position is not None and not self._memory.is_new(position):
            log.warning("event_seen_before", partition=self._partition, offset=record.offset)
            return
        facts = facts_of(event, source, withhold=withheld_roles(envelope.withhold))
        teller.event(envelope, event, facts, f"events/{self._partition}/{record.offset}/0")

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
