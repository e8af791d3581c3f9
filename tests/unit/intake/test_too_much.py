"""A record that grows without end: it is refused, before anything of it is remembered, and those behind it go on."""

import json
from collections.abc import Iterable
from typing import Any

from tests.unit.intake.desk import ANN, BOB, Practice

from schakel_connectors.rejection import FieldError
from schakel_services.intake.take import SLOTS_MAX
from schakel_services.intake.taken import Taken
from schakel_services.intake.testing.stage import plan
from schakel_services.runtime.links import written_numbers

TOO_MUCH = (FieldError("record", "too_much"),)


def team(practice: Practice, members: Iterable[int], **more: Any) -> Taken:
    """Hand in a plan whose care team has these organisations."""
    found = [{"identifier": {"system": "https://schakel.example/partner", "value": f"p{n}"}} for n in members]
    return practice.take_raw("fhir_care_plan", json.dumps(plan(ANN, careTeam=found, **more)))


def test_a_record_that_says_too_much_is_refused() -> None:
    """Nothing of it is kept."""
    practice = Practice()
    refused = team(practice, range(SLOTS_MAX + 1))
    assert refused == Taken(refused.result)
    assert (refused.result.errors, len(practice.versions)) == (TOO_MUCH, 0)
    assert len(team(practice, range(10)).result.events) == 12


def test_what_a_record_no_longer_says_counts_too() -> None:
    """All of it is written anew at each change, so a key under which ever other things are said comes to its end."""
    practice = Practice()
    some = SLOTS_MAX // 2
    assert team(practice, range(some)).result.outcome == "accepted"
    assert team(practice, range(some, SLOTS_MAX + 1)).result.errors == TOO_MUCH
    ends = team(practice, range(1))
    assert (ends.result.outcome, len(ends.result.events)) == ("accepted", some - 1)
    assert len(team(practice, range(10), id="plan-2").result.events) == 12


def test_a_row_that_is_too_large_for_the_log_is_refused() -> None:
    """Whatever it is of: here a number of the partner's own, which is as long as a record may be."""
    practice = Practice()
    row = {"type": "care_plan.status_changed", "record": "L-1", "bsn": ANN, "status": "active"}
    systems = ("http://fhir.nl/fhir/NamingSystem/bsn", "https://epd.ggz.example/clienten")
    identifier = [{"system": s, "value": v} for s, v in zip(systems, (BOB, "9" * 950_000), strict=True)]
    patient = {"resourceType": "Patient", "id": "p", "identifier": identifier}
    refused = practice.take_raw("fhir_care_plan", json.dumps(patient))
    assert refused == Taken(refused.result)
    assert refused.result.errors == TOO_MUCH
    assert practice.take(row).result.outcome == "accepted"


def test_every_row_that_a_record_adds_is_counted() -> None:
    """Events, registry records, what is remembered and whose numbers are whose; and their bytes."""
    practice = Practice()
    systems = ("http://fhir.nl/fhir/NamingSystem/bsn", "https://epd.ggz.example/clienten")
    identifier = [{"system": s, "value": v} for s, v in zip(systems, (ANN, "c-1"), strict=True)]
    patient = {"resourceType": "Patient", "id": "p", "identifier": identifier}
    record = plan(ANN, contained=[patient]) | {"subject": {"reference": "#p"}}
    taken = practice.take_raw("fhir_care_plan", json.dumps(record))
    kinds = (
        [body for _, body, _ in taken.events],
        [body for _, _, body in taken.records if body is not None],
        list(taken.versions.values()),
        list(map(written_numbers, taken.links.values())),
    )
    assert all(kinds)
    assert taken.rows == sum(map(len, kinds))
    assert taken.written == sum(len(body) for bodies in kinds for body in bodies)
