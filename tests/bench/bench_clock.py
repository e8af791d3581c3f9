"""How long a clock takes to restore ten years of timers, and how much memory they take.

Run it on its own, on a quiet machine: ``python tests/bench/bench_clock.py [persons …]``. It starts a broker and
writes, for each person, ten timers that run and what compaction has left of ten years: of every four live values one
that was superseded. (``--uncompacted``: all of ten years, as if nothing ever was.) Then a process of its own restores
the timers, and the registry beside them, as a clock does when it opens a partition. Seconds are of the wall and of the
processor: on a busy machine only the second say something.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.identifiers import NAMESPACE
from schakel_contracts.registry import AgeRecord, ConsentRecord, Record, RelationRecord, registry_key
from schakel_services.broker.embedded import EmbeddedBroker
from schakel_services.broker.folders import cache_folder
from schakel_services.clock.step import ClockSetup, ClockStep
from schakel_services.clock.timer import Timer
from schakel_services.clock.turn import Chain
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.topics import create_topics, topics_of
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs, Writer

YEARS, DIRTY = 10, 4
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
BATCH = 20_000
MEGABYTE = 1_048_576


KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("consent", {"ends": "2027-01-05T09:00:00+00:00", "purposes": ["job_coaching"], "start": "2026-01-05"}),
    ("consent", {"ends": "2026-08-05T09:00:00+00:00", "purposes": ["care_coordination"], "start": "2025-08-05"}),
    ("reindication", {"kind": "wmo_day_activity", "expires": "2027-01-04", "contact": "WMO", "provider": "dagwerk"}),
    ("evaluation", {"owner": "GGZ", "on": "2026-06-01"}),
    ("trial", {"employer": "werkgever-boom", "planned_end": "2026-03-01", "start": "2026-01-05"}),
    ("funding", {"funded_until": "2026-12-31", "funder": "municipality"}),
    ("aftercare", {"start": "2026-01-05"}),
    ("kept", {"kept_until": "2026-12-31"}),
    ("return", {"start": "2026-01-05"}),
    ("youth", {"adult_on": "2030-01-05"}),
)


def timers(person: str, years: int) -> Iterator[tuple[str, bytes | None]]:
    """Yield what one person's years write: each timer set, and moved on or cancelled; those of the last year live."""
    for year in range(years):
        begin = int(NOW.timestamp()) - (years - 1 - year) * 31_536_000
        live = year == years - 1
        for number, (kind, about) in enumerate(KINDS):
            key = f"{person}/{kind}/{uuid5(NAMESPACE, f'{person}{number}{year}')}"
            timer = Timer(begin + 10_000_000, 0, begin, "ggz-het-veen", about)
            if years > 1 or number % DIRTY == 0:
                yield key, timer.value()
            yield key, timer._replace(due=begin + 20_000_000, fired=begin + 10_000_000).value() if live else None


def registry(person: str) -> Iterator[Record]:
    """Yield the registry records of one person: ten consents, of which two stand, three relations and an age."""
    for number in range(YEARS):
        yield ConsentRecord(
            id=_id(person, "consent", number),
            form=ConsentForm.WRITTEN,
            purposes=(Purpose.JOB_COACHING,),
            categories=(Category.CARE_PLAN_STATUS,),
            recipients=(Recipient(party="jobcoach-noord"),),
            granted_at=NOW - timedelta(days=365 * number),
            superseded_at=NOW - timedelta(days=365 * (number - 1)) if number > 1 else None,
            collected_by="ggz-het-veen",
        )
    for number, role in enumerate((Role.GGZ, Role.JOB, Role.DAY)):
        yield RelationRecord(id=_id(person, "relation", number), party="ggz-het-veen", role=role, asserted_by="x")
    yield AgeRecord(id=_id(person, "age", 0), adult_on=(NOW + timedelta(days=1_461)).date())


def _id(person: str, kind: str, number: int) -> UUID:
    return uuid5(NAMESPACE, f"{person}/{kind}/{number}")


async def fill(cluster: Cluster, persons: int, years: int) -> int:
    """Write all of it on one partition; return how many records there are."""
    await create_topics(cluster, topics_of([], 1))
    writer = Writer(cluster, "fill")
    await writer.start()
    outputs, count, waiting = Outputs(), 0, 0
    for number in range(persons):
        person = f"k1.{number:043d}"
        for key, value in timers(person, years):
            outputs.add(topics.STATE_CLOCK, 0, key.encode(), value)
            count, waiting = count + 1, waiting + 1
        for record in registry(person):
            body = record.model_dump_json(exclude_none=True).encode()
            outputs.add(topics.REGISTRY, 0, registry_key(person, record).encode(), body)
            waiting += 1
        if waiting > BATCH:
            await writer.commit(outputs, {}, None)
            outputs, waiting = Outputs(), 0
    await writer.commit(outputs, {}, None)
    await writer.close()
    return count


class Measured(ClockStep):
    """A clock that says how long each part of its opening took, and what it left in memory."""

    def __init__(self, setup: ClockSetup) -> None:
        super().__init__(setup, 0)
        self.said: dict[str, float] = {}

    async def _restore(self, topic: str, apply: object) -> None:
        began, busy, before = time.perf_counter(), time.process_time(), resident()
        await super()._restore(topic, apply)  # type: ignore[arg-type]
        self.said[f"{topic}_s"] = round(time.perf_counter() - began, 1)
        self.said[f"{topic}_cpu_s"] = round(time.process_time() - busy, 1)
        self.said[f"{topic}_mb"] = round((resident() - before) / MEGABYTE)


def resident() -> int:
    """Return how much memory this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def measure(bootstrap: str) -> dict[str, float]:
    """Restore, and say what it took."""
    cluster = Cluster(bootstrap)
    watermarks = Watermarks(cluster)
    await watermarks.start()

    async def position(_: object) -> int:
        return 1 << 60

    setup = ClockSetup(cluster, watermarks, Chain({"ggz-het-veen": Role.GGZ}, {}, {}), position, lambda: NOW)
    step = Measured(setup)
    began, busy = time.perf_counter(), time.process_time()
    await step.open()
    took = time.perf_counter() - began, time.process_time() - busy
    found = {"open_s": round(took[0], 1), "open_cpu_s": round(took[1], 1), **step.said, "timers": len(step._timers)}
    found["resident_mb"] = round(resident() / MEGABYTE)
    await watermarks.close()
    return found


def main() -> None:
    """Measure with each number of persons that is given; 100,000 when none is."""
    years = YEARS if "--uncompacted" in sys.argv else 1
    for persons in [int(text) for text in sys.argv[1:] if text.isdigit()] or [100_000]:
        with (
            tempfile.TemporaryDirectory() as name,
            EmbeddedBroker(Path(name), cache_folder(os.environ), die_with_parent=True) as broker,
        ):
            began = time.perf_counter()
            records = asyncio.run(fill(Cluster(broker.bootstrap), persons, years))
            filled = round(time.perf_counter() - began)
            code = [sys.executable, __file__, "--measure", broker.bootstrap]
            said = subprocess.run(code, check=True, capture_output=True, text=True).stdout
            found = {"persons": persons, "records": records, "fill_s": filled, **json.loads(said)}
            sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        sys.stdout.write(json.dumps(asyncio.run(measure(sys.argv[2]))))
    else:
        main()
