"""Gate and deliverer meet on Kafka only: what the one writes, the other reads."""

from uuid import uuid4

import pytest

from schakel_contracts.codes import Outcome, Purpose
from schakel_contracts.envelope import Envelope
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.support_level import SupportLevelChanged
from schakel_services.deliver.notification import read_notification
from schakel_services.gate.record import notification_headers, notification_id

CONSENT_ID = uuid4()
ENVELOPE = Envelope(
    id=str(uuid4()),
    source="urn:nld:oin:00000099000000001000:systeem:ggz-voorbeeld",
    type=SupportLevelChanged.type,
    subject="k1.person",
    time="2026-11-24T09:00:00+00:00",
    traceparent=f"00-{1:032x}-{2:016x}-01",
)


@pytest.mark.parametrize("masked", [(), ("source",)])
@pytest.mark.parametrize(("consent_id", "relation"), [(CONSENT_ID, True), (None, False)])
def test_a_notification_of_the_gate_is_one(masked: tuple[str, ...], consent_id: object, *, relation: bool) -> None:
    """Everything that the second check needs arrives as the gate ruled it."""
    ruling = Ruling(
        Outcome.PERMIT,
        purpose=Purpose.JOB_COACHING,
        basis=("C",),
        masked=masked,
        consent_id=CONSENT_ID if consent_id else None,
        relation_required=relation,
    )
    identity = notification_id(ENVELOPE.id, "a-partner")
    headers = notification_headers(ENVELOPE, ruling, ENVELOPE.type, identity, 4, "events/1/2/0")
    notification = read_notification(1, 9, headers, b'{"direction":"up"}')
    assert notification.id == identity
    assert notification.person == "k1.person"
    assert notification.envelope.sequence == 4
    assert notification.envelope.traceparent == (None if masked else ENVELOPE.traceparent)
    assert notification.purpose is Purpose.JOB_COACHING
    assert notification.consent_id == consent_id
    assert notification.relation_required == relation
    assert notification.source == (None if masked else "ggz-voorbeeld")
