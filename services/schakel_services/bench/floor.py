"""The floor: a bare aiokafka transactional pass-through that writes the same number and size of records.

It reads the raw records and writes, in one transaction a batch, as many records of the same size as intake and gate
wrote for them, without looking at anything. Run as a program of its own, so that it has a process like a service has.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping

import uvloop
from aiokafka import ConsumerRecord, TopicPartition

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.writer import Outputs, Writer

BATCH_MAX = 2_000
OUT = "bench.floor"


async def run(
    cluster: Cluster,
    raw: str,
    partitions: int,
    shape: Mapping[str, tuple[float, int]],
    group: str,
    records: int,
    *,
    batched: bool,
) -> float:
    """Return the records a second; ``shape`` is, for each output topic, records per raw record and bytes of each."""
    inputs = [TopicPartition(raw, n) for n in range(partitions)]
    consumer = cluster.consumer(group=group, client_id="floor")
    consumer.assign(inputs)
    await consumer.start()
    writer = Writer(cluster, group)
    await writer.start()
    await consumer.seek_to_beginning(*inputs)
    plan = _Plan(shape)
    count = 0
    began = time.perf_counter()
    while count < records:
        found = await consumer.getmany(*inputs, timeout_ms=500, max_records=BATCH_MAX)
        offsets = {tp: rows[-1].offset + 1 for tp, rows in found.items()}
        if not offsets:
            continue
        if batched:
            outputs = Outputs()
            for tp, rows in found.items():
                plan.into(outputs, tp.partition, rows)
            await writer.commit(outputs, offsets, group)
        else:
            await _send_each(writer, plan, found, offsets, group)
        count += sum(map(len, found.values()))
    seconds = time.perf_counter() - began
    await consumer.stop()
    await writer.close()
    return count / seconds


class _Plan:
    """How many records of which size to write for each raw record; fractions are carried over."""

    def __init__(self, shape: Mapping[str, tuple[float, int]]) -> None:
        self._shape = [(topic, rate, b"x" * size) for topic, (rate, size) in shape.items()]
        self._owed = dict.fromkeys(shape, 0.0)

    def rows(self, count: int) -> list[tuple[str, int, bytes]]:
        """Return topic, number and value for a batch of raw records."""
        found = []
        for topic, rate, value in self._shape:
            self._owed[topic] += rate * count
            whole = int(self._owed[topic])
            self._owed[topic] -= whole
            found.append((topic, whole, value))
        return found

    def into(self, outputs: Outputs, partition: int, rows: list[ConsumerRecord]) -> None:
        """Add them to one transaction's outputs."""
        for topic, number, value in self.rows(len(rows)):
            for _ in range(number):
                outputs.add(f"{OUT}.{topic}", partition, None, value)


async def _send_each(
    writer: Writer,
    plan: _Plan,
    found: Mapping[TopicPartition, list[ConsumerRecord]],
    offsets: Mapping[TopicPartition, int],
    group: str,
) -> None:
    """The same with one ``send`` a record, as most programs do it: futures collected, awaited together."""
    producer = writer._producer  # noqa: SLF001 - the floor is bare aiokafka; only its construction is shared
    await producer.begin_transaction()
    sent = []
    for tp, rows in found.items():
        for topic, number, value in plan.rows(len(rows)):
            sent += [await producer.send(f"{OUT}.{topic}", value, partition=tp.partition) for _ in range(number)]
    await producer.send_offsets_to_transaction(dict(offsets), group)
    await asyncio.gather(*sent)
    await producer.commit_transaction()


def main() -> None:
    """Print the records a second as JSON."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bootstrap", required=True)
    arguments.add_argument("--raw", required=True)
    arguments.add_argument("--partitions", type=int, required=True)
    arguments.add_argument("--shape", type=json.loads, required=True)
    arguments.add_argument("--group", required=True)
    arguments.add_argument("--records", type=int, required=True)
    arguments.add_argument("--batched", action="store_true")
    given = arguments.parse_args()
    cluster = Cluster(given.bootstrap)
    found = uvloop.run(
        run(cluster, given.raw, given.partitions, given.shape, given.group, given.records, batched=given.batched)
    )
    sys.stdout.write(json.dumps({"records_per_s": found}))


if __name__ == "__main__":
    main()
