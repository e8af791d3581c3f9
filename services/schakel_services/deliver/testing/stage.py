"""A small chain, in which the test plays the gate: it writes with the runtime's own writer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.envelope import CONSENT, RELATION, Envelope
from schakel_contracts.identifiers import NAMESPACE
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord, RelationRecord, registry_key
from schakel_contracts.support_level import SupportLevelChanged
from schakel_services.deliver.testing.running import until
from schakel_services.deliver.testing.target import LIMIT_S, Target
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.runtime.links import Links
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.table import Table
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs, Writer

Record = tuple[str, int, bytes, bytes, list[tuple[str, bytes]]]
"""Topic, partition, key, value, headers."""

PARTITIONS = 4
GIVEN = datetime.now(UTC) - timedelta(days=30)  # noqa: TID251 - consents of today's tests

PARTNER = """
[[partner]]
id = "{id}"
name = "Voorbeeld"
oin = "{oin:020d}"
role = "{role}"
channel = {channel}
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]
"""


class Stage:
    """A chain of a few partners, and the gate's part of it."""

    def __init__(self, bootstrap: str, data: Path, name: str) -> None:
        self.cluster = Cluster(bootstrap, session_timeout_ms=3_000)
        self.data = data
        self.name = name
        self.partners: dict[str, Role] = {}
        self._partners = ""
        self._offset = 0
        self._sequences: dict[tuple[str, str], int] = {}
        self._writer: Writer | None = None

    @property
    def chain_file(self) -> Path:
        """Return where the chain file is."""
        return self.data / "chain.toml"

    def add(self, role: Role, channel: str) -> str:
        """Add a partner with a channel, written as TOML; return its id."""
        partner = f"{self.name}-{len(self.partners)}"
        self.partners[partner] = role
        self._partners += PARTNER.format(id=partner, oin=9_900_000_000 + len(self.partners), role=role, channel=channel)
        return partner

    def add_webhook(self, target: Target, role: Role = Role.JOB, timeout_s: float = 2.0) -> str:
        """Add a partner that is told over HTTP."""
        url = f"http://127.0.0.1:{target.port}/hook"
        return self.add(role, f'{{ kind = "webhook", url = "{url}", timeout_s = {timeout_s} }}')

    async def open(self) -> None:
        """Write the chain file and the keys, and make the topics."""
        head = f'[chain]\nname = "{self.name}"\nregion = "Voorbeeld"\npartitions = {PARTITIONS}\n'
        head += 'purposes = ["support_scaling"]\n'
        self.chain_file.write_text(head + self._partners)
        Keyring(self.data / "keys").create_missing(self.partners)
        await create_topics(self.cluster, topics_of([(partner, ()) for partner in self.partners], PARTITIONS))
        self._writer = Writer(self.cluster, f"test-{self.name}")
        await self._writer.start()

    async def close(self) -> None:
        """Disconnect."""
        if self._writer is not None:
            await self._writer.close()

    def keys(self, partner: str) -> PartnerKeys:
        """Return a partner's keys."""
        return Keyring(self.data / "keys").partner(partner)

    def settings(self, **changed: Any) -> Settings:
        """Return what the deliverer is started with: eager, so that tests are short."""
        given: dict[str, Any] = {"retry_first_s": 0.2, "retry_for_s": 600.0} | changed
        return Settings(chain_file=self.chain_file, data=self.data, cluster=self.cluster, **given)

    async def write(self, outputs: Outputs) -> None:
        """Commit records."""
        if self._writer is None:
            raise RuntimeError("not open")
        await self._writer.commit(outputs, {}, None)

    def consent_id(self, person: str, partner: str) -> UUID:
        """Return the id of the one consent of a person for a partner."""
        return uuid5(NAMESPACE, f"{person} {partner}")

    def registry(self, persons: Iterable[str], partner: str, *, withdrawn: bool = False) -> Outputs:
        """Return a relation and a consent for each, the consent withdrawn or not."""
        outputs, role = Outputs(), self.partners[partner]
        for person in persons:
            identity = self.consent_id(person, partner)
            consent = ConsentRecord(
                id=identity,
                form=ConsentForm.WRITTEN,
                purposes=(Purpose.SUPPORT_SCALING,),
                categories=(Category.SUPPORT_LEVEL,),
                recipients=(Recipient(party=partner, role=role),),
                granted_at=GIVEN,
                valid_from=GIVEN,
                valid_until=GIVEN + timedelta(days=300),
                withdrawn_at=GIVEN + timedelta(days=1) if withdrawn else None,
            )
            relation = RelationRecord(
                id=uuid5(identity, "relation"),
                party=partner,
                role=role,
                valid_from=GIVEN.date(),
                asserted_by=partner,
            )
            for record in (consent, relation):
                key = registry_key(person, record).encode()
                value = record.model_dump_json(exclude_none=True).encode()
                outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), key, value)
        return outputs

    async def allow(self, persons: Iterable[str], partner: str, *, withdrawn: bool = False) -> None:
        """Commit a relation and a consent for each, or that the consent was withdrawn."""
        await self.write(self.registry(persons, partner, withdrawn=withdrawn))

    @asynccontextmanager
    async def open_transaction(self, outputs: Outputs) -> AsyncIterator[None]:
        """Have records on the log for the length of a block, not committed before its end."""
        producer = self.cluster.producer(f"slow-{self.name}")
        await producer.start()
        try:
            async with producer.transaction():
                for (topic, partition), rows in outputs.rows.items():
                    for key, value, _ in rows:
                        await producer.send_and_wait(topic, value, key, partition)
                yield
        finally:
            await producer.stop()

    async def link(self, person: str, partner: str, *numbers: str) -> None:
        """Write a partner's own numbers of a person."""
        sealed = Links(partner, self.keys(partner)).seal(person, numbers)
        outputs = Outputs()
        outputs.add(topics.links(partner), partition_of(person, PARTITIONS), person.encode(), sealed)
        await self.write(outputs)

    def notification(
        self,
        partner: str,
        person: str,
        *,
        position: str | None = None,
        headers: Mapping[str, bytes] | None = None,
    ) -> tuple[str, Record]:
        """Return a notification's id, and its record as the gate writes it."""
        self._offset += 1
        partition = partition_of(person, PARTITIONS)
        sequence = self._sequences[partner, person] = self._sequences.get((partner, person), 0) + 1
        identity = str(uuid5(NAMESPACE, f"{partner} {person} {sequence}"))
        envelope = Envelope(
            id=identity,
            source="urn:nld:oin:00000099000000001000:systeem:ggz-voorbeeld",
            type=SupportLevelChanged.type,
            subject=person,
            time="2026-11-24T09:00:00+00:00",
            purpose=Purpose.SUPPORT_SCALING,
            basis="C:WMO5.2.5" if self.partners[partner] is Role.WMO else "C",
            sequence=sequence,
            traceparent=f"00-{sequence:032x}-{sequence:016x}-01",
        )
        found = dict(envelope.to_headers(position or f"events/{partition}/{self._offset}/0"))
        found[CONSENT] = str(self.consent_id(person, partner)).encode()
        found[RELATION] = b"1"
        found |= headers or {}
        body = b'{"direction":"up"}'
        return identity, (topics.notify(partner), partition, person.encode(), body, list(found.items()))

    async def notify(self, partner: str, persons: Iterable[str]) -> list[str]:
        """Write a notification for each, in one transaction; return the ids."""
        outputs, ids = Outputs(), []
        for person in persons:
            identity, record = self.notification(partner, person)
            outputs.add(*record)
            ids.append(identity)
        await self.write(outputs)
        return ids

    async def records(self, topic: str, count: int, wanted: Callable[[Any], bool]) -> list[Any]:
        """Return the committed records of a topic that are wanted, once there are so many."""
        consumer = self.cluster.consumer(topic)
        await consumer.start()
        found: list[Any] = []
        try:
            async with asyncio.timeout(LIMIT_S):
                async for record in consumer:
                    if wanted(record):
                        found.append(record)
                    if len(found) >= count:
                        return found
        finally:
            await consumer.stop()
        return found

    async def latest(self, topic: str) -> dict[str, bytes | None]:
        """Return the last committed value of every key of a topic, as it stands now."""
        found: dict[str, bytes | None] = {}
        watermarks = Watermarks(self.cluster)
        table = Table(self.cluster, topic, range(PARTITIONS), found.__setitem__, watermarks)
        await watermarks.start()
        try:
            await table.open()
        finally:
            await table.close()
            await watermarks.close()
        return found

    async def waiting(self, partner: str, count: int) -> None:
        """Return when so many notifications stand in the partner's state topic as waiting."""

        async def so_many() -> bool:
            state = await self.latest(topics.state_deliver(partner))
            return sum(key.startswith("pending/") for key, value in state.items() if value) >= count

        await until(so_many)

    async def receipts(self, partner: str, count: int) -> list[Receipt]:
        """Return the receipts about a partner, in the order of the log, once there are so many."""
        mine = f'"recipient":"{partner}"'.encode()
        found = await self.records(topics.RECEIPTS, count, lambda record: mine in record.value)
        return [Receipt.model_validate_json(record.value) for record in found]
