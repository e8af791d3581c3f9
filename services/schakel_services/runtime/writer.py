"""One transaction: outputs, state and the offsets that they were made from, all or nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import BATCH_BYTES_MAX, Cluster
from schakel_services.runtime.failpoint import pass_failpoint

Headers = list[tuple[str, bytes]]
NO_HEADERS: Headers = []
Row = tuple[bytes | None, bytes | None, Headers]

NO_COMPRESSION = 0
PACKED_AT = 200
"""Rows; fewer are left as they are."""


ROW_BYTES_MAX = BATCH_BYTES_MAX - 20_000
"""Key, value and headers of one record that surely fit in a batch, with what encryption and the batch itself add."""


class RecordTooLarge(ValueError):
    """One record is larger than a batch may be; names the topic, never the record."""


@dataclass
class Outputs:
    """What one turn of a step comes to: rows to write, in their order within a partition, and what it left undone."""

    rows: dict[tuple[str, int], list[Row]] = field(default_factory=dict)
    left: dict[TopicPartition, Sequence[ConsumerRecord]] = field(default_factory=dict)
    """What the step left of the records that it was given, of each partition the last ones; it is given them again,
    before any others."""

    more: bool = False
    """Whether something else waits for the step: then the next turn comes at once."""

    packed: dict[tuple[str, int], list[BatchBuilder]] = field(default_factory=dict)
    """Rows that were packed already, as the broker gets them; they stand before those in ``rows``."""

    def add(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers = NO_HEADERS
    ) -> None:
        """Append one record; ``value`` None is a tombstone."""
        rows = self.rows.get((topic, partition))
        if rows is None:
            self.rows[(topic, partition)] = [(key, value, headers)]
        else:
            rows.append((key, value, headers))

    def pack(self) -> None:
        """Pack the rows so far, where there are many; a step does so now and then.

        A turn's rows are some ten thousand objects. Packed while they are still in the processor's cache, and let go
        of, they cost a tenth less than all at the end.
        """
        if sum(map(len, self.rows.values())) >= PACKED_AT:
            self.seal()

    def seal(self) -> None:
        """Pack all rows; raises ``RecordTooLarge`` for one that fits in no batch."""
        for place, rows in self.rows.items():
            _pack(self.packed.setdefault(place, []), rows, place[0])
        self.rows = {}

    def __bool__(self) -> bool:
        """Say whether there is anything to write."""
        return bool(self.rows or self.packed)


class Writer:
    """A transactional producer with a stable id: starting it fences every earlier holder of that id.

    After any exception from ``commit`` it is unknown whether the transaction took place: close the writer, forget
    what was derived, and open again from the committed offsets.
    """

    def __init__(self, cluster: Cluster, transactional_id: str) -> None:
        self._producer: AIOKafkaProducer = cluster.producer(transactional_id)
        self._limit_s = cluster.transaction_timeout_ms / 1000

    async def start(self) -> None:
        """Fence earlier holders of the id and end their open transaction."""
        await self._producer.start()

    async def close(self, limit_s: float = 5.0) -> None:
        """Close within the limit, whatever state the transaction is in."""
        await stop_client(self._producer, limit_s)

    async def commit(self, outputs: Outputs, offsets: Mapping[TopicPartition, int], group: str | None) -> None:
        """Write the outputs and the offsets (next to read) in one transaction; return when it is acknowledged.

        Raises ``TimeoutError`` after the time in which the broker would break it off. The client itself would go on
        until a broker that is away came back, and write then what its sender was told had not been taken.
        """
        async with asyncio.timeout(self._limit_s):
            await self._commit(outputs, offsets, group)

    async def _commit(self, outputs: Outputs, offsets: Mapping[TopicPartition, int], group: str | None) -> None:
        producer = self._producer
        await producer.begin_transaction()
        sent: list[asyncio.Future[object]] = []
        outputs.seal()
        for (topic, partition), batches in outputs.packed.items():
            for batch in batches:
                _check(batch, topic)
                sent.append(_heard(await producer.send_batch(batch, topic, partition=partition)))
        if offsets and group is not None:
            await producer.send_offsets_to_transaction(dict(offsets), group)
        await asyncio.gather(*sent)
        if outputs:
            pass_failpoint("before_commit")
        await producer.commit_transaction()


def new_batch() -> BatchBuilder:
    """Return an empty batch like those of ``Cluster.producer``: it can be filled before its transaction begins."""
    return BatchBuilder(BATCH_BYTES_MAX, NO_COMPRESSION, is_transactional=True)


def _pack(batches: list[BatchBuilder], rows: list[Row], topic: str) -> None:
    """Append rows to the last batch of a partition, and to new ones where that is full."""
    if not batches:
        batches.append(new_batch())
    append = batches[-1].append
    for key, value, headers in rows:
        if append(key=key, value=value, timestamp=None, headers=headers) is None:
            _check(batches[-1], topic)
            batches.append(new_batch())
            append = batches[-1].append
            append(key=key, value=value, timestamp=None, headers=headers)


def _heard(sent: "asyncio.Future[object]") -> "asyncio.Future[object]":
    """Let nobody complain later that its failure was not heard: where an earlier step fails, it is not waited for."""
    sent.add_done_callback(lambda done: None if done.cancelled() else done.exception())
    return sent


def _check(batch: BatchBuilder, topic: str) -> None:
    """A batch takes its first record however large that is; a broker does not."""
    if batch.size() > BATCH_BYTES_MAX:
        raise RecordTooLarge(topic)
