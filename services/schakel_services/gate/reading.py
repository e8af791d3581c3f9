"""Read one record of ``events``: what comes over Kafka is believed as little as what comes over HTTP."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.envelope import POSITION, Envelope, MalformedEnvelope, read_envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import Addressee
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


class Read(NamedTuple):
    """One event that may be decided about."""

    envelope: Envelope
    event: Event
    source: Addressee
    position: str | None
    """The record that it was made from."""


def read_event(record: ConsumerRecord, sources: Mapping[str, Addressee], partition: int, partitions: int) -> Read:
    """Return the event, or raise ``Malformed``."""
    try:
        envelope = read_envelope(record.headers)
    except MalformedEnvelope as error:
        raise Malformed(str(error), "envelope") from None
    model = EVENTS.get(envelope.type)
    source = sources.get(envelope.partner)
    if model is None:
        raise Malformed("ce_type", "unknown")
    if source is None:
        raise Malformed("ce_source", "unknown")
    if EVENT_ID.fullmatch(envelope.id) is None:
        raise Malformed("ce_id", "not_a_uuid")
    if PSEUDONYM.fullmatch(envelope.subject) is None:
        raise Malformed("ce_subject", "not_a_pseudonym")
    if record.key != envelope.subject.encode():
        raise Malformed("key", "not_the_subject")
    if partition_of(envelope.subject, partitions) != partition:
        raise Malformed("ce_subject", "wrong_partition")
    try:
        event = model.model_validate_json(record.value or b"")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise Malformed("data", first["type"]) from None
    return Read(envelope, event, source, _position(dict(record.headers).get(POSITION)))


def _position(value: bytes | None) -> str | None:
    if value is None:
        return None
    position = value.decode("ascii", "replace")
    if PLACE.fullmatch(position) is None:
        raise Malformed(POSITION, "not_a_position")
    return position
