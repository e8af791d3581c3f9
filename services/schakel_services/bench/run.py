"""The whole measurement: throughput, its floor, latency."""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schakel_contracts.identifiers import Bsn
from schakel_services.bench import corpus, latency, stage, throughput
from schakel_services.bench.consents import ConsentLine, partner_id, read_consents, synthetic_consents
from schakel_services.bench.floor import OUT
from schakel_services.bench.watch import Watch
from schakel_services.hub.hub import Hub
from schakel_services.hub.synthetic import bsns
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring
from schakel_services.runtime.topics import NamedTopic, Topic, create_topics

PARTITIONS = 4
RECIPIENTS = ("jobcoach", "dagbesteding")
RATE, RATE_S = 500.0, 20.0
FLOOR_RUNS = 3
APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}


async def bench(records: int, clients: int, plans_file: Path | None, consents_file: Path | None) -> dict[str, Any]:
    """Return the measurement with the keys that ``schakel bench --json`` prints."""
    with tempfile.TemporaryDirectory(prefix="schakel-bench-") as temporary:
        data = Path(temporary)
        people = bsns(clients)
        consents = list(read_consents(consents_file)) if consents_file else list(synthetic_consents(people, RECIPIENTS))
        recipients = sorted({line.recipient for line in consents}) or list(RECIPIENTS)
        stage.write_chain(data / "chain.toml", recipients, PARTITIONS)
        plans = corpus.from_file(plans_file) if plans_file else corpus.synthetic(records, clients)
        async with Hub(data / "chain.toml", data, services=()) as hub:
            return await _measure(hub, plans, consents, [partner_id(name) for name in recipients])


async def _measure(
    hub: Hub, plans: Iterator[tuple[Bsn | None, bytes]], consents: list[ConsentLine], recipients: list[str]
) -> dict[str, Any]:
    cluster = hub.cluster()
    await _stamp_by_broker(cluster, recipients)
    key = Keyring(hub.data / "keys").chain()
    await stage.fill_registry(cluster, key, consents, PARTITIONS)
    count, size = await stage.fill_raw(cluster, plans, PARTITIONS)
    run = await _throughput(hub, cluster, count)
    written = await throughput.written(cluster, _outputs(recipients), PARTITIONS)
    people = sorted({line.bsn for line in consents})[: max(1, int(RATE * RATE_S))] or bsns(1_000)
    took = await latency.measure(cluster, people, recipients, PARTITIONS, RATE, RATE_S)
    peak = run.peak_mb
    for process in hub.processes:
        await process.stop()
    hub.processes.clear()
    floors = await _floors(hub, cluster, count, written)
    floor = statistics.median(floors["send"])
    return {
        "records": count,
        "bytes_per_record": round(size / max(1, count)),
        "recipients": len(recipients),
        "written_per_record": {name: round(n / max(1, count), 2) for name, n in sorted(written.records.items())},
        "records_per_s": round(run.records_per_s, 1),
        "floor_records_per_s": round(floor, 1),
        "ratio_to_floor": round(run.records_per_s / floor, 3),
        "floor_batched_records_per_s": round(statistics.median(floors["batched"]), 1),
        "latency_ms": took,
        "latency_at_records_per_s": RATE,
        "cpu_s_per_1000": run.cpu_s_per_1000,
        "peak_mb": peak,
        "memory_growth": run.memory_growth,
        "memory_mb": run.memory_mb,
        "seconds": round(run.seconds, 1),
    }


async def _throughput(hub: Hub, cluster: Cluster, count: int) -> throughput.Throughput:
    """Start the services on raw topics that are full already, and follow them to the end."""
    for name in ("gate", "intake"):
        process = hub.add(name)
        await process.listening()
        if name == "gate":
            # To restore the registry is no part of what is measured, and the intake begins as soon as it is up.
            await hub.ready()
    pids = {process.name: process.pid or 0 for process in hub.processes}
    state = json.loads((hub.data / "broker" / "state.json").read_text("utf-8"))
    pids["broker"] = int(state["pid"])
    return await throughput.follow(cluster, count, PARTITIONS, Watch(pids))


async def _floors(hub: Hub, cluster: Cluster, count: int, written: throughput.Written) -> dict[str, list[float]]:
    """Run the floor in a process of its own, by turns: one send a record, and batches made ready."""
    shape = {
        name: (number / max(1, count), max(1, written.sizes[name] // number))
        for name, number in written.records.items()
    }
    row = Topic("bench.floor", "none", cleanup="delete", retention_days=1, written_by="bench", read_by="nobody")
    await create_topics(cluster, [NamedTopic(f"{OUT}.{name}", row, PARTITIONS) for name in shape])
    found: dict[str, list[float]] = {"send": [], "batched": []}
    arguments = ["--bootstrap", hub.bootstrap, "--raw", topics.raw(stage.SOURCE, stage.CONNECTOR)]
    arguments += ["--partitions", str(PARTITIONS), "--shape", json.dumps(shape), "--records", str(count)]
    for number in range(FLOOR_RUNS):
        for kind, more in (("send", []), ("batched", ["--batched"])):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "schakel_services.bench.floor",
                *arguments,
                "--group",
                f"floor-{kind}-{number}",
                *more,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            out, _ = await process.communicate()
            found[kind].append(float(json.loads(out)["records_per_s"]))
    return found


def _outputs(recipients: list[str]) -> list[str]:
    """Return the topics that the main path writes to while it runs; the registry's first filling is not its work."""
    own = [topics.EVENTS, topics.AUDIT, topics.STATE_GATE, topics.versions(stage.SOURCE)]
    return own + [topics.notify(name) for name in recipients]


async def _stamp_by_broker(cluster: Cluster, recipients: list[str]) -> None:
    """Let the broker stamp raw records and notifications when it appends them."""
    names = [topics.raw(stage.SOURCE, stage.CONNECTOR), *map(topics.notify, recipients)]
    admin = cluster.admin()
    await admin.start()
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(APPEND_TIME)) for name in names]
        )
    finally:
        await admin.close()
