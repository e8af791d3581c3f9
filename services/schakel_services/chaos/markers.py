"""The marker audit: every transaction that was to be committed has its marker in each partition that it wrote.

A broker that is killed can lose one: Kafka 4.3.1 and 4.4.0 did. The records of that transaction then belong to the next
one of the same producer, and come twice or not at all; no client can see it. So it is read from the broker's own files,
once it has stopped, with Kafka's own tool.
"""

import json
import os
import re
import subprocess
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from schakel_services.broker.folders import cache_folder
from schakel_services.broker.install import kafka_jars
from schakel_services.broker.java import command
from schakel_services.broker.storage import LOG_CONFIGURATION, TOPICS

TOOL = "kafka.tools.DumpLogSegments"
FILES_AT_ONCE = 200
TRANSACTIONS = "__transaction_state-"
PREPARE_COMMIT = 2
"""The state from which on a transaction must be committed, whatever happens."""

STATE = re.compile(r"\| offset: .* payload: (\{.*\})$")
FILE = re.compile(r"Dumping .*/([^/]+)/[0-9]+\.log$")
MARKER = re.compile(r"baseOffset: .* producerId: (-?[0-9]+) .* isControl: true .* (?:Create|LogAppend)Time: ([0-9]+) ")

Markers = Mapping[tuple[int, str], list[int]]
"""By producer and partition (``events-3``): when each marker was written, in ms since 1970, in order."""


class Prepared(NamedTuple):
    """One decision of the coordinator to commit."""

    producer: int
    at_ms: int
    partitions: tuple[str, ...]


class Audit(NamedTuple):
    """What was looked at, and what was not there."""

    transactions: int
    lost: int
    """Markers; a transaction has one for each partition."""


def audit_markers(broker: Path) -> Audit:
    """Return what the files of a broker that has stopped say; ``broker`` is its data folder."""
    logs = sorted(path for path in (broker / TOPICS).glob("*/*.log") if path.stat().st_size)
    states = [path for path in logs if path.parent.name.startswith(TRANSACTIONS)]
    others = [path for path in logs if path not in set(states)]
    prepared = read_prepared(_dump(broker, states, "--transaction-log-decoder"))
    return compare(prepared, read_markers(_dump(broker, others)))


def compare(prepared: Iterable[Prepared], markers: Markers) -> Audit:
    """Count the markers that are not there: each lies between its decision and the producer's next one."""
    by_producer: dict[int, list[Prepared]] = defaultdict(list)
    for one in prepared:
        by_producer[one.producer].append(one)
    transactions = lost = 0
    for producer, decisions in by_producer.items():
        decisions.sort(key=lambda one: one.at_ms)
        nexts = [one.at_ms for one in decisions[1:]]
        for one, until in zip(decisions, [*nexts, None], strict=True):
            transactions += 1
            lost += sum(not _is_between(markers.get((producer, name), ()), one.at_ms, until) for name in one.partitions)
    return Audit(transactions, lost)


def read_prepared(lines: Iterable[str]) -> Iterator[Prepared]:
    """Yield the decisions to commit from what the tool says of ``__transaction_state``."""
    for line in lines:
        found = STATE.match(line)
        data = json.loads(found[1])["data"] if found else {}
        if data.get("transactionStatus") == PREPARE_COMMIT:
            names = [f"{part['topic']}-{n}" for part in data["transactionPartitions"] for n in part["partitionIds"]]
            yield Prepared(data["producerId"], data["transactionLastUpdateTimestampMs"], tuple(names))


def read_markers(lines: Iterable[str]) -> Markers:
    """Return the markers from what the tool says of all other partitions."""
    markers: dict[tuple[int, str], list[int]] = defaultdict(list)
    partition = ""
    for line in lines:
        if file := FILE.match(line):
            partition = file[1]
        elif marker := MARKER.match(line):
            markers[int(marker[1]), partition].append(int(marker[2]))
    for times in markers.values():
        times.sort()
    return markers


def _is_between(times: "list[int] | tuple[()]", begin: int, end: int | None) -> bool:
    at = bisect_left(times, begin)
    return at < len(times) and (end is None or times[at] <= end)


def _dump(broker: Path, files: list[Path], *options: str) -> Iterator[str]:
    jars = kafka_jars(cache_folder(os.environ))
    for begin in range(0, len(files), FILES_AT_ONCE):
        named = ",".join(map(str, files[begin : begin + FILES_AT_ONCE]))
        run = command(jars, broker / LOG_CONFIGURATION, TOOL, *options, "--files", named)
        done = subprocess.run(run, capture_output=True, text=True, check=True)
        yield from done.stdout.splitlines()
