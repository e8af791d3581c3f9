"""The envelope: CloudEvents attributes as Kafka headers, and as one JSON document."""

import json

import pytest

from schakel_contracts.envelope import Envelope, MalformedEnvelope, read_envelope

ENVELOPE = Envelope(
    id="5c9e2c3a-7f4b-5d0e-8a53-1f6f0a8c7d21",
    source="urn:nld:oin:00000001234567890000:systeem:ggz-1",
    type="nl.schakel.support_level.changed.v1",
    subject="k1.abc",
    time="2026-11-24T10:00:00Z",
    purpose="support_scaling",
    basis="C",
    sequence=7,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    prohibiteduse="enforcement",
    withhold="UWV=disproportionate",
)
REQUIRED = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"]


def test_headers_come_back_as_they_went() -> None:
    """Binary mode: nothing is lost on the way."""
    assert read_envelope(ENVELOPE.to_headers(position="events/0/1/2")) == ENVELOPE
    assert ENVELOPE.partner == "ggz-1"


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_attribute_is_named(name: str) -> None:
    """A record without a required attribute is refused with the attribute's name."""
    headers = [header for header in ENVELOPE.to_headers() if header[0] != name]
    with pytest.raises(MalformedEnvelope, match=name):
        read_envelope(headers)


@pytest.mark.parametrize(("name", "value"), [("ce_id", b"\xff"), ("ce_sequence", b"seven"), ("ce_specversion", b"0.3")])
def test_undecodable_attribute_is_refused(name: str, value: bytes) -> None:
    """Bytes that are no text, a number that is none, another version of the standard."""
    headers = [(key, value if key == name else was) for key, was in ENVELOPE.to_headers()]
    with pytest.raises(MalformedEnvelope):
        read_envelope(headers)


def test_webhook_document_carries_the_number_that_the_recipient_knows() -> None:
    """Structured mode: the recipient's own number as subject, and nothing that is for the hub alone."""
    document = json.loads(ENVELOPE.to_structured({"direction": "up"}, subject="client-12"))
    assert document["subject"] == "client-12"
    assert document["data"] == {"direction": "up"}
    assert document["sequence"] == "7"
    assert "withhold" not in document
