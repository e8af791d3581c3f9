"""What the gate writes reads back through the contracts, and says what a plain way of writing would say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.codes import Outcome, Reason, Remedy, Role, Stage
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.envelope import MASKED_SOURCE, Envelope, read_envelope
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.support_level import SupportLevelChanged
from schakel_services.gate import record as write

CONSENT_ID, RELATION_ID, EVENT_ID = UUID(int=11), UUID(int=12), UUID(int=13)
AT = datetime(2026, 11, 24, 9, 30, 1, 250, tzinfo=UTC)
ENVELOPE = Envelope(
    id=str(EVENT_ID),
    source="urn:nld:oin:00000099000000001000:systeem:ggz-voorbeeld",
    type=SupportLevelChanged.type,
    subject="k1." + "s" * 43,
    time="2026-11-24T09:00:00+00:00",
)
POLICY = load_policy(None)


def every_ruling() -> Iterator[tuple[Addressee, Ruling]]:
    """Yield each ruling that the policy can come to, for a party of the role that it is about."""
    for (_, _, role), cell in POLICY.cells.items():
        party = Addressee(f"{role.lower()}-een", role)
        yield party, cell.not_meant
        for ruling in cell.denials.values():
            yield party, ruling
        for attempt in cell.attempts:
            for purpose in cell.purposes:
                for relation in (RELATION_ID, None):
                    consent = CONSENT_ID if attempt.by_consent else None
                    yield (
                        party,
                        attempt.granted._replace(consent_id=consent, relation_id=relation, purpose=purpose),
                    )


RULINGS = list(dict.fromkeys(every_ruling()))


def plainly(
    recipient: Addressee, ruling: Ruling, identity: str | None, sequence: int | None, fields: tuple[str, ...] = ()
) -> Verdict:
    """Return the verdict as the contract has it, without any haste."""
    denied = ruling.outcome is Outcome.DENY
    told: dict[str, Any] = {"fields": fields, "stripped": ruling.stripped, "masked": ruling.masked}
    return Verdict.model_validate(
        {
            "recipient": recipient.id,
            "role": recipient.role,
            "outcome": ruling.outcome,
            "rules": ruling.rules,
            "row": ruling.row,
            "purpose": ruling.purpose,
            "basis": ruling.basis,
            "consent_id": ruling.consent_id,
            "relation_id": ruling.relation_id,
            "notification_id": identity,
            "sequence": sequence,
        }
        | ({"reason": ruling.reason, "remedy": ruling.remedy} if denied else told)
    )


def test_there_are_rulings_of_every_kind() -> None:
    """The tests below see permits, reductions and every reason to deny."""
    assert {ruling.outcome for _, ruling in RULINGS} == set(Outcome)
    reasons = {ruling.reason for _, ruling in RULINGS} - {None}
    later = {Reason.TARGET_REFUSED, Reason.TARGET_UNREACHABLE, Reason.TOO_LATE, Reason.NOT_IN_CHAIN}
    assert reasons == set(Reason) - later
    assert any(ruling.masked for _, ruling in RULINGS)


def test_every_verdict_is_what_the_model_would_write() -> None:
    """Each ruling of the policy, in one process: no part that is made once belongs to another ruling."""
    for recipient, ruling in RULINGS:
        sent = ruling.outcome is not Outcome.DENY
        identity = write.notification_id(ENVELOPE.id, recipient.id) if sent else None
        for fields in {ruling.fields, ruling.fields[:1], ruling.fields[1:]} if sent else {()}:
            text = write.verdict(recipient, ruling, identity, 7 if sent else None, fields)
            expected = plainly(recipient, ruling, identity, 7 if sent else None, fields)
            naive = expected.model_dump(mode="json", exclude_defaults=True)
            naive = {key: value for key, value in naive.items() if value not in (None, [])}
            assert Verdict.model_validate_json(text) == expected
            assert json.loads(text) == json.loads(json.dumps(naive | {"rules": list(ruling.rules)}))


@pytest.mark.parametrize("count", [0, 1, 12])
def test_a_decision_is_what_the_model_would_write(count: int) -> None:
    """With no verdict, with one, with many."""
    chosen = RULINGS[:: len(RULINGS) // 12][:count]
    body = write.decision(
        ENVELOPE,
        "GGZ",
        "ggz-voorbeeld",
        AT.isoformat(),
        "2026.1",
        [write.verdict(recipient, ruling) for recipient, ruling in chosen],
    )
    expected = Decision(
        event_id=EVENT_ID,
        event_type=ENVELOPE.type,
        subject=ENVELOPE.subject,
        source="ggz-voorbeeld",
        source_role=Role.GGZ,
        decided_at=AT,
        policy_version="2026.1",
        verdicts=tuple(plainly(recipient, ruling, None, None) for recipient, ruling in chosen),
    )
    assert len(chosen) == count
    assert Decision.model_validate_json(body) == expected
    assert set(json.loads(body)) == set(Decision.model_fields)


def headers_of(ruling: Ruling, envelope: Envelope = ENVELOPE) -> dict[str, bytes]:
    """Return the headers of one notification."""
    return dict(write.notification_headers(envelope, ruling, envelope.type, str(UUID(int=5)), 3, "events/0/1/0"))


PERMIT = Ruling(
    Outcome.PERMIT,
    purpose=next(iter(POLICY.purposes)),
    basis=("C",),
    consent_id=CONSENT_ID,
    relation_required=True,
)


def test_a_masked_source_is_nowhere_in_a_notification() -> None:
    """Neither its name, nor its OIN, nor the id of the event, by which two recipients could compare notes."""
    headers = headers_of(PERMIT._replace(masked=("source",)))
    assert headers["ce_source"] == MASKED_SOURCE.encode()
    everything = b"".join(headers.values())
    assert b"ggz-voorbeeld" not in everything
    assert b"00000099000000001000" not in everything
    assert ENVELOPE.id.encode() not in everything


def test_a_veto_of_the_sender_is_not_told() -> None:
    """Whom the sender left out is nobody else's business."""
    headers = headers_of(PERMIT, ENVELOPE._replace(withhold="UWV=disproportionate"))
    assert "ce_withhold" not in headers
    assert not any(b"UWV" in value for value in headers.values())


def test_what_may_not_be_done_with_it_travels_along() -> None:
    """R20 stands in the envelope of everybody who gets it under that rule, and of nobody else."""
    assert headers_of(PERMIT._replace(prohibited_use="enforcement"))["ce_prohibiteduse"] == b"enforcement"
    assert "ce_prohibiteduse" not in headers_of(PERMIT)


def test_a_notification_is_an_envelope() -> None:
    """Number, purpose and basis are read back as they were ruled."""
    found = read_envelope(headers_of(PERMIT).items())
    assert (found.sequence, found.purpose, found.basis) == (3, PERMIT.purpose, "C")
    assert (found.subject, found.time) == (ENVELOPE.subject, ENVELOPE.time)


def test_two_recipients_get_two_ids() -> None:
    """Neither can match theirs with the other's, and both are the same on a replay."""
    one, two = (write.notification_id(ENVELOPE.id, name) for name in ("een", "twee"))
    assert len({one, two, ENVELOPE.id}) == 3
    assert one == write.notification_id(ENVELOPE.id, "een")
    assert str(UUID(one)) == one


def test_the_sender_hears_reason_and_remedy() -> None:
    """What it is told of a denial is what was decided."""
    denial = Ruling(Outcome.DENY, rules=("R9",), reason=Reason.NO_CONSENT, remedy=Remedy.ASK_CONSENT)
    heard = write.not_completed(ENVELOPE, Addressee("een", Role.JOB), denial, Stage.DECISION)
    assert (heard.event_id, heard.event_type) == (EVENT_ID, ENVELOPE.type)
    assert (heard.recipient, heard.recipient_role, heard.stage) == ("een", Role.JOB, Stage.DECISION)
    assert (heard.reason, heard.remedy) == (Reason.NO_CONSENT, Remedy.ASK_CONSENT)


def test_of_a_permit_there_is_nothing_to_hear() -> None:
    """A programmer's mistake, and it fails as one."""
    with pytest.raises(ValueError, match="only a denial"):
        write.not_completed(ENVELOPE, Addressee("een", Role.JOB), PERMIT, Stage.DECISION)


def test_a_masked_notification_carries_no_trace() -> None:
    """A trace is the same for every recipient: two who may not know the sender could match what they got by it."""
    traced = ENVELOPE._replace(traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    permits = [ruling for _, ruling in RULINGS if ruling.outcome is not Outcome.DENY]
    carried = {
        "source" in ruling.masked: read_envelope(
            write.notification_headers(traced, ruling, traced.type, str(EVENT_ID), 1, "events/0/1/0")
        ).traceparent
        for ruling in permits
    }
    assert carried == {True: None, False: traced.traceparent}
