"""Tell who may know of one event, keep why, and let the sender hear who was not told."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from aiokafka import ConsumerRecord

from schakel_contracts.codes import Outcome, Role, Stage
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import Envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts, facts_of
from schakel_contracts.policy.minimise import minimise
from schakel_contracts.policy.ruling import Ruling
from schakel_services.gate import record as write
from schakel_services.gate.memory import Memory
from schakel_services.gate.reading import Read, read_event
from schakel_services.gate.rules import rulings, sender_hears_of
from schakel_services.runtime import topics
from schakel_services.runtime.metrics import DECISIONS
from schakel_services.runtime.people import People
from schakel_services.runtime.writer import Outputs

if TYPE_CHECKING:
    from schakel_services.gate.step import GateSetup


class Teller:
    """Write the outputs of one batch."""

    def __init__(
        self, setup: "GateSetup", partition: int, people: People, memory: Memory, outputs: Outputs, now: datetime
    ) -> None:
        self._setup = setup
        self._partition = partition
        self._people = people
        self._memory = memory
        self._outputs = outputs
        self._now = now
        self._decided_at = now.isoformat()
        self._counts: Counter[tuple[str, Role, Outcome]] = Counter()

    def count(self) -> None:
        """Add this batch's decisions to the metrics; once a batch, since a counter costs more than a decision."""
        for (event, role, outcome), number in self._counts.items():
            DECISIONS.labels(event, role.value, outcome.value).inc(number)

    def event(self, envelope: Envelope, event: Event, facts: EventFacts, position: str) -> None:
        """Decide for every partner concerned; write notifications and one decision record."""
        person = self._people.of(envelope.subject)
        bodies: dict[tuple[object, ...], tuple[str, bytes]] = {}
        verdicts: list[str] = []
        for recipient, ruling in rulings(facts, person, self._setup.recipients, self._setup.policy, self._now):
            self._counts[facts.type, recipient.role, ruling.outcome] += 1
            if ruling.outcome is not Outcome.DENY:
                verdicts.append(self._notify(envelope, event, recipient, ruling, position, bodies))
                continue
            verdicts.append(write.verdict(recipient, ruling, None, None))
            if sender_hears_of(ruling, recipient, person):
                heard = write.not_completed(envelope, recipient, ruling, Stage.DECISION)
                # One position for each, or the sender's deliverer would take the second for a repeat of the first.
                numbered = f"{position.rpartition('/')[0]}/{len(verdicts)}"
                verdicts += self._sender_hears(envelope, facts.source, heard, numbered)
        self._decide(envelope, facts.source, verdicts)

    def read(self, record: ConsumerRecord) -> Read:
        """Return an event of this partition, or raise ``Malformed``; also when its sender has left the chain."""
        return read_event(record, self._setup.sources, self._partition, self._setup.partitions)

    def undelivered(self, envelope: Envelope, source: Addressee, heard: DeliveryNotCompleted, position: str) -> None:
        """Let the sender hear that a delivery was given up; this has a decision record of its own."""
        if verdicts := self._sender_hears(envelope, source, heard, position):
            self._decide(envelope, source, verdicts)

    def _notify(
        self,
        envelope: Envelope,
        event: Event,
        recipient: Addressee,
        ruling: Ruling,
        position: str,
        bodies: dict[tuple[object, ...], tuple[str, bytes]],
    ) -> str:
        """Write one notification; recipients that get the same share one body."""
        shape = (ruling.view, ruling.fields)
        body = bodies.get(shape)
        if body is None:
            whole = ruling.view is None and event.model_fields_set.issubset(ruling.fields)
            # Written anew even when nothing is left out: the bytes that came in may say a key twice.
            told = event if whole else minimise(event, ruling, self._setup.policy)
            body = bodies[shape] = (type(told).type, told.model_dump_json(exclude_unset=True).encode())
        identity = write.notification_id(envelope.id, recipient.id)
        sequence = self._memory.next_sequence(envelope.subject, recipient.id)
        headers = write.notification_headers(envelope, ruling, body[0], identity, sequence, position)
        key = envelope.subject.encode()
        self._outputs.add(topics.notify(recipient.id), self._partition, key, body[1], headers)
        return write.verdict(recipient, ruling, identity, sequence)

    def _sender_hears(
        self, envelope: Envelope, source: Addressee, heard: DeliveryNotCompleted, position: str
    ) -> list[str]:
        """Write ``delivery.not_completed`` to the sender if it may hear, and return the verdict that says so."""
        if source.id not in self._setup.recipients:
            return []
        person = self._people.of(envelope.subject)
        facts = facts_of(heard, source, sender=source.id)
        ruling = decide(facts, source, person, self._setup.policy, self._now)
        if ruling.outcome is Outcome.DENY:
            return [write.verdict(source, ruling, None, None)]
        told = minimise(heard, ruling, self._setup.policy)
        identity = write.notification_id(envelope.id, source.id, heard.recipient, heard.stage)
        sequence = self._memory.next_sequence(envelope.subject, source.id)
        headers = write.notification_headers(envelope, ruling, type(told).type, identity, sequence, position)
        body = told.model_dump_json(exclude_unset=True).encode()
        self._outputs.add(topics.notify(source.id), self._partition, envelope.subject.encode(), body, headers)
        return [write.verdict(source, ruling, identity, sequence)]

    def _decide(self, envelope: Envelope, source: Addressee, verdicts: list[str]) -> None:
        value = write.decision(
            envelope, source.role.value, source.id, self._decided_at, self._setup.policy.version, verdicts
        )
        self._outputs.add(topics.AUDIT, self._partition, envelope.subject.encode(), value, topics.DECISION_HEADERS)
