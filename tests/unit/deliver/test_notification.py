"""What counts as a notification, what is kept of one over a restart, and which one is a repeat."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

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
)
from schakel_contracts.support_level import SupportLevelChanged
from schakel_contracts.support_trajectory import SupportTrajectoryChanged
from schakel_services.deliver.notification import (
    MalformedNotification,
    Notification,
    read_notification,
)
from schakel_services.deliver.pending import LastCheck, Pending, restored
from schakel_services.deliver.restoring import Restoring

CONSENT_ID = uuid4()
ENVELOPE = Envelope(
    id=str(uuid4()),
    source="urn:nld:oin:00000099000000001000:systeem:ggz-voorbeeld",
    type=SupportLevelChanged.type,
    subject="k1.person",
    time="2026-11-24T09:00:00+00:00",
    purpose=Purpose.JOB_COACHING,
    sequence=3,
    traceparent=f"00-{1:032x}-{2:016x}-01",
)


def headers(envelope: Envelope = ENVELOPE, changed: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the headers of a notification."""
    found = dict(envelope.to_headers("events/1/2/0"))
    found |= {CONSENT: str(CONSENT_ID).encode(), RELATION: b"1"}
    return found | (changed or {})


def read(found: dict[str, bytes], body: bytes = b'{"direction":"up"}') -> Notification:
    """Return the notification."""
    return read_notification(1, 7, found.items(), body)


def test_it_says_what_the_second_check_needs() -> None:
    """Consent, relation, purpose, and where nothing is masked the source and the kind of data."""
    notification = read(headers())
    assert (notification.consent_id, notification.relation_required) == (CONSENT_ID, True)
    assert notification.purpose is Purpose.JOB_COACHING
    assert notification.source == "ggz-voorbeeld"
    assert notification.fields == {"direction"}
    assert (notification.consent_source, notification.decided_at) == ("ggz-voorbeeld", None)
    other = read(headers(changed={CONSENT: b"", RELATION: b""}))
    assert (other.consent_id, other.relation_required) == (None, False)


def test_what_is_masked_is_not_known() -> None:
    """The sender of a masked notification is not guessed; the gate says what else the second check must know."""
    masked = ENVELOPE._replace(source=MASKED_SOURCE, type=SupportTrajectoryChanged.type)
    notification = read(headers(masked))
    assert (notification.source, notification.consent_source, notification.decided_at) == (None, None, None)
    said = {CONSENT_SOURCE: b"ggz-voorbeeld", DECIDED: b"2026-11-24T09:00:00+00:00"}
    notification = read(headers(masked, said))
    assert (notification.source, notification.consent_source) == (None, "ggz-voorbeeld")
    assert notification.decided_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("ce_id", b"../../etc", "not_a_uuid"),
        ("ce_purpose", b"curiosity", "unknown"),
        ("ce_sequence", b"many", "envelope"),
        (CONSENT, b"yes", "not_a_uuid"),
        (POSITION, b"somewhere", "not_a_position"),
        (CONSENT_SOURCE, b"Jan Jansen", "not_a_party"),
        (DECIDED, b"yesterday", "not_a_time"),
        (QUESTION, b"ggz-voorbeeld", "not_a_question"),
        (QUESTION, b"Jan Jansen nl.schakel.outreach.requested.v1", "not_a_question"),
    ],
)
def test_a_value_that_breaks_the_contract_is_named_not_shown(name: str, value: bytes, rule: str) -> None:
    """The error names field and rule, never the value."""
    with pytest.raises(MalformedNotification) as caught:
        read(headers(changed={name: value}))
    assert caught.value.rule == rule
    assert value.decode() not in str(caught.value)


@pytest.mark.parametrize("name", ["ce_id", "ce_subject", POSITION, CONSENT, RELATION])
def test_nothing_may_be_missing(name: str) -> None:
    """A header that is not there is no permission."""
    found = headers()
    del found[name]
    with pytest.raises(MalformedNotification) as caught:
        read(found)
    assert caught.value.field == name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'"text"',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    ],
    ids=range(9),
)
def test_the_body_is_a_json_object(body: bytes) -> None:
    """Anything else is refused."""
    with pytest.raises(MalformedNotification):
        read(headers(), body)


def test_what_is_not_read_is_not_kept() -> None:
    """A header that nobody asked for can't break what is written down."""
    found = {**headers(), "other": b"\xff", "ce_other": b"\xff"}
    notification = read(found)
    assert {"other", "ce_other"}.isdisjoint(dict(notification.headers))
    assert restored(Pending(notification, 0.0, 0.0).value()).notification == notification


def test_a_trace_that_is_none_is_dropped() -> None:
    """What a sender writes in the place of a trace does not travel on."""
    notification = read(headers(ENVELOPE._replace(traceparent="call me on 06")))
    assert notification.envelope.traceparent is None
    assert b"call" not in notification.structured("1")


def test_the_recipient_sees_its_own_number() -> None:
    """The pseudonym stays inside."""
    assert b"k1.person" not in read(headers()).structured("urn:a|1")


def test_what_waits_survives_a_restart() -> None:
    """All of it: attempts, times, the check before the last attempt."""
    last = LastCheck(datetime(2026, 11, 24, 9, tzinfo=UTC), CONSENT_ID, ("R3", "R9"))
    before = Pending(read(headers()), first_at=1.5, next_at=2.5, attempts=3, last=last)
    after = restored(before.value())
    assert after.stored
    assert after.notification == before.notification
    assert after.key == before.key == f"pending/k1.person/{ENVELOPE.id}".encode()
    assert (after.first_at, after.next_at, after.attempts) == (1.5, 2.5, 3)
    assert after.last == last


def test_the_state_topic_is_restored_in_order() -> None:
    """What was taken out is gone, what waits comes back in the order of the log."""
    state = Restoring()
    ones = []
    for order in (2, 1, 3):
        found = headers(ENVELOPE._replace(id=str(UUID(int=order))))
        one = Pending(read_notification(1, order, found.items(), b"{}"), 0.0, 0.0)
        ones.append(one)
        state.apply(one.key.decode(), one.value())
    state.apply(ones[2].key.decode(), None)
    state.apply("position/events/1", b"7/0")
    state.apply("owner", b"me")
    assert [one.notification.order for one in state.pendings()] == [1, 2]
    assert state.owner == b"me"
    assert not state.positions.is_new("events/1/7/0")
    assert not state.positions.is_new("events/1/6/9")
    assert state.positions.is_new("events/1/7/1")
    assert state.positions.is_new("events/2/1/0")
    assert state.positions.changes() == [(b"position/events/1", b"7/1"), (b"position/events/2", b"1/0")]
    assert state.positions.changes() == []
