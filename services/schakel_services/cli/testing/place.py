"""A hub's data folder with a running broker and no service at work."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka import ConsumerRecord

from schakel_services.cli.testing.command import Said, schakel
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.stream import records_now

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Place:
    """Where a hub keeps its things."""

    data: Path
    chain: Path
    cluster: Cluster

    def schakel(self, *arguments: object) -> Said:
        """Run a command that finds its Kafka through the data folder."""
        return schakel(*arguments, "--data", self.data, environment={"KAFKA_BOOTSTRAP_SERVERS": None})

    def put(
        self, topic: str, values: Sequence[bytes], headers: Headers = (), *, key: str | None = None, partition: int = 0
    ) -> None:
        """Write records to one partition of a topic."""
        asyncio.run(self._put(topic, values, headers, key, partition))

    async def _put(
        self, topic: str, values: Sequence[bytes], headers: Headers, key: str | None, partition: int
    ) -> None:
        producer = self.cluster.plain_producer("test")
        await producer.start()
        try:
            name = None if key is None else key.encode()
            for value in values:
                await producer.send(topic, value, key=name, partition=partition, headers=list(headers))
            await producer.flush()
        finally:
            await producer.stop()

    def read(self, topic: str) -> list[ConsumerRecord]:
        """Return every record of a topic."""
        return asyncio.run(self._read(topic))

    async def _read(self, topic: str) -> list[ConsumerRecord]:
        return [record async for record in records_now(self.cluster, topic)]
