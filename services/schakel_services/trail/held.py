"""Everything that the log holds of one person: what was decided, how it ended, and what the registry says."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import Record
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.placement import partition_of
from schakel_services.trail.consents import records_of
from schakel_services.trail.search import is_kind, read_as
from schakel_services.trail.stream import partitions_of, records_now


class Line(NamedTuple):
    """What one recipient got of one event, and how its delivery ended; None: not known yet, or nothing was sent."""

    decision: Decision
    verdict: Verdict
    receipt: Receipt | None


@dataclass(frozen=True)
class Held:
    """What stands on the log of one person."""

    subject: str
    decisions: list[Decision] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Yield each verdict, in the order in which it was decided."""
        for decision in self.decisions:
            for verdict in decision.verdicts:
                sent = verdict.notification_id
                yield Line(decision, verdict, None if sent is None else self.receipts.get(sent))


async def held_of(cluster: Cluster, subject: str) -> Held:
    """Return what the log holds of a person, up to where each topic ended when its reading began.

    Reads one partition of ``audit``, ``receipts`` and ``registry``, and keeps what is about this person only.
    """
    held, key = Held(subject), subject.encode()
    number = partition_of(subject, len(await partitions_of(cluster, topics.AUDIT)))
    async with aclosing(records_now(cluster, topics.AUDIT, [number])) as records:
        async for record in records:
            if record.key == key and is_kind(record, topics.DECISION_HEADERS):
                held.decisions.append(read_as(Decision, record))
    async with aclosing(records_now(cluster, topics.RECEIPTS, [number])) as records:
        async for record in records:
            if record.key == key:
                receipt = read_as(Receipt, record)
                held.receipts[receipt.notification_id] = receipt
    held.records.extend(await records_of(cluster, subject, number))
    return held
