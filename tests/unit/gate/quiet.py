"""A gate in memory: its step without a broker, for tests of who is told what of which event."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

from aiokafka import ConsumerRecord, TopicPartition
from tests.flows.telling import NOTHING, UpToDate, at_once

from schakel_contracts.codes import ConsentForm, FreelyGivenCheck
from schakel_contracts.consent import Recipient
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import OIN_SOURCE, POSITION, Envelope, read_envelope
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_id
from schakel_contracts.policy import Addressee, Policy, load_policy
from schakel_contracts.registry import ConsentRecord, Record, RelationRecord, registry_key
from schakel_services.gate.step import GateSetup, GateStep
from schakel_services.runtime import topics
from schakel_services.runtime.people import People
from schakel_services.runtime.writer import Outputs

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PERSON = "k1." + "g" * 43
OIN = "00000099000000001000"
POLICY = load_policy()


class Told:
    """One notification, as its recipient's deliverer reads it."""

    def __init__(self, recipient: str, body: bytes, headers: list[tuple[str, bytes]]) -> None:
        self.recipient = recipient
        self.envelope = read_envelope(headers)
        self.headers = dict(headers)
        self.body = body
        self.data = json.loads(body)

    @property
    def place(self) -> tuple[str, int, int]:
        """Return its position: the source, and the place in it."""
        source, offset, number = self.headers[POSITION].decode().rsplit("/", 2)
        return source, int(offset), int(number)

    def is_a(self, contract: type[Event]) -> bool:
        """Say whether it is of a type."""
        return self.envelope.type == contract.type


class QuietGate:
    """One partition with one person; everything that it writes is kept."""

    def __init__(self, *parties: Addressee, silent: tuple[str, ...] = (), policy: Policy = POLICY) -> None:
        """``silent`` are partners without a channel."""
        self.told: list[Told] = []
        self.state: dict[str, bytes | None] = {}
        self._people = People()
        self._events = count(10)
        self._policy = policy
        self.restart(*parties, silent=silent)

    def restart(self, *parties: Addressee, silent: tuple[str, ...] = ()) -> None:
        """Begin again with what stands on the log, and the parties that the chain file has now."""
        sources = {party.id: party for party in parties}
        recipients = {name: party for name, party in sources.items() if name not in silent}
        setup = GateSetup(NOTHING, NOTHING, self._policy, sources, recipients, 1, lambda: NOW)
        self._gate = GateStep(setup, 0)
        for key, value in self.state.items():
            self._gate._memory.apply(key, value)
        self._gate._people, self._gate._registry = self._people, cast("Any", UpToDate())
        self._parties = sources

    def register(self, *records: Record) -> None:
        """Put records in the registry."""
        for record in records:
            self._people.apply(registry_key(PERSON, record), record.model_dump_json(exclude_none=True).encode())

    def relate(self, *parties: str) -> None:
        """Let parties be involved."""
        for party in parties:
            role = self._parties[party].role
            self.register(
                RelationRecord(id=deterministic_id("relation", party), party=party, role=role, asserted_by=party)
            )

    def consent(self, *recipients: Recipient, **changes: Any) -> ConsentRecord:
        """Put a consent in the registry, in writing and freely given."""
        right = {
            "id": deterministic_id("consent"),
            "form": ConsentForm.WRITTEN,
            "freely_given": tuple(FreelyGivenCheck),
            "recipients": recipients,
            "granted_at": NOW - timedelta(days=30),
        }
        record = ConsentRecord.model_validate(right | changes)
        self.register(record)
        return record

    def say(self, event: Event, source: str) -> Decision:
        """Let a party's intake publish an event; return the decision about it."""
        offset = next(self._events)
        identity = str(deterministic_id("event", str(offset)))
        envelope = Envelope(identity, OIN_SOURCE.format(oin=OIN, partner=source), event.type, PERSON, NOW.isoformat())
        body = event.model_dump_json(exclude_unset=True).encode()
        return self._take(topics.EVENTS, offset, envelope.to_headers(), body)

    def _take(self, topic: str, offset: int, headers: Any, body: bytes) -> Decision:
        record: Any = ConsumerRecord(topic, 0, offset, 0, 0, PERSON.encode(), body, None, 0, len(body), headers)
        outputs = at_once(self._gate.work({TopicPartition(topic, 0): [record]}))
        assert outputs is not None
        self._gate.committed()
        return self._keep(outputs)

    def _keep(self, outputs: Outputs) -> Decision:
        for (topic, _), rows in outputs.rows.items():
            for key, value, headers in rows:
                if topic == topics.STATE_GATE:
                    self.state[(key or b"").decode()] = value
                elif topic.startswith("notify."):
                    self.told.append(Told(topic.removeprefix("notify."), value or b"", list(headers)))
        ((_, value, _),) = outputs.rows[topics.AUDIT, 0]
        return Decision.model_validate_json(value or b"")

    def told_to(self, party: str, contract: type[Event]) -> list[Told]:
        """Return what a party was told of one type."""
        return [each for each in self.told if each.recipient == party and each.is_a(contract)]

    def not_completed(self, party: str) -> list[tuple[str, str]]:
        """Return whom a party heard was not told, and why."""
        return [(each.data["recipient"], each.data["reason"]) for each in self.told_to(party, DeliveryNotCompleted)]


def verdict_of(decision: Decision, party: str) -> Verdict:
    """Return what was decided about one party, of the event itself."""
    return next(each for each in decision.verdicts if each.recipient == party)


def lapsed(party: Addressee) -> Addressee:
    """Return a party of which the agreement ended yesterday."""
    return replace(party, agreement_until=(NOW - timedelta(days=1)).date())
