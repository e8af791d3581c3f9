"""Send plans through everything that happens, whole batches or nothing, in order."""

import asyncio
from collections.abc import Iterator
from itertools import islice

from aiokafka.errors import KafkaError

from schakel_services.chaos.scenario import PARTITIONS, SOURCE, Plan
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs, Writer

BATCH = 50


class Load:
    """A partner's system that puts its records on the raw topic in transactions, and repeats what failed."""

    def __init__(self, cluster: Cluster, rate: float, batch: int = BATCH) -> None:
        self._cluster = cluster
        self._rate = rate
        self._batch = batch
        self.sent = 0

    async def run(self, plans: Iterator[Plan]) -> None:
        """Send all plans at the rate, in order."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        writer: Writer | None = None
        while batch := list(islice(plans, self._batch)):
            outputs = Outputs()
            for plan in batch:
                topic = topics.raw(SOURCE, "fhir_care_plan")
                outputs.add(topic, partition_of(plan.bsn, PARTITIONS), None, plan.body)
            while True:
                try:
                    if writer is None:
                        writer = Writer(self._cluster, "chaos-load")
                        await asyncio.wait_for(writer.start(), 30)
                    await asyncio.wait_for(writer.commit(outputs, {}, None), 30)
                except (KafkaError, OSError, AssertionError, TimeoutError):
                    # In doubt: a new producer ends the old transaction. If it had been committed, the same records
                    # come twice, which must change nothing.
                    if writer is not None:
                        await writer.close()
                    writer = None
                    await asyncio.sleep(0.5)
                else:
                    break
            self.sent += len(batch)
            ahead = self.sent / self._rate - (loop.time() - began)
            if ahead > 0:
                await asyncio.sleep(ahead)
        if writer is not None:
            await writer.close()
