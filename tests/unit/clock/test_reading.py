"""What the clock reads of its inputs; what breaks its contract sets nothing."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from schakel_contracts.codes import Role
from schakel_contracts.envelope import Envelope
from schakel_contracts.return_right import ReturnRightRegistered
from schakel_contracts.terms import ReturnConditions
from schakel_services.clock.reading import read_decision, read_event, read_receipt
from schakel_services.runtime import topics

PERSON = "k1." + "a" * 43
ROLES = {"day": Role.DAY}
BODY = ReturnRightRegistered.model_validate(
    {"return_ref": uuid4(), "kept_until": "2026-09-01", "conditions": next(iter(ReturnConditions)), "contact": "DAY"}
)


def record(**changed: Any) -> Any:
    """Return a record of ``events`` with one thing or another changed; a header of None is left out."""
    envelope = Envelope(
        str(uuid4()), "urn:nld:oin:1:systeem:day", BODY.type, PERSON, changed.get("time", "2026-01-05T09:00:00")
    )
    headers = dict(envelope.to_headers()) | changed.get("headers", {})
    return SimpleNamespace(
        key=changed.get("key", PERSON.encode()),
        value=changed.get("value", BODY.model_dump_json(exclude_none=True).encode()),
        headers=[(name, value) for name, value in headers.items() if value is not None],
    )


def test_an_event_with_a_rule_is_read() -> None:
    """A time without a zone is Amsterdam's."""
    said = read_event(record(), ROLES)
    assert said is not None
    assert (said.person, said.source, said.event) == (PERSON, "day", BODY)
    assert said.at.isoformat() == "2026-01-05T08:00:00+00:00"


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": {"ce_type": b"nl.schakel.care_plan.status_changed.v1"}},
        {"headers": {"ce_type": None}},
        {"headers": {"ce_id": None}},
        {"headers": {"ce_source": b"urn:nld:oin:1:systeem:nobody"}},
        {"value": b"{"},
        {"value": None},
        {"key": b"k1.another"},
        {"key": None},
        {"time": "yesterday"},
    ],
    ids=str,
)
def test_what_sets_nothing(changed: dict[str, Any]) -> None:
    """An event without a rule, a malformed one, one of nobody in this chain."""
    assert read_event(record(**changed), ROLES) is None


def test_what_is_no_decision_and_no_receipt() -> None:
    """Refusals stand on the audit topic too; what can't be read is passed by."""
    refusal = SimpleNamespace(headers=topics.REFUSAL_HEADERS, value=b"{}")
    broken = SimpleNamespace(headers=topics.DECISION_HEADERS, value=b"{")
    found: list[Any] = [read_decision(refusal), read_decision(broken), read_receipt(broken)]
    assert found == [None, None, None]
