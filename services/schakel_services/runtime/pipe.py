"""The exactly-once loop: a batch in, a pure step, outputs + state + offsets out in one transaction.

One pipe is one transactional producer over a fixed set of input partitions. Opening it fences whoever had it before,
then restores what the step derives from the log, then reads on from the committed offsets. After any doubt it closes
everything, waits, and opens again: nothing derived survives a transaction whose end is unknown.
"""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import QUIET_WAIT_MS, Cluster, Records
from schakel_services.runtime.crash import place_of
from schakel_services.runtime.failpoint import pass_failpoint
from schakel_services.runtime.health import Progress
from schakel_services.runtime.log import log
from schakel_services.runtime.table import TableBehind
from schakel_services.runtime.writer import Outputs, Writer

BATCH_MAX = 2_000
POLL_MS = 500
FEW = 500
"""Fewer records than this in a turn mean that the pipe keeps up, and can let some gather."""

FRESH_MS = 10
"""How long to wait, after a rest, for what came during it. The client fetches once as the rest begins, and again when
that is handed out: without a second look each record would wait for a whole rest more."""

REOPEN_S = 1.0
REOPEN_S_MAX = 15.0


class Step(Protocol):
    """What a service does with a batch."""

    async def open(self) -> None:
        """Forget everything and restore it from the log; called after the fence."""

    async def work(self, records: Records) -> Outputs | None:
        """Return what to write; None when there is nothing to write and no offset to move.

        It may leave some of the records (``Outputs.left``), but never all of them.
        """

    def committed(self) -> None:
        """The outputs of the oldest ``work`` of which this was not said are on the log: answer who waits for it."""

    async def failed(self) -> None:
        """The outputs of every ``work`` that was not ``committed`` may not be on the log: tell who waits."""

    async def close(self) -> None:
        """Let go of what ``open`` took."""


class Wake(StrEnum):
    """How a pipe ended."""

    STOPPED = "stopped"
    FENCED = "fenced"


class Pipe:
    """Run one step exactly once over its input partitions, until it is stopped or fenced for good."""

    def __init__(  # noqa: PLR0913 - the parts of one loop, wired in one place
        self,
        cluster: Cluster,
        *,
        name: str,
        group: str,
        inputs: Sequence[TopicPartition],
        step: Step,
        progress: Progress,
        consumer: AIOKafkaConsumer | None = None,
        batch_max: int = BATCH_MAX,
        exclusive: bool = False,
        pace_s: float = 0.0,
        reopen_s: float = REOPEN_S,
        paused: Callable[[], bool] = lambda: False,
        ahead: bool = False,
    ) -> None:
        self._cluster = cluster
        self._name = name
        self._group = group
        self._inputs = tuple(inputs)
        self._step = step
        self.progress = progress
        self._shared = consumer
        self._consumer: AIOKafkaConsumer | None = consumer
        self._batch_max = batch_max
        self._exclusive = exclusive
        """Fenced means that another process took over for good, so do not open again."""
        self._pace_s = pace_s
        """The least time from one turn of few records to the next: a transaction costs the broker the same however
        small it is, and where processors are scarce the wait for them is longer than this."""
        self._reopen_s = reopen_s
        self._paused = paused
        """Asked before each read: what the step can't hold stays on the log."""
        self._ahead = ahead
        """Whether the step may work on while many records are being committed: it looks at nothing that must be newer
        than its own last commit. Few records wait for that: what comes meanwhile then shares one transaction."""
        self._committing: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Let the step work now, records or not."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the transaction at hand, then end."""
        self._stopping.set()
        self._woken.set()

    async def run(self) -> Wake:
        """Open, work, and open again after a doubt, until stopped or (when exclusive) fenced.

        A mistake of ours is raised, and ends the process: to go on would hide it. But an exclusive pipe is one
        partner's, and shares the process with those of others: it alone stays down, a little longer each time.
        """
        pause = self._reopen_s
        while not self._stopping.is_set():
            writer, before = self._new_writer(), pause
            try:
                await self._open(writer)
                pause = self._reopen_s
                await self._loop(writer)
            except ProducerFenced:
                log.warning("pipe_fenced", pipe=self._name)
                if self._exclusive:
                    return Wake.FENCED
            except (KafkaError, OSError, TableBehind, AssertionError, TimeoutError) as error:
                # AssertionError: what aiokafka raises when a transaction begins after a failure.
                log.warning("pipe_reopens", pipe=self._name, error=type(error).__name__)
            except Exception as error:
                if not self._exclusive:
                    raise
                log.critical("pipe_failed", pipe=self._name, error=type(error).__name__, place=place_of(error))
                pause = before
            finally:
                # First of all: who asks from here on must not be told that it is open.
                self.progress.down()
                await self._step.failed()
                await writer.close()
                await self._release()
            if not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
                pause = min(pause * 2, REOPEN_S_MAX)
        return Wake.STOPPED

    def _new_writer(self) -> Writer:
        return Writer(self._cluster, pass_failpoint("transactional_id", self._name))

    async def _open(self, writer: Writer) -> None:
        """Fence first: only then do the committed offsets stand still."""
        await writer.start()
        if self._shared is None and self._inputs:
            self._consumer = self._cluster.consumer(group=self._group, client_id=self._name, wait_ms=QUIET_WAIT_MS)
            self._consumer.assign(list(self._inputs))
            await self._consumer.start()
        if self._consumer is not None:
            for partition in self._inputs:
                # Where nothing was committed, from the start; the broker says by itself where that is, if it is not 0.
                self._consumer.seek(partition, await self._consumer.committed(partition) or 0)
        await self._step.open()
        # What was restored stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        self.progress.up()
        log.info("pipe_opened", pipe=self._name)

    async def _release(self) -> None:
        with contextlib.suppress(Exception):
            await self._step.close()
        if self._shared is None and self._consumer is not None:
            await stop_client(self._consumer)
            self._consumer = None

    async def _loop(self, writer: Writer) -> None:
        polling: asyncio.Task[Records] | None = None
        left: Records = {}
        rested = False
        try:
            while not self._stopping.is_set():
                if self._consumer is not None and polling is None and not self._paused():
                    polling = asyncio.create_task(self._poll(self._consumer, rested=rested))
                records = left or await self._next(polling)
                if not left and polling is not None and polling.done():
                    polling = None
                self.progress.beat()
                began = asyncio.get_running_loop().time()
                left = await self._turn(writer, records)
                number = _count(records)
                if number < FEW or not self._ahead:
                    await self._settled()
                rested = bool(self._pace_s) and 0 < number < FEW
                if rested:
                    await asyncio.sleep(began + self._pace_s - asyncio.get_running_loop().time())
            await self._settled()
        finally:
            for task in (polling, self._committing):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task
            self._committing = None

    async def _settled(self) -> None:
        """Return when what was worked out is on the log, or raise what kept it from that."""
        if self._committing is not None:
            await self._committing
            self._committing = None

    async def _poll(self, consumer: AIOKafkaConsumer, *, rested: bool) -> Records:
        """Return what there is, or what comes first; after a rest also what came while it lasted."""
        if rested:
            found: Records = await consumer.getmany(*self._inputs, max_records=self._batch_max)
            room = self._batch_max - _count(found)
            if found and room:
                fresh = await consumer.getmany(*self._inputs, timeout_ms=FRESH_MS, max_records=room)
                found = {each: [*found.get(each, ()), *fresh.get(each, ())] for each in found | fresh}
            if found:
                return found
        found = await consumer.getmany(*self._inputs, timeout_ms=POLL_MS, max_records=self._batch_max)
        return found

    async def _next(self, polling: "asyncio.Task[Records] | None") -> Records:
        """Return records, or nothing when woken first; a poll under way goes on for the next turn."""
        if polling is not None and polling.done():
            return polling.result()
        woken = asyncio.create_task(self._woken.wait())
        try:
            waiting: set[asyncio.Task[object]] = {woken} if polling is None else {woken, polling}
            await asyncio.wait(waiting, timeout=POLL_MS / 1000, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        self._woken.clear()
        return polling.result() if polling is not None and polling.done() else {}

    async def _turn(self, writer: Writer, records: Records) -> Records:
        """Let the step work, and begin to commit what it took; return what it left for the next turn."""
        if self._committing is not None and self._committing.done():
            await self._settled()
        outputs = await self._step.work(records)
        if outputs is None and not records:
            return {}
        outputs = Outputs() if outputs is None else outputs
        taken = _without(records, outputs.left)
        offsets = {partition: found[-1].offset + 1 for partition, found in taken.items() if found}
        await self._settled()
        self._committing = asyncio.create_task(self._commit(writer, outputs, taken, offsets))
        if outputs.more:
            self.wake()
        return outputs.left

    async def _commit(
        self, writer: Writer, outputs: Outputs, taken: Records, offsets: dict[TopicPartition, int]
    ) -> None:
        if outputs:
            pass_failpoint("before_transaction")
        await writer.commit(outputs, offsets, self._group if offsets else None)
        self._step.committed()
        for partition, found in taken.items():
            if found and self._consumer is not None:
                self.progress.read(partition, len(found), self._lag(partition, found[-1].offset + 1))

    def _lag(self, partition: TopicPartition, position: int) -> int:
        end = self._consumer.highwater(partition) if self._consumer is not None else None
        return 0 if end is None else max(0, end - position)


def _count(records: Records) -> int:
    return sum(map(len, records.values()))


def _without(records: Records, left: Records) -> Records:
    """Return the records without the last ones of each partition, which were left."""
    if not left:
        return records
    return {partition: found[: len(found) - len(left.get(partition, ()))] for partition, found in records.items()}
