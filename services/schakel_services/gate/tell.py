"""Tell who may know of one event, keep why, and let the sender hear who was not told."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from aiokafka import ConsumerRecord

from schakel_contracts.codes import Outcome, Role, Stage
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import Envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts, facts_of
from schakel_contracts.policy.minimise import minimise
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_services.gate import record as write
from schakel_services.gate.first_told import Permit, first_disclosures
from schakel_services.gate.memory import Memory
from schakel_services.gate.reading import Read, Said, read_event
from schakel_services.gate.rules import rulings, sender_hears_of, withheld_roles
from schakel_services.gate.withdrawn import nothing_to_withdraw, told_to_stop
from schakel_services.runtime import topics
from schakel_services.runtime.metrics import DECISIONS
from schakel_services.runtime.people import People
from schakel_services.runtime.writer import Outputs

if TYPE_CHECKING:
    from schakel_services.gate.step import GateSetup

DENY = Outcome.DENY


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

    def decided(self, read: Read) -> list[tuple[Addressee, Ruling]]:
        """Return a ruling for every partner concerned; nothing is written yet."""
        person = self._people.of(read.envelope.subject)
        facts = _facts(read, self._memory, person)
        return list(rulings(facts, person, self._setup.recipients, self._setup.policy, self._now))

    def event(self, read: Read, decided: list[tuple[Addressee, Ruling]] | None, position: str) -> None:
        """Write notifications and one decision record; without ``decided``, decide first."""
        envelope, said, source, _ = read
        person = self._people.of(envelope.subject)
        withdrawn = said.event if isinstance(said.event, ConsentWithdrawn) else None
        if withdrawn and (heard := nothing_to_withdraw(envelope, withdrawn, source, person)):
            self.undelivered(envelope, source, heard, position)
            return
        verdicts: list[str] = []
        without_consent: list[Permit] = []
        type_ = said.event.type
        for recipient, ruling in decided if decided is not None else self.decided(read):
            self._counts[type_, recipient.role, ruling.outcome] += 1
            if ruling.outcome is not DENY:
                verdicts.append(self._notify(envelope, said, recipient, ruling, position))
                if ruling.consent_id is None:
                    without_consent.append((recipient, ruling))
                continue
            verdicts.append(write.verdict(recipient, ruling, None, None))
            if sender_hears_of(ruling, recipient, person):
                heard = write.not_completed(envelope, recipient, ruling, Stage.DECISION)
                # One position for each, or the sender's deliverer would take the second for a repeat of the first.
                numbered = f"{position.rpartition('/')[0]}/{len(verdicts)}"
                verdicts += self._sender_hears(envelope, source, heard, numbered)
        if without_consent and self._setup.citizens:
            verdicts += self._person_hears(envelope, source, without_consent, position.rpartition("/")[0], verdicts)
        self._decide(envelope, source, verdicts)

    def read(self, record: ConsumerRecord) -> Read:
        """Return an event of this partition, or raise ``Malformed``; also when its sender has left the chain."""
        return read_event(record, self._setup.sources, self._partition, self._setup.partitions)

    def undelivered(self, envelope: Envelope, source: Addressee, heard: DeliveryNotCompleted, position: str) -> None:
        """Let the sender hear that a delivery was given up; this has a decision record of its own."""
        if verdicts := self._sender_hears(envelope, source, heard, position):
            self._decide(envelope, source, verdicts)

    def _notify(self, envelope: Envelope, said: Said, recipient: Addressee, ruling: Ruling, position: str) -> str:
        """Write one notification; recipients that get the same share one body."""
        shape = (ruling.view, ruling.fields)
        told = said.told.get(shape)
        if told is None:
            told = said.told[shape] = self._told(said.event, ruling)
        identity = write.notification_id(envelope.id, recipient.id)
        sequence = self._memory.next_sequence(envelope.subject, recipient.id)
        headers = write.notification_headers(envelope, ruling, told[0], identity, sequence, position)
        key = envelope.subject.encode()
        self._outputs.add(topics.notify(recipient.id), self._partition, key, told[1], headers)
        return write.verdict(recipient, ruling, identity, sequence)

    def _told(self, event: Event, ruling: Ruling) -> tuple[str, bytes]:
        """Return type and body of what is told; written anew, since the bytes that came in may say a key twice."""
        whole = ruling.view is None and event.model_fields_set.issubset(ruling.fields)
        told = event if whole else minimise(event, ruling, self._setup.policy)
        return type(told).type, told.model_dump_json(exclude_unset=True).encode()

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
        identity = write.notification_id(envelope.id, source.id, heard.recipient, heard.stage)
        return [self._tell(envelope, source, ruling, heard, identity, position)]

    def _person_hears(
        self, envelope: Envelope, source: Addressee, permits: list[Permit], record: str, before: list[str]
    ) -> list[str]:
        """Write the notices of what was told by law for the first time (R16), and return their verdicts.

        Each has a position behind all others of this event, since its deliverer takes what lies before for a repeat.
        """
        person = self._people.of(envelope.subject)
        found: list[str] = []
        for line, made in first_disclosures(envelope.subject, permits, self._memory):
            facts = facts_of(made, source)
            for citizen in self._setup.citizens:
                ruling = decide(facts, citizen, person, self._setup.policy, self._now)
                if ruling.outcome is DENY:
                    continue
                self._memory.note_told(envelope.subject, line)
                identity = write.notification_id(envelope.id, citizen.id, made.type, line)
                position = f"{record}/{len(before) + len(found) + 1}"
                found.append(self._tell(envelope, citizen, ruling, made, identity, position))
        return found

    def _tell(
        self, envelope: Envelope, recipient: Addressee, ruling: Ruling, event: Event, identity: str, position: str
    ) -> str:
        """Write what the gate itself has to say of an event, and return the verdict."""
        told = minimise(event, ruling, self._setup.policy)
        sequence = self._memory.next_sequence(envelope.subject, recipient.id)
        headers = write.notification_headers(envelope, ruling, type(told).type, identity, sequence, position)
        body = told.model_dump_json(exclude_unset=True).encode()
        self._outputs.add(topics.notify(recipient.id), self._partition, envelope.subject.encode(), body, headers)
        return write.verdict(recipient, ruling, identity, sequence)

    def _decide(self, envelope: Envelope, source: Addressee, verdicts: list[str]) -> None:
        value = write.decision(
            envelope, source.role.value, source.id, self._decided_at, self._setup.policy.version, verdicts
        )
        self._outputs.add(topics.AUDIT, self._partition, envelope.subject.encode(), value, topics.DECISION_HEADERS)


def _facts(read: Read, memory: Memory, person: PersonRegistry) -> EventFacts:
    """Return what the policy needs to know of an event; made once for what a sender says again and again."""
    event, source, withhold = read.said.event, read.source, read.envelope.withhold
    facts = read.said.facts.get(source) if withhold is None else None
    if facts is not None:
        return facts
    if isinstance(event, SubjectRightExercised):
        # Whom it is relayed to differs for each person, so it is not kept.
        received = memory.received(read.envelope.subject)
        return facts_of(event, source, withhold=withheld_roles(withhold), received=received)
    if isinstance(event, ConsentWithdrawn) and not event.recipients:
        # So is who keeps a consent that was withdrawn elsewhere, and whom it names.
        return facts_of(event, source, withhold=withheld_roles(withhold), received=told_to_stop(event, source, person))
    facts = facts_of(event, source, withhold=withheld_roles(withhold))
    if withhold is None:
        read.said.facts[source] = facts
    return facts
