"""Read one record of ``events``: what comes over Kafka is believed as little as what comes over HTTP."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.envelope import POSITION, Envelope, MalformedEnvelope, envelope_of
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.quick import NEW
from schakel_services.runtime.placement import partition_of

EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PSEUDONYM = re.compile(r"k[0-9]{1,4}\.[A-Za-z0-9_-]{43}")
PLACE = re.compile(r"([A-Za-z0-9._-]{1,249})/([0-9]{1,9})/([0-9]{1,18})/([0-9]{1,9})")
"""``<topic>/<partition>/<offset>/<n>``."""


class Malformed(ValueError):
    """A record breaks its contract: names field and rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field)
        self.field = field
        self.rule = rule


BODIES_KEPT, BODY_KEPT_BYTES = 2_048, 512
"""How many bodies are remembered, and how large one may be: most events say one of a few things, such as that a plan
became active on a day."""


class Told(NamedTuple):
    """What a recipient is told: type and body, and which of the fields that it may have are in there."""

    type: str
    body: bytes
    fields: tuple[str, ...]


class Said:
    """What a body says, and what was made of it since; events whose bodies are the same bytes share one.

    Validation looks at nothing but the bytes and the type, so it gives for the same bytes what it gave before.
    """

    __slots__ = ("event", "facts", "told")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.facts: dict[Addressee, EventFacts] = {}
        """For each sender that withholds nothing, what the policy needs to know of it."""

        self.told: dict[tuple[str | None, tuple[str, ...]], Told] = {}
        """For each view and choice of fields, what is told."""


class Read(NamedTuple):
    """One event that may be decided about."""

    envelope: Envelope
    said: Said
    source: Addressee
    position: str | None
    """The record that it was made from."""


def read_event(record: ConsumerRecord, sources: Mapping[str, Addressee], partition: int, partitions: int) -> Read:
    """Return the event, or raise ``Malformed``."""
    headers = dict(record.headers)
    try:
        envelope = envelope_of(headers)
    except MalformedEnvelope as error:
        raise Malformed(str(error), "envelope") from None
    identity, subject = envelope.id, envelope.subject
    source = sources.get(envelope.partner)
    if envelope.type not in EVENTS:
        raise Malformed("ce_type", "unknown")
    if source is None:
        raise Malformed("ce_source", "unknown")
    if EVENT_ID.fullmatch(identity) is None:
        raise Malformed("ce_id", "not_a_uuid")
    if PSEUDONYM.fullmatch(subject) is None:
        raise Malformed("ce_subject", "not_a_pseudonym")
    if record.key != headers["ce_subject"]:
        raise Malformed("key", "not_the_subject")
    if partition_of(subject, partitions) != partition:
        raise Malformed("ce_subject", "wrong_partition")
    body = record.value or b""
    try:
        said = _kept(envelope.type, body) if len(body) <= BODY_KEPT_BYTES else _said(envelope.type, body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise Malformed("data", first["type"]) from None
    return NEW(Read, (envelope, said, source, _position(headers.get(POSITION))))


def _said(type_: str, body: bytes) -> Said:
    return Said(EVENTS[type_].model_validate_json(body))


_kept = lru_cache(maxsize=BODIES_KEPT)(_said)


def _position(value: bytes | None) -> str | None:
    if value is None:
        return None
    position = value.decode("ascii", "replace")
    if PLACE.fullmatch(position) is None:
        raise Malformed(POSITION, "not_a_position")
    return position
