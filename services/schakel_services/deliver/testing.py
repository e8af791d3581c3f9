"""A stage for tests of the deliverer: a small chain on a real broker, and real targets.

The test plays the gate: it writes registry records and notifications with the runtime's own writer.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
from aiohttp import web

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.envelope import CONSENT, RELATION, Envelope
from schakel_contracts.identifiers import NAMESPACE
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord, RelationRecord, registry_key
from schakel_contracts.support_level import SupportLevelChanged
from schakel_services.deliver.app import build
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.frame import Frame
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.runtime.links import Links
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.table import Table
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs, Writer

PARTITIONS = 4
LIMIT_S = 30.0
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


@dataclass
class Post:
    """One request that a target got."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int
    """Of the connection that it came over."""

    @property
    def id(self) -> str:
        """Return the notification's id."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """Return the CloudEvent."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Target:
    """A partner's system: a real HTTP server that keeps what it gets, and answers as it is told."""

    answer: Callable[[Post], Awaitable[int]] | None = None
    posts: list[Post] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> None:
        """Listen, on the same port as before."""
        application = web.Application()
        application.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def wait_for(self, count: int) -> list[Post]:
        """Return the requests once there are so many."""
        async with asyncio.timeout(LIMIT_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.posts) >= count)
        return self.posts

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        peer = request.transport and request.transport.get_extra_info("peername")
        post = Post(request.path, headers, await request.read(), peer[1] if peer else 0)
        self.posts.append(post)
        async with self._arrived:
            self._arrived.notify_all()
        status = 200 if self.answer is None else await self.answer(post)
        elsewhere = {"location": "/elsewhere"} if 300 <= status < 400 else {}  # noqa: PLR2004
        return web.json_response({"ok": status < 300}, status=status, headers=elsewhere)  # noqa: PLR2004


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
        head += 'purposes = ["job_coaching"]\n'
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
                purposes=(Purpose.JOB_COACHING,),
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
        self, partner: str, person: str, *, position: str | None = None, **header: bytes
    ) -> tuple[str, tuple[str, int, bytes, bytes, list[tuple[str, bytes]]]]:
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
            purpose=Purpose.JOB_COACHING,
            basis="C",
            sequence=sequence,
            traceparent=f"00-{sequence:032x}-{sequence:016x}-01",
        )
        headers = dict(envelope.to_headers(position or f"events/{partition}/{self._offset}/0"))
        headers[CONSENT] = str(self.consent_id(person, partner)).encode()
        headers[RELATION] = b"1"
        headers |= header
        body = b'{"direction":"up"}'
        return identity, (topics.notify(partner), partition, person.encode(), body, list(headers.items()))

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


def readiness(app: Frame) -> httpx.AsyncClient:
    """Return a client of the application's own endpoints."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://deliver")


async def until_ready(app: Frame) -> None:
    """Return when the deliverer says that it is ready."""
    async with readiness(app) as client:

        async def ready() -> bool:
            return (await client.get("/readyz")).status_code == httpx.codes.OK

        await until(ready)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when something holds that can only be asked for: nobody says when it changes."""
    async with asyncio.timeout(LIMIT_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_frozen(pid: int) -> None:
    """Return when a process is stopped by SIGSTOP."""

    async def frozen() -> bool:
        state = Path(f"/proc/{pid}/stat").read_text("ascii")  # noqa: ASYNC240 - no disk behind it
        return state.rpartition(")")[2].split()[0] == "T"

    await until(frozen)


@contextmanager
def process(stage: Stage, **environment: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Run the deliverer as a process of its own."""
    command = [sys.executable, "-m", "schakel_services.cli.main", "run", "deliver"]
    places = ["--chain", str(stage.chain_file), "--data", str(stage.data)]
    given = {"KAFKA_BOOTSTRAP_SERVERS": stage.cluster.bootstrap, "SCHAKEL_RETRY_FIRST_S": "0.2"}
    with subprocess.Popen(
        command + places,
        env=os.environ | given | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGCONT)
            running.terminate()


@asynccontextmanager
async def delivering(settings: Settings) -> AsyncIterator[Frame]:
    """Run the deliverer in this process, from ready to a clean stop."""
    app = build(settings)
    told: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    running = asyncio.create_task(app({"type": "lifespan"}, told.get, heard.put))
    await told.put({"type": "lifespan.startup"})
    await heard.get()
    try:
        await until_ready(app)
        yield app
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await heard.get()
        await running
