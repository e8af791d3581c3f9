"""The intake of one partner on a real broker, and that partner's systems."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from aiokafka import ConsumerRecord

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Role
from schakel_contracts.identifiers import Bsn, Pseudonym, is_bsn
from schakel_contracts.refusal import Refusal
from schakel_services.intake.app import build
from schakel_services.runtime import topics
from schakel_services.runtime.frame import Frame
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.testing.ground import Ground, until
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.writer import Outputs

PARTITIONS = 4
CONNECTORS = ("fhir_care_plan", "fhir_consent")
BSN_SYSTEM, OWN_SYSTEM = "http://fhir.nl/fhir/NamingSystem/bsn", "https://epd.ggz.example/clienten"
CHAIN = """\
[chain]
name = "{name}"
region = "Proef"
partitions = {partitions}
purposes = ["care_coordination"]

[[partner]]
id = "{name}"
name = "Proef"
oin = "00000099000000001000"
role = "{role}"
connectors = ["fhir_care_plan", "fhir_consent"]
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]

[[partner]]
id = "{name}-coach"
name = "Jobcoach"
oin = "00000099000000002000"
role = "JOB"
channel = {{ kind = "folder" }}
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]

[[partner]]
id = "{name}-day"
name = "Dagbesteding"
oin = "00000099000000003000"
role = "DAY"
channel = {{ kind = "folder" }}
agreements = [{{ kind = "convenant", until = 2099-12-31 }}]
"""

_BSNS = (Bsn(str(number)) for number in count(999_970_000) if is_bsn(str(number)))


@dataclass
class Running:
    """One intake that runs in this process, and a client of it."""

    app: Frame
    client: httpx.AsyncClient

    async def problems(self) -> dict[str, str]:
        """Return what /readyz says is wrong."""
        found: dict[str, str] = (await self.client.get("/readyz")).json()["problems"]
        return found

    async def ready(self) -> None:
        """Return when it is ready."""
        await until(self._is_ready)

    async def _is_ready(self) -> bool:
        return (await self.client.get("/readyz")).status_code == httpx.codes.OK


class Stage:
    """A partner of which no other test knows."""

    def __init__(self, ground: Ground, data: Path) -> None:
        self.ground = ground
        self.data = data
        self.partner = ground.name
        self.keys = PartnerKeys(b"", "", "")

    async def open(self) -> None:
        """Write the chain file and the keys, and make the topics."""
        text = CHAIN.format(name=self.partner, partitions=PARTITIONS, role=Role.GGZ)
        (self.data / "chain.toml").write_text(text, "utf-8")
        keyring = Keyring(self.data / "keys")
        keyring.create_missing([self.partner])
        self.keys = keyring.partner(self.partner)
        await create_topics(self.ground.cluster, topics_of([(self.partner, CONNECTORS)], PARTITIONS))

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[Running]:
        """Run the intake, from ready to a clean stop."""
        app = build(Settings(chain_file=self.data / "chain.toml", data=self.data, cluster=self.ground.cluster))
        told: asyncio.Queue[Any] = asyncio.Queue()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        lifespan = asyncio.create_task(app({"type": "lifespan"}, told.get, heard.put))
        await told.put({"type": "lifespan.startup"})
        await heard.get()
        transport = httpx.ASGITransport(app=app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://intake", timeout=40) as client:
                running = Running(app, client)
                await running.ready()
                yield running
        finally:
            await told.put({"type": "lifespan.shutdown"})
            await heard.get()
            await lifespan

    async def post(self, running: Running, record: dict[str, Any], connector: str = "fhir_care_plan") -> httpx.Response:
        """Send one record over HTTP."""
        headers = {"authorization": f"Bearer {self.keys.api}", "content-type": "application/fhir+json"}
        path = f"/v1/partners/{self.partner}/records/{connector}"
        return await running.client.post(path, content=json.dumps(record), headers=headers)

    async def put(self, *bodies: bytes, headers: list[tuple[str, bytes]] | None = None) -> None:
        """Put records on the partner's raw topic of care plans."""
        outputs = Outputs()
        for body in bodies:
            outputs.add(topics.raw(self.partner, "fhir_care_plan"), 0, None, body, headers or [])
        await (await self.ground.writer("partner")).commit(outputs, {}, None)

    def pseudonym(self, bsn: Bsn) -> Pseudonym:
        """Return what a person is called on the log."""
        return Keyring(self.data / "keys").chain().pseudonym(bsn)

    async def everything(self) -> list[ConsumerRecord]:
        """Return all that this partner published, as it stands now."""
        mine = f":{self.partner}".encode()
        return [
            record for record in await self.ground.read(topics.EVENTS) if _header(record, "ce_source").endswith(mine)
        ]

    async def plans(self, count: int = 0) -> list[ConsumerRecord]:
        """Return what this partner published of care plans, once there is so much; each brings a relation, once."""

        async def so_many() -> bool:
            return len(_of_plans(await self.everything())) >= count

        await until(so_many)
        return _of_plans(await self.everything())

    async def refusals(self, count: int) -> list[Refusal]:
        """Return what was refused of this partner, once there is so much."""

        async def so_many() -> bool:
            return len(await self._refusals()) >= count

        await until(so_many)
        return await self._refusals()

    async def _refusals(self) -> list[Refusal]:
        records = [record for record in await self.ground.read(topics.AUDIT) if _is_refusal(record)]
        found = [Refusal.model_validate_json(record.value) for record in records]
        return [refusal for refusal in found if refusal.partner == self.partner]


def _header(record: ConsumerRecord, name: str) -> bytes:
    return dict(record.headers).get(name) or b""


def _of_plans(records: list[ConsumerRecord]) -> list[ConsumerRecord]:
    return [record for record in records if _header(record, "ce_type") == CarePlanStatusChanged.type.encode()]


def _is_refusal(record: ConsumerRecord) -> bool:
    return topics.REFUSAL_HEADERS[0] in record.headers


def somebody() -> Bsn:
    """Return a number of the test range that no other test uses."""
    return next(_BSNS)


def plan(subject: Bsn | str, **changed: Any) -> dict[str, Any]:
    """Return a care plan of somebody, named by BSN or by the partner's own number."""
    system = BSN_SYSTEM if is_bsn(subject) else OWN_SYSTEM
    found = {
        "resourceType": "CarePlan",
        "id": "plan-1",
        "status": "active",
        "intent": "plan",
        "subject": {"identifier": {"system": system, "value": subject}},
        "period": {"start": "2026-01-05"},
    }
    return found | changed


def patient(bsn: Bsn, number: str) -> dict[str, Any]:
    """Return a patient with both numbers."""
    identifiers = [{"system": BSN_SYSTEM, "value": bsn}, {"system": OWN_SYSTEM, "value": number}]
    return {"resourceType": "Patient", "id": number, "identifier": identifiers, "name": [{"family": "Voorbeeld"}]}
