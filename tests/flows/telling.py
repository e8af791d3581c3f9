"""What the gate really writes for one event, and what the deliverer really asks again: their own code, no broker."""

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from aiokafka import ConsumerRecord, TopicPartition
from tests.flows.opened import Opened
from tests.flows.standing import NOW
from tests.flows.ways import POLICY

from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.envelope import OIN_SOURCE, Envelope
from schakel_contracts.policy import Addressee, PersonRegistry, Recheck
from schakel_contracts.registry import Record, registry_key
from schakel_services.deliver.notification import Notification, read_notification
from schakel_services.deliver.second_check import SecondCheck
from schakel_services.gate.step import GateSetup, GateStep
from schakel_services.runtime import topics
from schakel_services.runtime.people import People
from schakel_services.runtime.writer import Outputs

PERSON = "k1." + "p" * 43
EVENT_ID = "6b1f2f64-57a3-4f0e-9c1c-0d7a3f9a1e56"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OIN = "00000099000000001000"
NOTHING = cast("Any", None)
"""The cluster and what hangs on it: nothing that is written here goes anywhere."""


@dataclass(frozen=True)
class Told:
    """What one recipient was sent, and the decision about it."""

    verdict: Verdict
    decision: Decision
    headers: dict[str, bytes]
    body: bytes

    @property
    def seen(self) -> bytes:
        """Return everything that the recipient can see."""
        return self.body + b" ".join(self.headers.values())

    @property
    def notification(self) -> Notification:
        """Return it as the deliverer reads it."""
        return read_notification(0, 1, self.headers.items(), self.body)


@cache
def tell(way: Opened) -> Told:
    """Let the gate take one event from its topic, and return what it tells the recipient."""
    parties = {party.id: party for party in (way.source, way.recipient)}
    gate = GateStep(GateSetup(NOTHING, NOTHING, POLICY, parties, parties, 1, lambda: NOW), 0)
    people = People()
    for record in way.records:
        people.apply(registry_key(PERSON, record), record.model_dump_json().encode())
    gate._people, gate._registry = people, cast("Any", UpToDate())
    outputs = at_once(gate.work({TopicPartition(topics.EVENTS, 0): [published(way, NOW)]}))
    assert outputs is not None
    ((_, value, _),) = outputs.rows[topics.AUDIT, 0]
    decision = Decision.model_validate_json(value or b"")
    verdict = next(each for each in decision.verdicts if each.recipient == way.recipient.id)
    ((_, body, headers),) = outputs.rows[topics.notify(way.recipient.id), 0]
    return Told(verdict, decision, dict(headers), body or b"")


class UpToDate:
    """The registry's table, which has nothing to wait for."""

    async def barrier(self) -> None:
        """Return at once."""


def at_once(work: Coroutine[Any, Any, Outputs | None]) -> Outputs | None:
    """Run a coroutine that never waits, without a loop."""
    try:
        work.send(None)
    except StopIteration as ended:
        outputs: Outputs | None = ended.value
        return outputs
    raise AssertionError("it waits for something")


def published(way: Opened, at: datetime) -> ConsumerRecord[bytes, bytes]:
    """Return the event as it stands on its topic."""
    source = OIN_SOURCE.format(oin=OIN, partner=way.source.id)
    envelope = Envelope(EVENT_ID, source, type(way.event).type, PERSON, at.isoformat(), traceparent=TRACE)
    body = way.event.model_dump_json(exclude_unset=True).encode()
    headers = envelope.to_headers()
    return ConsumerRecord(topics.EVENTS, 0, 1, 0, 0, PERSON.encode(), body, None, 0, len(body), headers)


def checked(told: Told, source: Addressee, recipient: Addressee, records: Iterable[Record], at: datetime) -> Recheck:
    """Let the deliverer look again right before it sends."""
    check = SecondCheck(NOTHING, NOTHING, NOTHING, recipient, NOTHING, POLICY, {source.id: source})
    return check._look(told.notification, PersonRegistry.from_records(records), at)
