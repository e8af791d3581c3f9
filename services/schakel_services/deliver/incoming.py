"""Read what is new on ``notify``: repeats are dropped, what is no notification is refused."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_services.deliver.notification import (
    MalformedNotification,
    Notification,
    read_notification,
)
from schakel_services.deliver.restoring import Positions
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Records
from schakel_services.runtime.log import log
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs


class Incoming:
    """The notifications to one partner, each once."""

    def __init__(self, partner: str, partitions: int, positions: Positions, now: Callable[[], datetime]) -> None:
        self._partner = partner
        self._partitions = partitions
        self._positions = positions
        self._now = now

    def read(self, records: Records, outputs: Outputs) -> list[Notification]:
        """Return what is new, in order; what can't be read is refused into ``outputs``."""
        found = []
        for rows in records.values():
            for row in rows:
                try:
                    notification = self._read(row)
                except MalformedNotification as error:
                    self._refuse(row, error, outputs)
                    continue
                if self._positions.is_new(notification.position):
                    found.append(notification)
                else:
                    log.warning("notification_seen_before", topic=row.topic, partition=row.partition)
        return found

    def _read(self, record: ConsumerRecord) -> Notification:
        notification = read_notification(record.partition, record.offset, record.headers, record.value or b"")
        if record.key != notification.person.encode():
            raise MalformedNotification("key", "not_the_subject")
        if partition_of(notification.person, self._partitions) != record.partition:
            raise MalformedNotification("ce_subject", "wrong_partition")
        return notification

    def _refuse(self, record: ConsumerRecord, error: MalformedNotification, outputs: Outputs) -> None:
        log.error(
            "notification_malformed",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            field=error.field,
            rule=error.rule,
        )
        refusal = Refusal(
            kind="malformed",
            partner=self._partner,
            connector="deliver",
            position=f"{record.topic}/{record.partition}/{record.offset}/0",
            errors=(BrokenRule(field=error.field, rule=error.rule),),
            at=self._now().astimezone(UTC),
        )
        value = refusal.model_dump_json().encode()
        outputs.add(topics.AUDIT, record.partition, None, value, topics.REFUSAL_HEADERS)
