"""Partitions of a compacted topic, in memory: restored from the log, never a database."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import QUIET_WAIT_MS, Cluster, Records
from schakel_services.runtime.watermark import Watermarks

Apply = Callable[[str, bytes | None], None]
"""What to do with a key and its new value (None: gone)."""

POLL_MS = 50
"""A fetch that holds only markers or aborted records does not end a poll: it is seen when the poll times out. So where
a barrier waits, polls are short."""

IDLE_MS = 1_000
"""A poll where nobody waits; a service follows dozens of tables, most of which rarely change."""


class TableBehind(RuntimeError):
    """The table could not be read far enough in time: whoever needed it must not go on (fail closed)."""


class Table:
    """One partition of a compacted topic, or several, followed for as long as it is open.

    ``barrier`` waits until everything that was written before the call has been applied, so a withdrawal that was
    acknowledged before a batch began is always seen.
    """

    def __init__(
        self,
        cluster: Cluster,
        topic: str,
        partition: int | Iterable[int],
        apply: Apply,
        watermarks: Watermarks,
    ) -> None:
        numbers = (partition,) if isinstance(partition, int) else tuple(partition)
        self._topic = topic
        self._positions = {TopicPartition(topic, number): 0 for number in numbers}
        self._cluster = cluster
        self._apply = apply
        self._watermarks = watermarks
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._moved = asyncio.Condition()
        self._waiting = 0
        self._awaited = asyncio.Event()
        """Set while a barrier waits."""
        self.lag_s_injected = 0.0
        """Test only: apply what was read this much later, so that a missing barrier shows."""

    async def open(self, limit_s: float = 60.0) -> None:
        """Start to follow and return when everything that is on the log now has been applied."""
        consumer = self._cluster.consumer(client_id=f"table-{self._topic}", wait_ms=QUIET_WAIT_MS)
        self._consumer = consumer
        consumer.assign(list(self._positions))
        await consumer.start()
        for partition in self._positions:
            # To ask where it begins would wait for the fetch under way; where that is not 0 the broker says so itself.
            consumer.seek(partition, 0)
        self._task = asyncio.create_task(self._follow(consumer), name=f"table {self._topic}")
        await self.barrier(limit_s)

    async def close(self) -> None:
        """Stop to follow; what is in memory stays as it was."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._task
        if self._consumer is not None:
            await stop_client(self._consumer)

    @property
    def follows(self) -> bool:
        """Say whether it still follows; when not, every barrier fails until it is made anew."""
        return self._task is not None and not self._task.done()

    async def barrier(self, limit_s: float = 5.0, partitions: Iterable[int] | None = None) -> None:
        """Return when all that was written before this call is applied, in some partitions or in all.

        Raises ``TableBehind`` after the limit.
        """
        asked = (
            list(self._positions)
            if partitions is None
            else [TopicPartition(self._topic, number) for number in partitions]
        )
        try:
            async with asyncio.timeout(limit_s):
                ends = await asyncio.gather(*map(self._watermarks.end, asked))
                for partition, end in zip(asked, ends, strict=True):
                    await self._reach(partition, end)
        except TimeoutError:
            raise TableBehind(self._topic) from None

    async def _reach(self, partition: TopicPartition, offset: int) -> None:
        """Wait until every record before the offset is applied."""
        if self._positions[partition] >= offset:
            return
        self._waiting += 1
        self._awaited.set()
        try:
            async with self._moved:
                while self._positions[partition] < offset:
                    if not self.follows:
                        raise TableBehind(self._topic)
                    await self._moved.wait()
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._awaited.clear()

    async def _poll(self, consumer: AIOKafkaConsumer) -> Records:
        """Return what arrived; nothing when that took too long, which is not long where a barrier waits."""
        if self._awaited.is_set():
            return await self._read(consumer, POLL_MS)
        polling = asyncio.create_task(self._read(consumer, IDLE_MS))
        awaited = asyncio.create_task(self._awaited.wait())
        try:
            await asyncio.wait({polling, awaited}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            awaited.cancel()
            # Records leave the client only in the step in which a poll ends: one that is broken off took none.
            polling.cancel()
        await asyncio.wait({polling})
        return {} if polling.cancelled() else polling.result()

    async def _read(self, consumer: AIOKafkaConsumer, limit_ms: int) -> Records:
        found: Records = await consumer.getmany(*self._positions, timeout_ms=limit_ms)
        return found

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        """Apply what arrives; end (and so fail every barrier) on an error that the client does not mend itself."""
        try:
            while True:
                found = await self._poll(consumer)
                # The position after the poll covers transaction markers, which are no records.
                positions = {partition: await consumer.position(partition) for partition in self._positions}
                if self.lag_s_injected:
                    await asyncio.sleep(self.lag_s_injected)
                for records in found.values():
                    for record in records:
                        self._apply(record.key.decode(), record.value)
                if positions != self._positions:
                    async with self._moved:
                        self._positions = positions
                        self._moved.notify_all()
        finally:
            async with self._moved:
                self._moved.notify_all()
