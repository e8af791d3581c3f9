"""A partner's own system, as far as it sends: over HTTP, as a file, or on a topic of its own."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from aiokafka import AIOKafkaProducer

from schakel_services.chain.model import Partner
from schakel_services.demo.minutes import Minutes
from schakel_services.runtime import topics
from schakel_services.runtime.keys import PartnerKeys
from schakel_services.runtime.placement import partition_of

ENCRYPTED = [("schakel_enc", b"a256gcm")]
"""Says that a record on a raw topic is encrypted with the partner's data key, bound to the name of the topic."""

JSON, XML = "application/json", "application/xml"


@dataclass(frozen=True)
class Answer:
    """What the intake answered, and when."""

    status: int
    at: datetime
    events: tuple[UUID, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """Field and rule."""

    body: str = ""


@dataclass(frozen=True)
class Exchange:
    """What all partners' systems share on this machine."""

    intake: str
    """Where the intake listens."""

    data: Path
    client: httpx.AsyncClient
    producer: AIOKafkaProducer
    partitions: int
    minutes: Minutes
    now: Callable[[], datetime]


class PartnerSystem:
    """Sends one partner's records with that partner's own keys."""

    def __init__(self, partner: Partner, keys: PartnerKeys, exchange: Exchange) -> None:
        self.partner = partner
        self._keys = keys
        self._exchange = exchange

    async def post(self, connector: str, record: dict[str, Any] | bytes) -> Answer:
        """Send a record over HTTP and return the answer, which comes after the record is on the log."""
        exchange = self._exchange
        body = raw_of(record)
        number = exchange.minutes.note_sent(self.partner.id, connector, "http", body)
        response = await exchange.client.post(
            f"{exchange.intake}/v1/partners/{self.partner.id}/records/{connector}",
            content=body,
            headers={
                "authorization": f"Bearer {self._keys.api}",
                "content-type": XML if isinstance(record, bytes) else JSON,
            },
        )
        at = exchange.now()
        exchange.minutes.note_answer(number, response.status_code, dict(response.headers), response.content)
        found = response.json()
        return Answer(
            response.status_code,
            at,
            events=tuple(UUID(event) for event in found.get("events", ())),
            errors=tuple((error["field"], error["rule"]) for error in found.get("errors", ())),
            body=response.text,
        )

    async def drop(self, connector: str, name: str, record: dict[str, Any]) -> Path:
        """Put a record in the watched folder, whole at once, and return where it lies."""
        body = raw_of(record)
        self._exchange.minutes.note_sent(self.partner.id, connector, "file", body)
        folder = self._exchange.data / "inbox" / self.partner.id / connector
        await asyncio.to_thread(_appear, folder / name, body)
        return folder / name

    async def put(self, connector: str, record: dict[str, Any] | bytes, *, encrypted: bool = True) -> None:
        """Put a record on the partner's own topic, encrypted with its data key."""
        body = raw_of(record)
        self._exchange.minutes.note_sent(self.partner.id, connector, "topic", body)
        topic = topics.raw(self.partner.id, connector)
        value = self._keys.encrypt(body, topic) if encrypted else body
        partition = partition_of(self.partner.id, self._exchange.partitions)
        headers = ENCRYPTED if encrypted else []
        await self._exchange.producer.send_and_wait(topic, value, partition=partition, headers=headers)


def raw_of(record: dict[str, Any] | bytes) -> bytes:
    """Return a record as it goes over the line."""
    return record if isinstance(record, bytes) else json.dumps(record, ensure_ascii=False, indent=1).encode()


def _appear(path: Path, body: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(body)
    unfinished.rename(path)
