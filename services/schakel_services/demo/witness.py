"""The witness: follows what was decided and what became of it, live, and lets the story wait for it.

This is where FastStream reads from Kafka itself: batches do not matter here, and each record is one small fact.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Self
from uuid import UUID

from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.middlewares import AckPolicy

from schakel_contracts.codes import ReceiptOutcome
from schakel_contracts.decision import Decision
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import Refusal
from schakel_services.demo.expectations import StoryStopped
from schakel_services.runtime import topics

LIMIT_S = 30.0
"""What takes longer than this does not happen any more."""

((KIND, DECISION),) = topics.DECISION_HEADERS
"""How a decision is told from a refusal."""


class Witness:
    """Reads ``audit`` and ``receipts`` from their beginning, outside every consumer group."""

    def __init__(self, bootstrap: str) -> None:
        self.decisions: dict[UUID, list[Decision]] = defaultdict(list)
        """By event; a delivery that was given up is decided about later, in a record of its own."""

        self.receipts: dict[UUID, Receipt] = {}
        """By notification."""

        self.refusals: list[Refusal] = []
        self._moved = asyncio.Condition()
        self._error: Exception | None = None
        self._broker = KafkaBroker(bootstrap, logger=None)
        for topic, take in ((topics.AUDIT, self._audit), (topics.RECEIPTS, self._receipt)):
            self._broker.subscriber(
                topic,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                ack_policy=AckPolicy.MANUAL,
                decoder=_as_it_is,
            )(self._noting(take))

    async def __aenter__(self) -> Self:
        """Start to read."""
        await self._broker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop to read."""
        await self._broker.stop()

    async def until(self, holds: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
        """Return when something holds that follows from what was read; raises ``StoryStopped`` after the limit."""
        try:
            async with asyncio.timeout(limit_s), self._moved:
                await self._moved.wait_for(lambda: self._error is not None or holds())
        except TimeoutError:
            raise StoryStopped(what) from None
        if self._error is not None:
            raise StoryStopped(f"{what}: {type(self._error).__name__} on the log")

    async def settled(self, event_id: UUID) -> Decision:
        """Return what was decided about an event once every notification about it has ended in some way."""
        await self.until(lambda: self._is_settled(event_id), f"what became of event {event_id}")
        return self.decisions[event_id][0]

    def find(self, source: str, subject: str, event_type: str) -> list[Decision]:
        """Return what was decided about events of one partner, person and type, in the order of the log."""
        first = (decisions[0] for decisions in self.decisions.values())
        return [d for d in first if (d.source, d.subject, d.event_type) == (source, subject, event_type)]

    def _is_settled(self, event_id: UUID) -> bool:
        """Say whether all about an event has ended; of what did not arrive its sender must have heard too."""
        if event_id not in self.decisions:
            return False
        first, *later = self.decisions[event_id]
        ended = [self.receipts.get(notification) for notification in _sent(first)]
        undelivered = sum(found is not None and found.outcome is not ReceiptOutcome.DELIVERED for found in ended)
        heard = (notification in self.receipts for decision in later for notification in _sent(decision))
        return None not in ended and len(later) >= undelivered and all(heard)

    def _noting(self, take: Callable[[KafkaMessage], None]) -> Callable[[KafkaMessage], object]:
        """Wrap a reader: whoever waits looks again, and an error is theirs, since FastStream would only log it."""

        async def note(message: KafkaMessage) -> None:
            async with self._moved:
                try:
                    take(message)
                except ValueError as error:
                    self._error = error
                self._moved.notify_all()

        return note

    def _audit(self, message: KafkaMessage) -> None:
        if str(message.headers.get(KIND)) == DECISION.decode():
            decision = Decision.model_validate_json(message.body)
            self.decisions[decision.event_id].append(decision)
        else:
            self.refusals.append(Refusal.model_validate_json(message.body))

    def _receipt(self, message: KafkaMessage) -> None:
        receipt = Receipt.model_validate_json(message.body)
        self.receipts[receipt.notification_id] = receipt


def _sent(decision: Decision) -> list[UUID]:
    return [verdict.notification_id for verdict in decision.verdicts if verdict.notification_id is not None]


async def _as_it_is(message: KafkaMessage) -> bytes:
    """Leave the body alone: FastStream's own decoding would put values in its errors."""
    return message.body
