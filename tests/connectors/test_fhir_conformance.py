"""The full FHIR models say where a record departs from R4."""

import json
from pathlib import Path

import pytest

import schakel_connectors.fhir_care_plan
from schakel_connectors.fhir.conformance import DEVIATIONS_MAX, deviations
from schakel_connectors.rejection import FieldError

SAMPLES = Path(schakel_connectors.fhir_care_plan.__file__).parent / "samples"
PLAN = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"}}


def test_resource_that_conforms_has_no_deviation() -> None:
    """What R4 allows is not complained of."""
    assert deviations(json.dumps(PLAN).encode()) == ()


def test_missing_and_unknown_fields_are_named_without_their_values() -> None:
    """The partner's developer sees what to mend; a name that the sender made up is not repeated."""
    without_intent = {key: value for key, value in PLAN.items() if key != "intent"}

    missing = deviations(json.dumps(without_intent).encode())
    unknown = deviations(json.dumps(PLAN | {"jansen": "999990019"}).encode())

    assert [one.field for one in missing] == ["intent"]
    assert unknown == (FieldError("*", "extra_forbidden"),)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{", FieldError("record", "json_invalid")),
        (b"[]", FieldError("record", "json_invalid")),
        (b'{"resourceType": 3}', FieldError("resourceType", "unsupported_type")),
        (b'{"resourceType": "Jansen"}', FieldError("resourceType", "unsupported_type")),
        (b"\xff\xfe", FieldError("record", "json_invalid")),
    ],
)
def test_what_is_no_resource_is_said_to_be_none(raw: bytes, expected: FieldError) -> None:
    """Nonsense is an answer, never an exception."""
    assert deviations(raw) == (expected,)


def test_every_sample_gives_an_answer() -> None:
    """Whatever stands in a sample, the library's errors do not come through."""
    for sample in sorted(SAMPLES.glob("*.json")):
        assert len(deviations(sample.read_bytes())) <= DEVIATIONS_MAX
