"""Whose the partner's own numbers are, after a BSN that was mistyped too."""

import json
from typing import Any

import pytest
from tests.unit.intake.desk import ANN, BOB, CAS, CHAIN_KEY, Practice, told

from schakel_services.intake.linking import CLAIMS_MAX, NUMBERS_MAX
from schakel_services.intake.testing.stage import plan
from schakel_services.runtime.links import MANY

STARTED, ENDED, STATUS = "case_relation.started", "case_relation.ended", "care_plan.status_changed"
ANOTHERS = ["number_belongs_to_another_person"]


def plan_of(key: str, **more: Any) -> dict[str, Any]:
    """Return a row about a plan."""
    return {"type": "care_plan.status_changed", "record": key, "status": "active"} | more


def relation(key: str, **more: Any) -> dict[str, Any]:
    """Return a row about an involvement."""
    return {"type": "case_relation.started", "record": key, "party": "coach", "role": "JOB"} | more


def test_a_record_that_is_corrected_takes_its_number_along() -> None:
    """What it gave of the first person ends, and what comes under the number is the second's."""
    practice = Practice()
    practice.take(relation("L-1", bsn=ANN, client="5501"))
    assert practice.tell(relation("L-1", bsn=BOB, client="5501")) == [f"bob {STARTED}", f"ann {ENDED}"]
    assert practice.tell(plan_of("L-2", client="5501")) == [f"bob {STATUS}"]
    assert practice.links.numbers_of(CHAIN_KEY.pseudonym(ANN)) == ()


def test_a_number_that_the_corrected_record_leaves_out_is_nobodys() -> None:
    """What came under it would go to a stranger; so it waits until a record says whose it is."""
    practice = Practice()
    practice.take(relation("L-1", bsn=ANN, client="5501"))
    assert practice.tell(relation("L-1", bsn=BOB)) == [f"bob {STARTED}", f"ann {ENDED}"]
    assert practice.tell(plan_of("L-2", client="5501")) == ["unlinked"]
    assert practice.tell(plan_of("L-3", bsn=BOB, client="5501")) == [f"bob {STATUS}"]
    assert practice.tell(plan_of("L-2", client="5501")) == [f"bob {STATUS}"]


@pytest.mark.parametrize("also", [{"client": "5501"}, {}], ids=["moved", "nobodys"])
def test_what_came_under_the_number_alone_ends_with_it(also: dict[str, str]) -> None:
    """The first person keeps none of it; sent again, unchanged, it is told of whom it is about."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    practice.take(relation("L-2", client="5501"))
    practice.take(plan_of("L-3", client="5501"))
    assert practice.tell(plan_of("L-1", bsn=BOB, **also)) == [f"bob {STATUS}", f"ann {ENDED}"]
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501")) == []
    assert practice.tell(relation("L-2", client="5501")) == [f"bob {STARTED}"]
    assert practice.tell(relation("L-2", client="5501")) == []
    assert practice.tell(plan_of("L-3", client="5501")) == [f"bob {STATUS}"]


def test_what_another_number_or_a_bsn_gave_stays() -> None:
    """Also where a record named the number first, and the BSN since."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    practice.take(plan_of("L-4", bsn=ANN, client="7"))
    practice.take(relation("L-2", bsn=ANN))
    practice.take(relation("L-3", client="5501"))
    assert practice.tell(relation("L-3", bsn=ANN)) == []
    practice.take(relation("L-5", client="7"))
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501")) == [f"bob {STATUS}"]
    assert practice.tell(relation("L-2", bsn=ANN), relation("L-3", bsn=ANN), relation("L-5", client="7")) == []


def test_what_hung_is_corrected_in_the_same_record() -> None:
    """It ends once."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    practice.take(relation("L-2", client="5501"))
    both = [plan_of("L-1", bsn=BOB, client="5501"), relation("L-2", client="5501")]
    assert sorted(practice.tell(*both)) == [f"ann {ENDED}", f"bob {STATUS}", f"bob {STARTED}"]
    assert practice.tell(*both) == []


def test_what_is_kept_of_a_number_can_not_be_read() -> None:
    """Neither in what is remembered of records, nor of numbers."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="550123"))
    taken = practice.take(relation("L-2", client="550123"))
    assert not any(b"550123" in value for value in taken.versions.values())


def test_a_number_stays_while_another_record_says_whose_it_is() -> None:
    """One of the two is wrong, and nobody here knows which."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    practice.take(plan_of("L-2", bsn=ANN, client="5501"))
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501")) == ANOTHERS
    assert practice.tell(plan_of("L-3", bsn=BOB, client="5501")) == ANOTHERS
    assert practice.tell(plan_of("L-9", client="5501")) == [f"ann {STATUS}"]


def test_several_records_are_corrected_in_one_or_one_by_one() -> None:
    """Together in one file of which the rows are one record; or the number left out until the last."""
    together, apart = Practice(), Practice()
    for practice in (together, apart):
        practice.take(plan_of("L-1", bsn=ANN, client="5501"))
        practice.take(plan_of("L-2", bsn=ANN, client="5501"))
    corrected = [plan_of("L-1", bsn=BOB, client="5501"), plan_of("L-2", bsn=BOB, client="5501")]
    assert together.tell(*corrected) == [f"bob {STATUS}"] * 2
    assert apart.tell(plan_of("L-1", bsn=BOB)) == [f"bob {STATUS}"]
    assert apart.tell(corrected[1]) == [f"bob {STATUS}"]
    for practice in (together, apart):
        assert practice.tell(plan_of("L-9", client="5501")) == [f"bob {STATUS}"]


def test_a_record_that_says_nothing_else_is_corrected_too() -> None:
    """A Patient, of which nothing but the numbers is taken."""
    practice = Practice()

    def patient(bsn: str) -> str:
        systems = ("http://fhir.nl/fhir/NamingSystem/bsn", "https://epd.ggz.example/clienten")
        identifier = [{"system": s, "value": v} for s, v in zip(systems, (bsn, "5501"), strict=True)]
        return json.dumps({"resourceType": "Patient", "id": "p-1", "identifier": identifier})

    def told_of(bsn: str) -> list[str]:
        return told(practice.take_raw("fhir_care_plan", patient(bsn)))

    assert told_of(ANN) == told_of(ANN) == []
    taken = practice.take_raw("fhir_care_plan", json.dumps(plan("5501")))
    assert told(taken) == [f"ann {STARTED}", f"ann {STATUS}"]
    assert told_of(BOB) == [f"ann {ENDED}"]
    taken = practice.take_raw("fhir_care_plan", json.dumps(plan("5501")))
    assert told(taken) == [f"bob {STARTED}", f"bob {STATUS}"]
    assert practice.links.numbers_of(CHAIN_KEY.pseudonym(ANN)) == ()


def test_an_older_version_takes_no_number_back() -> None:
    """It comes late, about whom the record is no longer about."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501", as_of="2026-11-20T09:00:00+01:00"))
    practice.take(plan_of("L-1", bsn=BOB, client="5501", as_of="2026-11-22T09:00:00+01:00"))
    late = plan_of("L-1", bsn=ANN, client="5501", as_of="2026-11-21T09:00:00+01:00")
    assert practice.tell(late) == ANOTHERS
    assert practice.tell(plan_of("L-9", client="5501")) == [f"bob {STATUS}"]


def test_a_correction_that_is_refused_moves_nothing() -> None:
    """Neither the number nor what the record gave."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    practice.take(plan_of("L-7", bsn=CAS, client="7"))
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501"), plan_of("L-8", bsn=BOB, client="7")) == ANOTHERS
    assert practice.tell(plan_of("L-9", client="5501")) == [f"ann {STATUS}"]


def test_a_record_about_several_takes_no_number_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose it was by that record is not certain."""
    monkeypatch.setattr("schakel_connectors.chain_record.mapping.check_persons", lambda _: None)
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"), plan_of("L-1", bsn=CAS))
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501")) == ANOTHERS


def test_what_is_kept_of_a_number_stays_small() -> None:
    """However many records name it: then it is only known that they are many."""
    practice = Practice()
    for key in range(CLAIMS_MAX + 5):
        practice.take(plan_of(f"L-{key}", bsn=ANN, client="5501"))
    person = CHAIN_KEY.pseudonym(ANN)
    assert list(practice.links.claims_of(person).values()) == [MANY]
    assert practice.take(plan_of("L-99", bsn=ANN, client="5501")).links == {}
    assert practice.tell(plan_of("L-1", bsn=BOB, client="5501")) == ANOTHERS


def test_a_person_has_no_end_of_numbers() -> None:
    """All of them are written anew with each; one that is known is no news."""
    practice = Practice()
    for number in range(NUMBERS_MAX):
        assert practice.tell(plan_of(f"L-{number}", bsn=ANN, client=f"{number}")) == [f"ann {STATUS}"]
    assert practice.tell(plan_of("L-x", bsn=ANN, client="x")) == ["too_much"]
    assert practice.tell(plan_of("L-y", bsn=ANN, client="7")) == [f"ann {STATUS}"]


@pytest.mark.parametrize("again", [1, 2])
def test_a_number_comes_back_as_it_went(again: int) -> None:
    """A correction that was itself a mistake."""
    practice = Practice()
    practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    for _ in range(again):
        practice.take(plan_of("L-1", bsn=BOB, client="5501"))
        practice.take(plan_of("L-1", bsn=ANN, client="5501"))
    assert practice.tell(plan_of("L-9", client="5501")) == [f"ann {STATUS}"]
    assert practice.links.numbers_of(CHAIN_KEY.pseudonym(BOB)) == ()
