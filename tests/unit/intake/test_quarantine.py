"""A refused record is kept for its sender alone, with all that it takes to put it back."""

from datetime import UTC, datetime

import pytest

from schakel_connectors.rejection import FieldError
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.intake.quarantine import ERRORS_MAX, KEPT_MAX, open_sealed, seal
from schakel_services.runtime.keys import PartnerKeys, Undecipherable

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEYS = PartnerKeys(bytes(range(32)), "sk_one", "whsec_one")
POSITION = "raw.one.fhir_care_plan/0/7"
RAW = b'{"name": "Voorbeeld"}\n{"line": 2}'
RESULT = Result("rejected", errors=(FieldError("subject", "bsn_invalid"),))


def sealed(raw: bytes = RAW, result: Result = RESULT, position: str = POSITION) -> tuple[str, bytes]:
    """Seal one record, as the intake does it."""
    item = Incoming("fhir_care_plan", raw, NOW, position, withhold="UWV=disproportionate", traceparent="00-1")
    return seal("one", KEYS, position, item, result, NOW.isoformat())


def test_what_was_kept_is_all_there() -> None:
    """The record byte for byte, line breaks included; why it was refused, where it came in, what was said beside it."""
    key, value = sealed()
    found = open_sealed("one", KEYS, key, value)
    assert (found.raw, found.size, found.errors) == (RAW, len(RAW), RESULT.errors)
    assert (found.connector, found.outcome, found.position) == ("fhir_care_plan", "rejected", POSITION)
    assert (found.withhold, found.traceparent, found.at) == ("UWV=disproportionate", "00-1", NOW.isoformat())


def test_nobody_else_can_read_it() -> None:
    """Neither another partner, nor under another key of the topic; on the log it shows nothing."""
    key, value = sealed()
    assert b"Voorbeeld" not in value
    assert b"bsn_invalid" not in value
    for partner, keys, under in (
        ("one", PartnerKeys(bytes(32), "", ""), key),
        ("two", KEYS, key),
        ("one", KEYS, key + "x"),
    ):
        with pytest.raises(Undecipherable):
            open_sealed(partner, keys, under, value)


def test_a_record_that_fits_in_no_batch_is_not_kept() -> None:
    """All but the record itself: it stays where it came in, and its size is said."""
    largest = open_sealed("one", KEYS, *sealed(b"x" * KEPT_MAX))
    larger = open_sealed("one", KEYS, *sealed(b"x" * (KEPT_MAX + 1)))
    assert (largest.size, largest.raw) == (KEPT_MAX, b"x" * KEPT_MAX)
    assert (larger.size, larger.raw, larger.errors) == (KEPT_MAX + 1, None, RESULT.errors)


def test_no_more_errors_are_kept_than_anybody_reads() -> None:
    """A record can break a rule a thousand times."""
    errors = tuple(FieldError(f"entry.{number}", "missing") for number in range(1_000))
    found = open_sealed("one", KEYS, *sealed(result=Result("rejected", errors=errors)))
    assert found.errors == errors[:ERRORS_MAX]


def test_a_key_is_one_of_a_kind_and_fit_for_a_command_line() -> None:
    """Another for each position, the same on a repeat; none begins with a dash, which would be an option."""
    keys = [sealed(b"", position=f"raw.one.fhir_care_plan/0/{offset}")[0] for offset in range(500)]
    assert len(set(keys)) == 500
    assert not any(key.startswith("-") for key in keys)
    assert keys[7] == sealed(b"other", position="raw.one.fhir_care_plan/0/7")[0]
