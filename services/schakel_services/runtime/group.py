"""Share partitions among the copies of a service: one pipe per partition number, opened and closed by the group."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.crash import end_process_on_crash
from schakel_services.runtime.health import Health
from schakel_services.runtime.pipe import Pipe, Step

PACE_S = 0.05
"""Between two turns of a partition to which few records come: a transaction costs broker and client the same however
small it is, and where processors are scarce the wait for them is longer than this. The intake's is a little longer
still, so that what it commits finds the gate at rest."""

REVOKE_LIMIT_S = 5.0
STAND_BY_S = 5.0
"""How often a copy makes sure that it is still of the group."""

NOWHERE = TopicPartition("nowhere", 0)
"""A partition that nobody is ever assigned."""


class GroupRunner(ConsumerRebalanceListener):  # type: ignore[misc]
    """Run a service over co-partitioned topics: partition *n* of all goes through the pipe ``<service>-<n>``.

    The rebalance callbacks only start and stop tasks: inside them no heartbeats are sent, and exceptions are lost.
    """

    def __init__(
        self, cluster: Cluster, service: str, topics: Sequence[str], make_step: Callable[[int], Step], health: Health
    ) -> None:
        self._cluster = cluster
        self._service = service
        self._topics = tuple(topics)
        self._make_step = make_step
        self._health = health
        self._consumer: AIOKafkaConsumer | None = None
        self._pipes: dict[int, tuple[Pipe, asyncio.Task[object]]] = {}
        self._membership = health.loop(service)
        """Up once the group has said which partitions are ours, if only that there are none: then we stand by."""
        self._standing_by: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group."""
        self._consumer = self._cluster.consumer(group=self._service, client_id=self._service)
        self._consumer.subscribe(topics=list(self._topics), listener=self)
        await self._consumer.start()
        self._standing_by = asyncio.create_task(self._stand_by(self._consumer), name=f"{self._service}-group")
        end_process_on_crash(self._standing_by)

    async def stop(self) -> None:
        """Finish what is in hand and leave; ``consumer.stop`` alone would never close the pipes."""
        if self._standing_by is not None:
            self._standing_by.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._standing_by
        self._health.forget(self._membership)
        await self._close(list(self._pipes))
        if self._consumer is not None:
            await stop_client(self._consumer)

    async def position(self, partition: TopicPartition) -> int:
        """Return how far an input was read, markers of transactions included."""
        if self._consumer is None:
            raise KafkaConnectionError("not connected")
        found: int = await self._consumer.position(partition)
        return found

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish the transactions of what is taken away, within a limit."""
        self._membership.down()
        await self._close(sorted({partition.partition for partition in revoked}))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Start a pipe for each partition number, in a task."""
        for number in sorted({partition.partition for partition in assigned}):
            if number not in self._pipes:
                self._open(number)
        self._membership.up()

    async def _stand_by(self, consumer: AIOKafkaConsumer) -> None:
        """Stay in the group while there is nothing to read, and say whether the cluster is there.

        A member that reads nothing for five minutes would leave the group and join it anew, and each time all copies
        would stop and start; a read of nothing counts as one.
        """
        while True:
            await asyncio.sleep(STAND_BY_S)
            if self._pipes:
                self._membership.beat()
                continue
            try:
                async with asyncio.timeout(STAND_BY_S):
                    await consumer.getmany(NOWHERE)
                    await consumer.end_offsets([TopicPartition(self._topics[0], 0)])
            except (KafkaError, OSError, TimeoutError):
                self._membership.down()
            else:
                self._membership.up()

    def _open(self, number: int) -> None:
        name = f"{self._service}-{number}"
        pipe = Pipe(
            self._cluster,
            name=name,
            group=self._service,
            inputs=[TopicPartition(topic, number) for topic in self._topics],
            step=self._make_step(number),
            progress=self._health.loop(name),
            consumer=self._consumer,
            pace_s=PACE_S,
            # Two heartbeats: a member that was thrown out learns of it before it fences the new owner.
            reopen_s=max(0.5, self._cluster.session_timeout_ms / 2000),
        )
        task = asyncio.create_task(pipe.run(), name=name)
        end_process_on_crash(task)
        self._pipes[number] = (pipe, task)

    async def _close(self, numbers: Iterable[int]) -> None:
        closing = [self._pipes.pop(number) for number in numbers if number in self._pipes]
        for pipe, _ in closing:
            pipe.stop()
        for pipe, task in closing:
            done, _ = await asyncio.wait({task}, timeout=REVOKE_LIMIT_S)
            if not done:
                task.cancel()
            self._health.forget(pipe.progress)
