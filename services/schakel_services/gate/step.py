"""One partition of the gate: events in, notifications and decisions out."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.envelope import POSITION, Envelope, MalformedEnvelope, read_envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import Addressee, facts_of
from schakel_contracts.policy.model import Policy
from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_services.gate.failed import FailedDeliveries
from schakel_services.gate.memory import Memory
from schakel_services.gate.rules import withheld_roles
from schakel_services.gate.tell import Teller
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.failpoint import barrier_is_on, registry_lag_s
from schakel_services.runtime.log import log
from schakel_services.runtime.metrics import BARRIER_SECONDS, BATCH_SIZE
from schakel_services.runtime.people import People
from schakel_services.runtime.pipe import Records
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.table import Table
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs

EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
PSEUDONYM = re.compile(r"k[0-9]{1,4}\.[A-Za-z0-9_-]{43}\Z")


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
        try:
            envelope, event, source = self._read(record)
        except _Malformed as error:
            self._refuse(record, error, outputs)
            return
        position = dict(record.headers).get(POSITION)
        if position is not None and not self._memory.is_new(position.decode()):
            log.warning("event_seen_before", partition=self._partition, offset=record.offset)
            return
        facts = facts_of(event, source, withhold=withheld_roles(envelope.withhold))
        teller.event(envelope, event, facts, f"events/{self._partition}/{record.offset}/0")

    def _read(self, record: ConsumerRecord) -> tuple[Envelope, Event, Addressee]:
        """Return the event, or raise ``_Malformed``: Kafka is believed as little as HTTP."""
        try:
            envelope = read_envelope(record.headers)
        except MalformedEnvelope as error:
            raise _Malformed(str(error), "envelope") from None
        model = EVENTS.get(envelope.type)
        source = self._setup.sources.get(envelope.partner)
        if model is None:
            raise _Malformed("ce_type", "unknown")
        if source is None:
            raise _Malformed("ce_source", "unknown")
        if EVENT_ID.match(envelope.id) is None:
            raise _Malformed("ce_id", "not_a_uuid")
        if PSEUDONYM.match(envelope.subject) is None:
            raise _Malformed("ce_subject", "not_a_pseudonym")
        if record.key != envelope.subject.encode():
            raise _Malformed("key", "not_the_subject")
        if partition_of(envelope.subject, self._setup.partitions) != self._partition:
            raise _Malformed("ce_subject", "wrong_partition")
        try:
            return envelope, model.model_validate_json(record.value or b""), source
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise _Malformed("data", first["type"]) from None

    def _refuse(self, record: ConsumerRecord, error: "_Malformed", outputs: Outputs) -> None:
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


class _Malformed(ValueError):
    """An event on the log breaks its contract: names field and rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field)
        self.field = field
        self.rule = rule
