"""Deliveries that were given up: find the event, and let its sender hear."""

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schakel_contracts.codes import Reason, ReceiptOutcome, Remedy, Stage
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.compiling import REMEDIES
from schakel_contracts.receipt import Receipt
from schakel_services.gate.reading import PLACE, Malformed
from schakel_services.gate.tell import Teller
from schakel_services.runtime import topics
from schakel_services.runtime.closing import stop_client
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.log import log

FIND_MS = 5_000


class FailedDeliveries:
    """Answer receipts that say failed.

    A deliverer of a masked notification does not know the sender, and must not. The receipt names where the event
    stands on the log; the gate, which may read it, looks there.
    """

    def __init__(self, cluster: Cluster, partition: int) -> None:
        self._cluster = cluster
        self._partition = TopicPartition(topics.EVENTS, partition)
        self._consumer: AIOKafkaConsumer | None = None

    async def take(self, record: ConsumerRecord, teller: Teller) -> None:
        """Let the sender hear of a delivery that was given up or withheld at the second check (F46, R15)."""
        try:
            receipt = Receipt.model_validate_json(record.value or b"")
        except ValidationError:
            log.error("receipt_malformed", partition=record.partition, offset=record.offset)
            return
        if receipt.outcome is ReceiptOutcome.DELIVERED or receipt.notification_type == DeliveryNotCompleted.type:
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
        heard = DeliveryNotCompleted.model_validate(
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
        position = f"{record.topic}/{record.partition}/{record.offset}/0"
        teller.undelivered(envelope, source, heard, position)

    async def close(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await stop_client(self._consumer)
            self._consumer = None

    async def _find(self, position: str) -> ConsumerRecord | None:
        """Read the one record at a position of our own events partition; None when retention took it."""
        place = PLACE.fullmatch(position)
        if place is None or (place[1], int(place[2])) != (self._partition.topic, self._partition.partition):
            return None
        offset = int(place[3])
        if self._consumer is None:
            self._consumer = self._cluster.consumer(client_id="gate-failed")
            self._consumer.assign([self._partition])
            await self._consumer.start()
        self._consumer.seek(self._partition, offset)
        found = await self._consumer.getmany(self._partition, timeout_ms=FIND_MS, max_records=1)
        for record in found.get(self._partition, ()):
            if record.offset == offset:
                return record
        return None


def _remedy(receipt: Receipt) -> Remedy:
    """Return what would help: with a target that failed, to call the recipient; else what the gate would say."""
    if receipt.outcome is ReceiptOutcome.FAILED or receipt.reason is None:
        return Remedy.CONTACT_RECIPIENT
    return REMEDIES.get(receipt.reason, Remedy.NONE)
