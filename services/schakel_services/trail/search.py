"""Find what was decided about one event, and what became of each notification."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from aiokafka import ConsumerRecord
from pydantic import BaseModel, ValidationError

from schakel_contracts.decision import Decision
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import Refusal
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.trail.stream import TrailError, records_now

ID_HEADER = "ce_id"
Kind = TypeVar("Kind", bound=BaseModel)


class TrailUnreadable(TrailError, ValueError):
    """A record on the trail breaks its contract; says where it stands."""

    rule = "breaks_its_contract"


@dataclass(frozen=True)
class Trail:
    """One event: every decision about it in order, and the receipt of each notification that has ended."""

    asked: UUID
    """An event's id, or that of a notification that was made from it."""

    decisions: tuple[Decision, ...]
    receipts: dict[UUID, Receipt] = field(default_factory=dict)

    @property
    def found_by(self) -> str:
        """Return whose id was asked for: ``event`` or ``notification``."""
        return "event" if self.decisions[0].event_id == self.asked else "notification"


async def find_event(cluster: Cluster, asked: UUID) -> Trail | None:
    """Return the trail of an event, by its id or by a notification's; None when ``audit`` does not hold it.

    Reads ``audit`` from end to end and keeps what matches only; a day of it takes seconds. Then one partition of
    ``receipts``, since a person's records have the same partition everywhere.
    """
    decisions, partition = await _decisions(cluster, asked)
    if not decisions:
        return None
    if asked not in {decision.event_id for decision in decisions}:
        # What was decided later about the same event, such as a delivery that was given up, names the event alone.
        decisions, partition = await _decisions(cluster, decisions[0].event_id)
    sent = {v.notification_id for d in decisions for v in d.verdicts if v.notification_id is not None}
    receipts = await _receipts(cluster, sent, partition) if sent else {}
    return Trail(asked, tuple(decisions), receipts)


async def find_waiting(cluster: Cluster, event: UUID) -> str | None:
    """Return where an event stands on ``events``, decided or not; None when it is not there (any more)."""
    identity = (ID_HEADER, str(event).encode())
    async with aclosing(records_now(cluster, topics.EVENTS)) as records:
        async for record in records:
            if identity in tuple(record.headers):
                return f"{record.topic}/{record.partition}/{record.offset}"
    return None


async def find_refusal(cluster: Cluster, position: str) -> Refusal | None:
    """Return why the record that came in at a position was refused; None when ``audit`` does not hold it."""
    needle = position.encode()
    async with aclosing(records_now(cluster, topics.AUDIT)) as records:
        async for record in records:
            if needle in (record.value or b"") and is_kind(record, topics.REFUSAL_HEADERS):
                refusal = read_as(Refusal, record)
                if refusal.position == position:
                    return refusal
    return None


async def _decisions(cluster: Cluster, asked: UUID) -> tuple[list[Decision], int]:
    found: list[Decision] = []
    partition = 0
    needle = str(asked).encode()
    async with aclosing(records_now(cluster, topics.AUDIT)) as records:
        async for record in records:
            if needle in (record.value or b"") and is_kind(record, topics.DECISION_HEADERS):
                decision = read_as(Decision, record)
                if asked == decision.event_id or any(asked == v.notification_id for v in decision.verdicts):
                    found.append(decision)
                    partition = record.partition
    return found, partition


async def _receipts(cluster: Cluster, sent: set[UUID], partition: int) -> dict[UUID, Receipt]:
    found: dict[UUID, Receipt] = {}
    needles = [str(one).encode() for one in sent]
    async with aclosing(records_now(cluster, topics.RECEIPTS, [partition])) as records:
        async for record in records:
            value = record.value or b""
            if any(needle in value for needle in needles):
                receipt = read_as(Receipt, record)
                if receipt.notification_id in sent:
                    found[receipt.notification_id] = receipt
    return found


def is_kind(record: ConsumerRecord, headers: list[tuple[str, bytes]]) -> bool:
    """Say whether a record on ``audit`` is of the kind that these headers name."""
    return headers[0] in tuple(record.headers)


def read_as(kind: type[Kind], record: ConsumerRecord) -> Kind:
    """Return what a record says, or raise ``TrailUnreadable`` with where it stands."""
    try:
        return kind.model_validate_json(record.value or b"")
    except ValidationError:
        at = f"{record.topic}/{record.partition}/{record.offset}"
        raise TrailUnreadable(f"the record at {at} breaks its contract") from None
