"""One notification as it stands on ``notify.<partner>``, believed as little as anything."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json

from schakel_contracts.codes import Purpose
from schakel_contracts.envelope import (
    CONSENT,
    CONSENT_SOURCE,
    DECIDED,
    MASKED_SOURCE,
    POSITION,
    QUESTION,
    RELATION,
    Envelope,
    MalformedEnvelope,
    read_envelope,
)
from schakel_contracts.identifiers import PARTY_PATTERN
from schakel_contracts.policy.civil_time import instant

KEPT = frozenset(
    {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_purpose", "ce_basis"}
    | {"ce_sequence", "ce_prohibiteduse", "ce_traceparent", POSITION, CONSENT, CONSENT_SOURCE}
    | {DECIDED, QUESTION, RELATION}
)
"""Headers that are read; others are not kept."""

PARTY = re.compile(PARTY_PATTERN.encode())
ASKED = re.compile(rb"[^ ]{1,64} nl\.schakel\.[a-z_]+\.[a-z_]+\.v[0-9]+")
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context; anything else in that place is dropped, since a sender could write in it."""


class MalformedNotification(ValueError):
    """A record on ``notify`` is no notification; names field and rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field)
        self.field = field
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Notification:
    """What one partner is told of one event, and what the second check needs to know of it."""

    partition: int
    order: int
    """Offset on ``notify``: one person's notifications go in this order."""

    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    envelope: Envelope
    purpose: Purpose
    consent_id: UUID | None
    relation_required: bool
    position: str

    @property
    def id(self) -> str:
        """Return the id, the same on every repeat."""
        return self.envelope.id

    @property
    def person(self) -> str:
        """Return the pseudonym."""
        return self.envelope.subject

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of what is told."""
        return frozenset(from_json(self.body))

    @property
    def source(self) -> str | None:
        """Return whose event it was made from; None where that is masked."""
        return None if self.envelope.source == MASKED_SOURCE else self.envelope.partner

    @property
    def consent_source(self) -> str | None:
        """Return whose data its consent must be about; None: anybody's, since it named nobody at the decision."""
        return self.source or self._header(CONSENT_SOURCE)

    @property
    def decided_at(self) -> datetime | None:
        """Return when it was decided, where a request that ended since may be the one that carried it."""
        value = self._header(DECIDED)
        return None if value is None else instant(datetime.fromisoformat(value))

    @property
    def question(self) -> tuple[str, str] | None:
        """Return who asked, and the type of what was asked, of a reminder that its question must allow."""
        value = self._header(QUESTION)
        if value is None:
            return None
        asker, _, type_ = value.partition(" ")
        return asker, type_

    def _header(self, name: str) -> str | None:
        return next((value.decode() for each, value in self.headers if each == name), None)

    def structured(self, subject: str) -> bytes:
        """Return the CloudEvent as JSON, under the number that the recipient knows."""
        return self.envelope.to_structured(json.loads(self.body), subject=subject)


def read_notification(partition: int, order: int, headers: Iterable[tuple[str, bytes]], body: bytes) -> Notification:
    """Return the notification, or raise ``MalformedNotification``."""
    kept = tuple((name, value) for name, value in headers if name in KEPT and value is not None)
    found = dict(kept)
    try:
        envelope = read_envelope(kept)
    except MalformedEnvelope as error:
        raise MalformedNotification(str(error), "envelope") from None
    for name in (POSITION, CONSENT, RELATION):
        if name not in found:
            raise MalformedNotification(name, "missing")
    _unseen(found)
    if envelope.traceparent is not None and not TRACEPARENT.fullmatch(envelope.traceparent):
        envelope = envelope._replace(traceparent=None)
    return Notification(
        partition=partition,
        order=order,
        headers=kept,
        body=_json(body),
        envelope=envelope._replace(id=str(_uuid("ce_id", envelope.id.encode()))),
        purpose=_purpose(envelope.purpose),
        consent_id=_uuid(CONSENT, found[CONSENT]) if found[CONSENT] else None,
        relation_required=found[RELATION] != b"",
        position=_position(found[POSITION]),
    )


def _unseen(found: Mapping[str, bytes]) -> None:
    """Refuse what the second check could not read later on."""
    if CONSENT_SOURCE in found and PARTY.fullmatch(found[CONSENT_SOURCE]) is None:
        raise MalformedNotification(CONSENT_SOURCE, "not_a_party")
    if QUESTION in found and ASKED.fullmatch(found[QUESTION]) is None:
        raise MalformedNotification(QUESTION, "not_a_question")
    if DECIDED in found:
        try:
            instant(datetime.fromisoformat(found[DECIDED].decode("ascii")))
        except ValueError:
            raise MalformedNotification(DECIDED, "not_a_time") from None


def source_of(position: str) -> tuple[str, tuple[int, int]]:
    """Split ``<topic>/<partition>/<offset>/<n>`` into the source and the place in it."""
    source, offset, number = position.rsplit("/", 2)
    return source, (int(offset), int(number))


def _json(body: bytes) -> bytes:
    """Return the body; stricter than ``json``: what gets through can be written again as UTF-8 JSON."""
    try:
        if isinstance(from_json(body, allow_inf_nan=False), dict):
            return body
    except ValueError:
        pass
    raise MalformedNotification("data", "not_an_object")


def _uuid(field: str, value: bytes) -> UUID:
    try:
        return UUID(value.decode("ascii"))
    except ValueError:
        raise MalformedNotification(field, "not_a_uuid") from None


def _purpose(value: str | None) -> Purpose:
    try:
        return Purpose(value or "")
    except ValueError:
        raise MalformedNotification("ce_purpose", "unknown") from None


def _position(value: bytes) -> str:
    try:
        position = value.decode("ascii")
        source_of(position)
    except ValueError:
        raise MalformedNotification(POSITION, "not_a_position") from None
    return position
