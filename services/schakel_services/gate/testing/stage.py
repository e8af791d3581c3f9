"""One partition of a real gate, in which the test plays intake and deliverer."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import RecordsToDelete

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Category, ConsentForm, Purpose, ReceiptOutcome, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import POSITION, Envelope, read_envelope
from schakel_contracts.identifiers import Pseudonym, deterministic_id
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import Refusal
from schakel_contracts.registry import ConsentRecord, RelationRecord, registry_key
from schakel_services.gate.step import GateSetup, GateStep
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Isolation
from schakel_services.runtime.health import Progress
from schakel_services.runtime.pipe import Pipe, Wake
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.writer import Outputs, Writer

PARTITIONS = 4
GIVEN = datetime.now(UTC) - timedelta(days=30)  # noqa: TID251 - consents of today's tests
INPUTS = (topics.EVENTS, topics.RECEIPTS)
BODY = CarePlanStatusChanged.model_validate({"status": "active", "review_month": "2027-01"})


class Stage:
    """A few partners of a chain, their part of the topics, and the gate of one partition.

    The topics of all persons are shared with other tests: who looks at them looks for its own.
    """

    def __init__(self, ground: Ground, partition: int = 1) -> None:
        self.ground = ground
        self.partition = partition
        self.partners: dict[str, Addressee] = {}
        self._numbers = count()
        self._writer: Writer | None = None

    def partner(self, role: Role) -> str:
        """Add a partner; return its id."""
        name = f"{self.ground.name}-{len(self.partners)}"
        self.partners[name] = Addressee(name, role)
        return name

    def person(self, partition: int | None = None) -> Pseudonym:
        """Return somebody new, who lives in the partition of this gate or in another."""
        wanted = self.partition if partition is None else partition
        while True:
            digest = sha256(f"{self.ground.name} {next(self._numbers)}".encode()).digest()
            found = Pseudonym("k1." + urlsafe_b64encode(digest).rstrip(b"=").decode())
            if partition_of(found, PARTITIONS) == wanted:
                return found

    async def open(self) -> None:
        """Make the topics, and let the gate begin behind what other tests wrote."""
        await create_topics(self.ground.cluster, topics_of([(name, ()) for name in self.partners], PARTITIONS))
        self._writer = await self.ground.writer("stage")
        parts = [TopicPartition(topic, self.partition) for topic in INPUTS]
        await self._writer.commit(Outputs(), await self.ground.ends(parts), "gate")

    @asynccontextmanager
    async def gate(self, new_writer: Callable[[], Writer] | None = None) -> AsyncIterator[Progress]:
        """Run the gate, from open to a clean stop; ``new_writer`` puts another writer in the place of its own."""
        setup = GateSetup(
            cluster=self.ground.cluster,
            watermarks=await self.ground.watermarks(),
            policy=load_policy(None),
            sources=self.partners,
            recipients=self.partners,
            partitions=PARTITIONS,
            now=lambda: datetime.now(UTC),  # noqa: TID251 - the composition root of these tests
        )
        pipe = Pipe(
            self.ground.cluster,
            name=self.pipe_name,
            group="gate",
            inputs=[TopicPartition(topic, self.partition) for topic in INPUTS],
            step=GateStep(setup, self.partition),
            progress=Progress(self.pipe_name),
            reopen_s=0.05,
        )
        if new_writer is not None:
            pipe._new_writer = new_writer  # type: ignore[method-assign]  # noqa: SLF001
        running = asyncio.create_task(pipe.run())
        try:
            await until(lambda: _opened(running, pipe.progress))
            yield pipe.progress
            pipe.stop()
            if await running is not Wake.STOPPED:
                raise RuntimeError("the gate was not stopped but fenced")
        finally:
            running.cancel()
            await asyncio.wait({running})

    @property
    def pipe_name(self) -> str:
        """Return the transactional id of this gate."""
        return f"gate-{self.partition}"

    async def write(self, outputs: Outputs) -> None:
        """Commit records in one transaction."""
        if self._writer is None:
            raise RuntimeError("not open")
        await self._writer.commit(outputs, {}, None)

    def registry(self, person: str, party: str, **changed: Any) -> Outputs:
        """Return a relation of a party with a person, and a consent that names it."""
        role = self.partners[party].role
        consent = {
            "id": deterministic_id(person, party),
            "form": ConsentForm.WRITTEN,
            "purposes": (Purpose.JOB_COACHING, Purpose.CARE_COORDINATION),
            "categories": (Category.CARE_PLAN_STATUS, Category.BENEFIT_KIND_STATUS),
            "recipients": (Recipient(party=party, role=role),),
            "granted_at": GIVEN,
        }
        relation = RelationRecord(id=deterministic_id(person, party, "r"), party=party, role=role, asserted_by=party)
        outputs = Outputs()
        for record in (ConsentRecord.model_validate(consent | changed), relation):
            value = record.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), registry_key(person, record).encode(), value)
        return outputs

    async def allow(self, person: str, *parties: str, **changed: Any) -> None:
        """Commit a relation and a consent for each."""
        for party in parties:
            await self.write(self.registry(person, party, **changed))

    def event(self, outputs: Outputs, person: str, sender: str, **changed: Any) -> str:
        """Add one event as the intake writes it, with one thing or another changed; return its id.

        ``body``, ``key``, ``partition``, ``type``; ``headers`` replaces some, one of None is null.
        """
        number = next(self._numbers)
        identity = str(deterministic_id(self.ground.name, str(number)))
        source = f"urn:nld:oin:00000099000000001000:systeem:{sender}"
        wire = changed.get("type", CarePlanStatusChanged.type)
        envelope = Envelope(identity, source, wire, person, "2026-11-24T09:00:00+00:00")
        headers = dict(envelope.to_headers(f"raw.{sender}.fhir_care_plan/0/{number}/0")) | changed.get("headers", {})
        body = changed.get("body", BODY.model_dump_json(exclude_none=True).encode())
        partition = changed.get("partition", partition_of(person, PARTITIONS))
        outputs.add(topics.EVENTS, partition, changed.get("key", person.encode()), body, list(headers.items()))
        return identity

    async def send(self, person: str, sender: str, **changed: Any) -> str:
        """Commit one event; return its id."""
        outputs = Outputs()
        identity = self.event(outputs, person, sender, **changed)
        await self.write(outputs)
        return identity

    async def receipt(self, position: str, person: str, recipient: str, **changed: Any) -> None:
        """Commit a receipt that says failed, with one thing or another changed."""
        found = {
            "notification_id": deterministic_id(self.ground.name, str(next(self._numbers))),
            "notification_type": CarePlanStatusChanged.type,
            "position": position,
            "subject": person,
            "recipient": recipient,
            "role": self.partners[recipient].role,
            "outcome": ReceiptOutcome.FAILED,
            "attempts": 9,
            "began_at": GIVEN,
            "ended_at": GIVEN,
        }
        outputs = Outputs()
        value = Receipt.model_validate(found | changed).model_dump_json(exclude_none=True).encode()
        outputs.add(topics.RECEIPTS, partition_of(person, PARTITIONS), person.encode(), value)
        await self.write(outputs)

    async def position(self, event_id: str, isolation: Isolation = "read_committed") -> str:
        """Return where an event stands, as notifications and receipts name it."""
        for record in await self.ground.read(topics.EVENTS, isolation=isolation):
            if dict(record.headers).get("ce_id") == event_id.encode():
                return f"events/{record.partition}/{record.offset}/0"
        raise LookupError(event_id)

    async def forget_before(self, position: str) -> None:
        """Let the broker forget what stands before a position, as retention does."""
        topic, partition, offset, _ = position.split("/")
        admin = self.ground.cluster.admin()
        await admin.start()
        try:
            await admin.delete_records({TopicPartition(topic, int(partition)): RecordsToDelete(int(offset))})
        finally:
            await admin.close()

    async def decisions(self, *event_ids: str) -> list[Decision]:
        """Return the decisions about these events in the order of the log, once each has one."""
        wanted = {UUID(event_id) for event_id in event_ids}

        async def all_there() -> bool:
            return wanted <= {decision.event_id for decision in await self._decisions()}

        await until(all_there)
        return [decision for decision in await self._decisions() if decision.event_id in wanted]

    async def _decisions(self) -> list[Decision]:
        records = _of_kind(await self.ground.read(topics.AUDIT), topics.DECISION_HEADERS)
        return [Decision.model_validate_json(record.value) for record in records]

    async def refusals(self, since: int) -> list[Refusal]:
        """Return what the gate of this partition refused, from an offset of its events on."""
        records = _of_kind(await self.ground.read(topics.AUDIT), topics.REFUSAL_HEADERS)
        found = [Refusal.model_validate_json(record.value) for record in records]
        here = f"events/{self.partition}/"
        return [r for r in found if r.position.startswith(here) and int(r.position.split("/")[2]) >= since]

    async def told(self, partner: str) -> list[ConsumerRecord]:
        """Return the notifications of a partner as they stand now."""
        return await self.ground.read(topics.notify(partner))


async def _opened(running: "asyncio.Task[Wake]", progress: Progress) -> bool:
    if running.done():
        running.result()
    return progress.is_up


def _of_kind(records: Iterable[ConsumerRecord], headers: list[tuple[str, bytes]]) -> list[ConsumerRecord]:
    return [record for record in records if headers[0] in record.headers]


def sequences(records: Iterable[ConsumerRecord], person: str) -> list[int | None]:
    """Return the numbers of one person's notifications, in the order of the log."""
    envelopes = [read_envelope(record.headers) for record in records]
    return [envelope.sequence for envelope in envelopes if envelope.subject == person]


__all__ = ["BODY", "PARTITIONS", "POSITION", "Stage", "sequences"]
