"""An event on the log is believed as little as anything: each way in which it can be wrong has its name."""

import json
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Role
from schakel_contracts.envelope import POSITION, Envelope
from schakel_contracts.policy.facts import Addressee
from schakel_services.gate.reading import BODY_KEPT_BYTES, Malformed, Read, read_event
from schakel_services.runtime.placement import partition_of

GGZ = Addressee("ggz", Role.GGZ)
SUBJECT = "k1." + "s" * 43
ID = "00000000-0000-5000-8000-000000000001"
ENVELOPE = Envelope(
    ID, "urn:nld:oin:00000099000000001000:systeem:ggz", CarePlanStatusChanged.type, SUBJECT, "2026-11-24T09:00:00Z"
)
HERE = partition_of(SUBJECT, 4)


def read(
    headers: dict[str, bytes | None] | None = None,
    body: bytes | None = b'{"status":"active"}',
    key: bytes | None = SUBJECT.encode(),
    partition: int = HERE,
) -> Read:
    """Read a right event of which some things are otherwise; a header of None is null."""
    right: dict[str, bytes | None] = dict(ENVELOPE.to_headers("raw.ggz.x/0/7/0"))
    rows: Any = tuple((right | (headers or {})).items())
    record = ConsumerRecord("events", partition, 3, 0, 0, key, body, None, 0, 0, rows)
    return read_event(record, {"ggz": GGZ}, partition, 4)


def test_a_right_event_is_read() -> None:
    """Envelope, body, sender and the record that it was made from."""
    found = read()
    assert found.envelope.id == ID
    assert isinstance(found.said.event, CarePlanStatusChanged)
    assert (found.source, found.position) == (GGZ, "raw.ggz.x/0/7/0")


def test_an_event_may_have_no_position() -> None:
    """Then a repeat of it can't be noticed."""
    assert read({POSITION: None}).position is None


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no_id": ({"headers": {"ce_id": None}}, "ce_id", "envelope"),
    "no_subject": ({"headers": {"ce_subject": None}}, "ce_subject", "envelope"),
    "not_utf_8": ({"headers": {"ce_id": b"\xff"}}, "ce_", "envelope"),
    "another_version": ({"headers": {"ce_specversion": b"2.0"}}, "ce_specversion", "envelope"),
    "unknown_type": ({"headers": {"ce_type": b"nl.schakel.diagnosis.made.v1"}}, "ce_type", "unknown"),
    "unknown_sender": ({"headers": {"ce_source": b"urn:nld:oin:1:systeem:nobody"}}, "ce_source", "unknown"),
    "masked_sender": ({"headers": {"ce_source": b"urn:nl:schakel:partner"}}, "ce_source", "unknown"),
    "id_that_breaks_json": ({"headers": {"ce_id": b'1","x":"'}}, "ce_id", "not_a_uuid"),
    "id_with_a_line": ({"headers": {"ce_id": ID.encode() + b"\n"}}, "ce_id", "not_a_uuid"),
    "bsn_as_subject": ({"headers": {"ce_subject": b"999990019"}, "key": b"999990019"}, "ce_subject", "not_a_pseudonym"),
    "subject_with_a_line": ({"headers": {"ce_subject": SUBJECT.encode() + b"\n"}}, "ce_subject", "not_a_pseudonym"),
    "another_key": ({"key": b"k1.other"}, "key", "not_the_subject"),
    "no_key": ({"key": None}, "key", "not_the_subject"),
    "another_partition": ({"partition": (HERE + 1) % 4}, "ce_subject", "wrong_partition"),
    "no_json": ({"body": b"{"}, "data", "json_invalid"),
    "no_body": ({"body": None}, "data", "json_invalid"),
    "a_field_more": ({"body": b'{"status":"active","diagnosis":"F20"}'}, "data", "extra_forbidden"),
    "a_code_that_there_is_not": ({"body": b'{"status":"relapse"}'}, "data", "enum"),
    "a_position_of_text": ({"headers": {POSITION: b"somewhere"}}, POSITION, "not_a_position"),
    "a_position_of_letters": ({"headers": {POSITION: b"raw.x/0/seven/0"}}, POSITION, "not_a_position"),
    "a_position_that_is_no_text": ({"headers": {POSITION: b"\xff\xfe/0/1/0"}}, POSITION, "not_a_position"),
    "a_position_without_end": ({"headers": {POSITION: b"raw.x/0/" + b"9" * 30 + b"/0"}}, POSITION, "not_a_position"),
}


@pytest.mark.parametrize(("given", "field", "rule"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(given: dict[str, Any], field: str, rule: str) -> None:
    """By field and rule, and by nothing that stands in it."""
    with pytest.raises(Malformed) as caught:
        read(**given)
    assert (caught.value.field, caught.value.rule) == (field, rule)
    assert str(caught.value) == field


def test_the_last_of_two_headers_counts() -> None:
    """Everywhere alike, so that what was checked is what is used."""
    rows: Any = (*ENVELOPE.to_headers(), ("ce_id", b"not an id"))
    record = ConsumerRecord("events", HERE, 3, 0, 0, SUBJECT.encode(), b'{"status":"active"}', None, 0, 0, rows)
    with pytest.raises(Malformed, match="ce_id"):
        read_event(record, {"ggz": GGZ}, HERE, 4)


def test_the_last_of_two_fields_counts() -> None:
    """And what is written on is written anew: the bytes that came in are never passed on."""
    event = read(body=b'{"status":"ended","status":"active"}').said.event
    assert json.loads(event.model_dump_json(exclude_unset=True)) == {"status": "active"}


def test_equal_bodies_are_read_once() -> None:
    """The same bytes under the same type say the same; another type of the same bytes is judged anew."""
    assert read().said is read().said
    assert read(body=b'{"status":"paused"}').said is not read().said
    with pytest.raises(Malformed, match="data"):
        read(headers={"ce_type": b"nl.schakel.support_level.changed.v1"})


def test_what_was_refused_once_is_refused_again() -> None:
    """Only what was right is remembered."""
    for _ in range(2):
        with pytest.raises(Malformed, match="data"):
            read(body=b'{"status":"relapse"}')


def test_a_large_body_is_not_remembered() -> None:
    """What is remembered takes little memory, whatever arrives."""
    large = b'{"status":' + b" " * BODY_KEPT_BYTES + b'"active"}'
    assert read(body=large).said is not read(body=large).said
