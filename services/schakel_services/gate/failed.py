"""Deliveries that were given up: find the event, and let its sender hear."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schakel_contracts.codes import Reason, ReceiptOutcome, Remedy, Stage
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.compiling import REMEDIES
from schakel_contracts.receipt import Receipt
from schakel_contracts.subject_right import DisclosureFirstMade
from schakel_services.gate.heard import Heard
from schakel_services.gate.reading import PLACE, Malformed
from schakel_services.gate.tell import Teller
from schakel_services.runtime import topics
from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.log import log
from schakel_services.runtime.watermark import Watermarks

FIND_S = 5.0
"""How long one event may take to be read; after that the whole batch is tried again."""

LOOK_MS = 200
FETCH_BYTES = 64 * 1024
NEAR_MAX = 500
"""How much is fetched to find one event: what was withheld at one moment lies close together on the log."""

OWN_WORDS = frozenset({DeliveryNotCompleted.type, DisclosureFirstMade.type})
"""What the gate itself says of an event: that it did not arrive is not about the event."""


class FailedDeliveries:
    """Answer receipts that say failed.

    A deliverer of a masked notification does not know the sender, and must not. The receipt names where the event
    stands on the log; the gate, which may read it, looks there.
    """

    def __init__(self, cluster: Cluster, partition: int, watermarks: Watermarks) -> None:
        self._cluster = cluster
        self._watermarks = watermarks
        self._partition = TopicPartition(topics.EVENTS, partition)
        self._consumer: AIOKafkaConsumer | None = None
        self._near: dict[int, ConsumerRecord] = {}
        """What was read last, by offset: the next one asked for is often among it."""

    async def take(self, record: ConsumerRecord, teller: Teller, heard: Heard) -> None:
        """Let the sender hear, once, of a delivery that was given up or withheld at the second check (F46, R15).

        Raises ``TimeoutError`` when the event can't be read in time: nothing of the batch is done then.
        """
        try:
            receipt = Receipt.model_validate_json(record.value or b"")
        except ValidationError:
            log.error("receipt_malformed", partition=record.partition, offset=record.offset)
            return
        if receipt.outcome is ReceiptOutcome.DELIVERED or receipt.notification_type in OWN_WORDS:
            return
        found = await self._find(receipt.position)
        if found is None:
            log.warning("event_of_receipt_gone", partition=record.partition, offset=record.offset)
            return
        try:
            envelope, _, source, _ = teller.read(found)
        except Malformed:
            log.error("receipt_of_no_event", partition=record.partition, offset=record.offset)
            return
        if envelope.subject != receipt.subject:
            log.error("receipt_of_another_event", partition=record.partition, offset=record.offset)
            return
        if not heard.is_new(str(receipt.notification_id)):
            log.warning("receipt_seen_before", partition=record.partition, offset=record.offset)
            return
        if receipt.outcome is ReceiptOutcome.WITHHELD and not (receipt.attempts or receipt.possibly_arrived):
            teller.kept_back(receipt.subject, receipt.recipient)
        told = DeliveryNotCompleted.model_validate(
            {
                "event_id": envelope.id,
                "event_type": envelope.type,
                "recipient": receipt.recipient,
                "recipient_role": receipt.role,
                "stage": Stage.DELIVERY,
                "reason": receipt.reason or Reason.TARGET_UNREACHABLE,
                "remedy": _remedy(receipt),
            }
        )
        # The receipt is what this is made from: the event's own position lies behind what its sender has seen since.
        teller.undelivered(envelope, source, told, f"{record.topic}/{record.partition}/{record.offset}")

    async def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await stop_client(self._consumer)
            self._consumer = None
        self._near = {}

    async def _find(self, position: str) -> ConsumerRecord | None:
        """Read the one record at a position of our own events partition; None when there is none (any more).

        Raises ``TimeoutError`` when the broker does not say so in time: what is slow is not gone.
        """
        place = PLACE.fullmatch(position)
        if place is None or (place[1], int(place[2])) != (self._partition.topic, self._partition.partition):
            return None
        offset = int(place[3])
        if (near := self._near.get(offset)) is not None:
            return near
        if self._consumer is None:
            self._consumer = self._cluster.consumer(client_id="gate-failed", fetch_bytes=FETCH_BYTES)
            self._consumer.assign([self._partition])
            await self._consumer.start()
        self._consumer.seek(self._partition, offset)
        async with asyncio.timeout(FIND_S):
            while True:
                found = await self._consumer.getmany(self._partition, timeout_ms=LOOK_MS, max_records=NEAR_MAX)
                if records := found.get(self._partition, ()):
                    self._near = {record.offset: record for record in records}
                    return self._near.get(offset)
                if await self._is_nothing(self._consumer, offset):
                    return None

    async def _is_nothing(self, consumer: AIOKafkaConsumer, offset: int) -> bool:
        """Say whether the broker has answered, and has no record there.

        The position moved: to the beginning, since retention took the offset, or past a marker that stood there. Or the
        log ends before it: asked anew, since what the consumer saw of its end may be from before the event.
        """
        if await consumer.position(self._partition) != offset:
            return True
        return offset >= await self._watermarks.end(self._partition)


def _remedy(receipt: Receipt) -> Remedy:
    """Return what would help: with a target that failed, to call the recipient; else what the gate would say."""
    if receipt.outcome is ReceiptOutcome.FAILED or receipt.reason is None:
        return Remedy.CONTACT_RECIPIENT
    return REMEDIES.get(receipt.reason, Remedy.NONE)
