"""Tell who may know of one event, keep why, and let the sender hear who was not told."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from aiokafka import ConsumerRecord

from schakel_contracts.codes import Category, Outcome, Reason, Role, Stage
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import MASKED_SOURCE, Envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.engine import decide
from schakel_contracts.policy.facts import Addressee, EventFacts, facts_of
from schakel_contracts.policy.minimise import minimise
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.subject_right import SubjectRightExercised
from schakel_contracts.terms import RightStatus
from schakel_services.gate import record as write
from schakel_services.gate.first_told import Permit, first_disclosures
from schakel_services.gate.memory import Memory
from schakel_services.gate.places import Places
from schakel_services.gate.reading import Read, Said, Told, read_event
from schakel_services.gate.rules import rulings, sender_hears_of, withheld_roles
from schakel_services.gate.unseen import unseen_of
from schakel_services.gate.withdrawn import named_roles, nothing_to_withdraw, told_to_stop, who_named
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
        setup = self._setup
        beyond_reach = partial(self._beyond_reach, read, person)
        return list(rulings(facts, person, setup.recipients, setup.policy, self._now, beyond_reach))

    def event(self, read: Read, decided: list[tuple[Addressee, Ruling]] | None, record: str) -> None:
        """Write notifications and one decision record; without ``decided``, decide first."""
        envelope, said, source, _ = read
        person = self._people.of(envelope.subject)
        withdrawn = said.event if isinstance(said.event, ConsentWithdrawn) else None
        if withdrawn and (heard := nothing_to_withdraw(envelope, withdrawn, source, person)):
            self._not_withdrawn(read, withdrawn, heard, record)
            return
        verdicts: list[str] = []
        without_consent: list[Permit] = []
        places = Places(record)
        type_ = said.event.type
        for recipient, ruling in decided if decided is not None else self.decided(read):
            self._counts[type_, recipient.role, ruling.outcome] += 1
            if ruling.outcome is not DENY:
                verdicts.append(self._notify(envelope, said, recipient, ruling, places, person))
                if ruling.consent_id is None:
                    without_consent.append((recipient, ruling))
                continue
            verdicts.append(write.verdict(recipient, ruling))
            if ruling.reason is Reason.NOT_IN_CHAIN:
                verdicts += self._unreached_is_heard(read, recipient, ruling, places, person)
            elif sender_hears_of(ruling, recipient, person):
                heard = write.not_completed(envelope, recipient, ruling, Stage.DECISION)
                verdicts += self._sender_hears(envelope, source, heard, places)
        if without_consent and self._setup.citizens:
            verdicts += self._person_hears(envelope, source, without_consent, places)
        self._decide(envelope, source, verdicts)
        self._remember(envelope.subject, said.event, source)

    def read(self, record: ConsumerRecord) -> Read:
        """Return an event of this partition, or raise ``Malformed``; also when its sender has left the chain."""
        return read_event(record, self._setup.sources, self._partition, self._setup.partitions)

    def undelivered(self, envelope: Envelope, source: Addressee, heard: DeliveryNotCompleted, record: str) -> None:
        """Let the sender hear that a delivery was given up; this has a decision record of its own."""
        if verdicts := self._sender_hears(envelope, source, heard, Places(record)):
            self._decide(envelope, source, verdicts)

    def _not_withdrawn(self, read: Read, event: ConsentWithdrawn, heard: DeliveryNotCompleted, record: str) -> None:
        """Let the sender hear that nothing was withdrawn, and the keeper that somebody asked for it; nobody else."""
        envelope, said, source, _ = read
        person, places = self._people.of(envelope.subject), Places(record)
        keeper = told_to_stop(event, source, person)
        verdicts = [
            self._notify(envelope, said, recipient, ruling, places, person)
            for recipient, ruling in self.decided(read)
            if recipient.id in keeper and ruling.outcome is not DENY
        ]
        verdicts += self._sender_hears(envelope, source, heard, places)
        if verdicts:
            self._decide(envelope, source, verdicts)

    def kept_back(self, subject: str, recipient: str) -> None:
        """Remember that something that a party was to be told never left."""
        self._memory.note_kept_back(subject, recipient)

    def _remember(self, subject: str, event: Event, source: Addressee) -> None:
        """Remember who sent data of a person, and who passed on a right."""
        if isinstance(event, SubjectRightExercised) and event.status is RightStatus.RECEIVED:
            self._memory.note_asker(subject, str(event.request_id), source.id)
        elif type(event).category is not Category.ACCOUNTABILITY:
            self._memory.note_sent(subject, source.id)

    def _beyond_reach(self, read: Read, person: PersonRegistry, name: str) -> Addressee | None:
        """Return a party that the chain can't reach, or not any more; None: nobody knows in which role it would be."""
        if (partner := self._setup.sources.get(name)) is not None:
            return partner
        role = named_roles(read.said.event, person).get(name) or self._memory.partners.get(name)
        return None if role is None else Addressee(name, Role(role))

    def _notify(
        self,
        envelope: Envelope,
        said: Said,
        recipient: Addressee,
        ruling: Ruling,
        places: Places,
        person: PersonRegistry,
    ) -> str:
        """Write one notification; recipients that get the same share one body."""
        shape = (ruling.view, ruling.fields)
        told = said.told.get(shape)
        if told is None:
            told = said.told[shape] = self._told(said.event, ruling)
        identity = write.notification_id(envelope.id, recipient.id)
        sequence = self._memory.next_sequence(envelope.subject, recipient.id)
        position = places.next_for(recipient.id)
        unseen = unseen_of(said.event, envelope, recipient, ruling, person, self._decided_at)
        type_, body, fields = told
        headers = write.notification_headers(envelope, ruling, type_, identity, sequence, position, unseen)
        key = envelope.subject.encode()
        self._outputs.add(topics.notify(recipient.id), self._partition, key, body, headers)
        return write.verdict(recipient, ruling, identity, sequence, fields)

    def _told(self, event: Event, ruling: Ruling) -> Told:
        """Return what is told; written anew, since the bytes that came in may say a key twice."""
        whole = ruling.view is None and event.model_fields_set.issubset(ruling.fields)
        told = event if whole else minimise(event, ruling, self._setup.policy)
        fields = tuple(name for name in ruling.fields if getattr(told, name, None) is not None)
        return Told(type(told).type, told.model_dump_json(exclude_unset=True).encode(), fields)

    def _sender_hears(
        self, envelope: Envelope, source: Addressee, heard: DeliveryNotCompleted, places: Places
    ) -> list[str]:
        """Write ``delivery.not_completed`` to the sender if it may hear, and return the verdict that says so."""
        if source.id not in self._setup.recipients:
            return []
        person = self._people.of(envelope.subject)
        facts = facts_of(heard, source, sender=source.id)
        ruling = decide(facts, source, person, self._setup.policy, self._now)
        if ruling.outcome is Outcome.DENY:
            return [write.verdict(source, ruling)]
        identity = write.notification_id(envelope.id, source.id, heard.recipient, heard.stage)
        return [self._tell(envelope, source, ruling, heard, identity, places)]

    def _unreached_is_heard(
        self, read: Read, recipient: Addressee, ruling: Ruling, places: Places, person: PersonRegistry
    ) -> list[str]:
        """Let those hear who can write a letter: who named the party to the chain, and the person."""
        envelope = read.envelope
        heard = write.not_completed(envelope, recipient, ruling, Stage.DECISION)
        listener = self._setup.sources.get(who_named(read.said.event, read.source, person) or "")
        found: list[str] = []
        if listener is not None:
            # Where the keeper hears of what was said elsewhere, it does not hear where.
            hidden = (
                envelope if listener.id == read.source.id else envelope._replace(source=MASKED_SOURCE, traceparent=None)
            )
            found += self._sender_hears(hidden, listener, heard, places)
        for citizen in self._setup.citizens:
            facts = facts_of(heard, read.source, sender=citizen.id)
            told = decide(facts, citizen, person, self._setup.policy, self._now)
            involved = person.relation(citizen.id, citizen.role, self._now) is not None
            if involved and citizen.id != read.source.id and told.outcome is not DENY:
                identity = write.notification_id(envelope.id, citizen.id, heard.recipient, heard.stage)
                found.append(self._tell(envelope, citizen, told, heard, identity, places))
        return found

    def _person_hears(self, envelope: Envelope, source: Addressee, permits: list[Permit], places: Places) -> list[str]:
        """Write the notices of what was told by law for the first time (R16), and return their verdicts."""
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
                found.append(self._tell(envelope, citizen, ruling, made, identity, places))
        return found

    def _tell(
        self, envelope: Envelope, recipient: Addressee, ruling: Ruling, event: Event, identity: str, places: Places
    ) -> str:
        """Write what the gate itself has to say of an event, and return the verdict."""
        type_, body, fields = self._told(event, ruling)
        sequence = self._memory.next_sequence(envelope.subject, recipient.id)
        position = places.next_for(recipient.id)
        headers = write.notification_headers(envelope, ruling, type_, identity, sequence, position)
        self._outputs.add(topics.notify(recipient.id), self._partition, envelope.subject.encode(), body, headers)
        return write.verdict(recipient, ruling, identity, sequence, fields)

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
        person_id = read.envelope.subject
        asker = memory.asker(person_id, str(event.request_id))
        holders = memory.holders(person_id)
        return facts_of(event, source, withhold=withheld_roles(withhold), sender=asker, received=holders)
    if isinstance(event, ConsentWithdrawn) and not event.recipients:
        # So is who keeps a consent that was withdrawn elsewhere, and whom it names.
        return facts_of(event, source, withhold=withheld_roles(withhold), received=told_to_stop(event, source, person))
    facts = facts_of(event, source, withhold=withheld_roles(withhold))
    if withhold is None:
        read.said.facts[source] = facts
    return facts
