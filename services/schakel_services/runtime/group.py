"""Share partitions among the copies of a service: one pipe per partition number, opened and closed by the group."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.crash import end_process_on_crash
from schakel_services.runtime.health import Health
from schakel_services.runtime.pipe import Pipe, Step

REVOKE_LIMIT_S = 5.0


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

    async def start(self) -> None:
        """Join the group."""
        self._consumer = self._cluster.consumer(group=self._service, client_id=self._service)
        self._consumer.subscribe(topics=list(self._topics), listener=self)
        await self._consumer.start()

    async def stop(self) -> None:
        """Finish what is in hand and leave; ``consumer.stop`` alone would never close the pipes."""
        await self._close(list(self._pipes))
        if self._consumer is not None:
            await stop_client(self._consumer)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish the transactions of what is taken away, within a limit."""
        await self._close(sorted({partition.partition for partition in revoked}))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Start a pipe for each partition number, in a task."""
        for number in sorted({partition.partition for partition in assigned}):
            if number not in self._pipes:
                self._open(number)

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
