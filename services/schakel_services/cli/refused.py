"""Read one partner's quarantine with that partner's keys, and put records of it back."""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord

from schakel_services.chain.load import load_chain
from schakel_services.intake.quarantine import UNDECIPHERABLE, Quarantined, open_sealed
from schakel_services.intake.step import A256GCM, ENCRYPTION, WITHHOLD
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring, PartnerKeys, Undecipherable
from schakel_services.runtime.placement import partition_of
from schakel_services.trail.stream import records_now

SEALED = "sealed"
"""The outcome of a record that these keys can't open."""


class NoSuchPartner(LookupError):
    """The chain has no partner of this id."""


@dataclass(frozen=True)
class Refused:
    """One partner's refused records; nobody without its keys can read them."""

    cluster: Cluster
    partner: str
    connectors: tuple[str, ...]
    keys: PartnerKeys
    partitions: int

    @classmethod
    def of(cls, cluster: Cluster, chain_file: Path, data: Path, partner_id: str) -> "Refused":
        """Return it, or raise ``ChainError``, ``NoSuchPartner`` or ``KeyMissing``."""
        chain = load_chain(chain_file)
        try:
            partner = chain.by_id(partner_id)
        except KeyError:
            raise NoSuchPartner(partner_id) from None
        keys = Keyring(data / chain.keys).partner(partner.id)
        return cls(cluster, partner.id, partner.connectors, keys, chain.partitions)

    async def all(self) -> AsyncGenerator[Quarantined, None]:
        """Yield every record that was not put back."""
        async with aclosing(self._read(range(self.partitions))) as found:
            async for record in found:
                yield record

    async def one(self, key: str) -> Quarantined | None:
        """Return the record of a key; None where there is none, or it was put back."""
        async with aclosing(self._read([partition_of(key, self.partitions)], key)) as found:
            async for record in found:
                return record
        return None

    async def put_back(self, producer: AIOKafkaProducer, record: Quarantined) -> dict[str, Any]:
        """Put a record on its topic again, in the partition that it came from, and say where it stands now.

        The intake takes it anew, and it is in quarantine no more: that is written last, so that whoever is broken off
        in between puts it back once more, and loses nothing. Or say in ``reason`` why nothing was put back.
        """
        line: dict[str, Any] = {"key": record.key, "connector": record.connector, "replayed": False, "position": None}
        if record.outcome == SEALED:
            return line | {"reason": "kept_with_another_key"}
        if record.raw is None:
            return line | {"reason": "too_large_to_keep"}
        if record.connector not in self.connectors:
            return line | {"reason": "connector_not_used"}
        topic = topics.raw(self.partner, record.connector)
        # What could not be deciphered is still as it came; the key may be right by now.
        value = record.raw if UNDECIPHERABLE in record.errors else self.keys.encrypt(record.raw, topic)
        headers = [(ENCRYPTION, A256GCM)]
        headers += [(WITHHOLD, record.withhold.encode("ascii", "replace"))] if record.withhold is not None else []
        number = int(record.position.rsplit("/", 2)[1])
        sent = await producer.send_and_wait(topic, value, partition=number, headers=headers)
        place = partition_of(record.key, self.partitions)
        await producer.send_and_wait(topics.quarantine(self.partner), None, record.key.encode(), partition=place)
        return line | {"replayed": True, "reason": None, "position": f"{topic}/{number}/{sent.offset}"}

    async def _read(self, numbers: Collection[int], key: str | None = None) -> AsyncGenerator[Quarantined, None]:
        """Yield what is in quarantine now; read twice, since that a record was put back stands behind it."""
        gone = {name async for name, record in self._records(numbers) if record.value is None}
        async with aclosing(self._records(numbers)) as records:
            async for name, record in records:
                if record.value is None or name in gone or key not in {None, name}:
                    continue
                try:
                    yield open_sealed(self.partner, self.keys, name, record.value)
                except Undecipherable:
                    yield _sealed(name, record)

    async def _records(self, numbers: Collection[int]) -> AsyncGenerator[tuple[str, ConsumerRecord], None]:
        async with aclosing(records_now(self.cluster, topics.quarantine(self.partner), numbers)) as records:
            async for record in records:
                yield (record.key or b"").decode("ascii", "replace"), record


def _sealed(name: str, record: ConsumerRecord) -> Quarantined:
    """Return what can be said of a record that was kept with another key, from before the keys were changed, say."""
    return Quarantined(
        key=name,
        connector="unknown",
        outcome=SEALED,
        position=f"{record.topic}/{record.partition}/{record.offset}",
        errors=(),
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat(),
        size=len(record.value),
        withhold=None,
        traceparent=None,
        raw=None,
    )
