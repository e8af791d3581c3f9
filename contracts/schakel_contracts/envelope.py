"""The envelope: CloudEvents 1.0 in the NL GOV profile, binary on Kafka and structured on webhooks.

Source: CloudEvents 1.0 Kafka protocol binding (``ce_`` headers) and the Dutch profile. Against the profile's own
example the subject is a pseudonym, never a BSN.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from schakel_contracts.quick import NEW

OIN_SOURCE = "urn:nld:oin:{oin}:systeem:{partner}"
MASKED_SOURCE = "urn:nl:schakel:partner"
"""What a recipient sees as the source when the sender's name would tell of care (R14)."""

SCHEMA = "https://schakel.example/schemas/{type}.json"
CONTENT_TYPE = b"application/json"
STRUCTURED_CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
SIZE_MAX = 65_536

REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
"""Headers without which a record is no event."""

Headers = list[tuple[str, bytes]]


class Envelope(NamedTuple):
    """The context attributes of one event; times are RFC 3339 text in UTC."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    purpose: str | None = None
    basis: str | None = None
    sequence: int | None = None
    traceparent: str | None = None
    prohibiteduse: str | None = None
    withhold: str | None = None
    """Roles that the sender does not want to be told, ``UWV=disproportionate INC=disproportionate`` (R7)."""

    @property
    def partner(self) -> str:
        """Return the partner id that stands at the end of the source, or ``partner`` when masked."""
        return self.source.rpartition(":")[2]

    def to_headers(self, position: str | None = None) -> Headers:
        """Return the binary-mode Kafka headers; ``position`` names the record that this one was made from."""
        headers: Headers = [
            *_constant_headers(self.source, self.type),
            ("ce_id", self.id.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", self.time.encode()),
        ]
        if self.purpose is not None:
            headers.append(("ce_purpose", self.purpose.encode()))
        if self.basis is not None:
            headers.append(("ce_basis", self.basis.encode()))
        if self.sequence is not None:
            headers.append(("ce_sequence", b"%d" % self.sequence))
        if self.prohibiteduse is not None:
            headers.append(("ce_prohibiteduse", self.prohibiteduse.encode()))
        if self.withhold is not None:
            headers.append(("ce_withhold", self.withhold.encode()))
        if self.traceparent is not None:
            headers.append(("ce_traceparent", self.traceparent.encode()))
        if position is not None:
            headers.append((POSITION, position.encode()))
        return headers

    def to_structured(self, data: Any, *, subject: str | None = None) -> bytes:
        """Return the structured JSON for a webhook or a file, under the number that the recipient knows."""
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": subject or self.subject,
            "time": self.time,
            "dataschema": SCHEMA.format(type=self.type),
            "datacontenttype": "application/json",
        }
        extensions = {
            "purpose": self.purpose,
            "basis": self.basis,
            "sequence": None if self.sequence is None else str(self.sequence),
            "prohibiteduse": self.prohibiteduse,
            "traceparent": self.traceparent,
        }
        attributes |= {name: value for name, value in extensions.items() if value is not None}
        return json.dumps(attributes | {"data": data}, separators=(",", ":"), ensure_ascii=False).encode()


POSITION = "schakel_position"
"""Header that names the source record, ``<topic>/<partition>/<offset>/<n>``; the next stage drops what it has seen."""

CONSENT, RELATION = "schakel_consent", "schakel_relation"
"""Headers of a notification, for the second check: under which consent it goes (empty: under a statute), and whether a
relation must still be there."""

CONSENT_SOURCE = "schakel_consent_source"
"""Header of a notification of which the sender is masked: whose data its consent was about when it was decided, if the
consent says so. Whoever may read the registry knows that; it is no part of what is sent."""

DECIDED = "schakel_decided"
"""Header of a notification of which the sender is masked and that somebody asked for by law: when it was decided, so
that a request that ended since is taken for the one that carried it."""

QUESTION = "schakel_question"
"""Header of a reminder: who asked, a space, and the type of what was asked, so that the second check can see whether
the question might still go to whom is reminded of it; it is no part of what is sent."""


@lru_cache(maxsize=4_096)
def _constant_headers(source: str, type_: str) -> tuple[tuple[str, bytes], ...]:
    """Return the headers that all events of one kind and source share."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_dataschema", SCHEMA.format(type=type_).encode()),
        ("content-type", CONTENT_TYPE),
    )


class MalformedEnvelope(ValueError):
    """A record lacks an attribute that CloudEvents or Schakel requires; the message names it."""


def read_envelope(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Read binary-mode headers; a missing or undecodable attribute raises ``MalformedEnvelope`` with its name."""
    return envelope_of(dict(headers))


def envelope_of(found: Mapping[str, Any]) -> Envelope:
    """Read headers that stand in a mapping already; of two with one name the last counts. Raises as above.

    Spelt out, since it is done for every event; a header that is null is missing.
    """
    get = found.get
    try:
        if found["ce_specversion"] != b"1.0":
            raise MalformedEnvelope("ce_specversion")
        sequence = get("ce_sequence")
        attributes = (
            found["ce_id"].decode(),
            found["ce_source"].decode(),
            found["ce_type"].decode(),
            found["ce_subject"].decode(),
            found["ce_time"].decode(),
            None if (value := get("ce_purpose")) is None else value.decode(),
            None if (value := get("ce_basis")) is None else value.decode(),
            None if sequence is None else int(sequence),
            None if (value := get("ce_traceparent")) is None else value.decode(),
            None if (value := get("ce_prohibiteduse")) is None else value.decode(),
            None if (value := get("ce_withhold")) is None else value.decode(),
        )
        return NEW(Envelope, attributes)
    except (KeyError, AttributeError):
        raise MalformedEnvelope(next(name for name in REQUIRED if get(name) is None)) from None
    except MalformedEnvelope:
        raise
    except ValueError:
        raise MalformedEnvelope("ce_") from None
