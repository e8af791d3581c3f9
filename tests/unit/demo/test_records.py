"""The records of the story are what partners really send, and their connectors take them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from schakel_connectors.connector import load
from schakel_connectors.trial import try_record
from schakel_contracts.codes import Category, PlacementKind, Purpose
from schakel_contracts.identifiers import is_bsn
from schakel_services.chain.load import load_chain
from schakel_services.chain.shipped import shipped_chains
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT, PLACEMENT, Cast
from schakel_services.demo.partner_system import raw_of
from schakel_services.demo.persons import dossiers, impossible_bsn
from schakel_services.demo.records.assignment import Assignment
from schakel_services.demo.records.benefit import WGA, WW, social_assistance, uwv_income
from schakel_services.demo.records.care_plan import DAILY, Plan, care_plan, file_with_episode, file_with_plan
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.records.person import patient

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
CAST = Cast.of(load_chain(shipped_chains()["twente"]))
SOMEBODY = dossiers()[0]
PLAN = Plan(SOMEBODY, CAST.ggz.id, NOW, DAILY)
GIVEN = Consent(
    id="consent",
    dossier=SOMEBODY,
    recipients=(CAST.job, CAST.inc),
    categories=(Category.SUPPORT_LEVEL,),
    purposes=(Purpose.SUPPORT_SCALING,),
    sources=(CAST.ggz,),
    given=NOW,
)
TRIAL = Assignment(SOMEBODY, CAST.job, CAST.emp, PlacementKind.TRIAL, NOW.date(), NOW.date(), 16)

FHIR = {
    "a plan": care_plan(PLAN),
    "a file with a plan": file_with_plan(PLAN),
    "a file with an episode": file_with_episode(SOMEBODY, CAST.job.id, NOW),
    "a consent": GIVEN.record(),
    "a withdrawal": GIVEN.withdrawn(NOW).record(),
    "a patient": patient(SOMEBODY, CAST.job.id),
}

PLAN_TYPES = {"care_plan.status_changed", "support_level.changed", "case_relation.started"}
BENEFIT_TYPES = {"benefit_status.changed", "case_relation.started"}

RECORDS: dict[str, tuple[str, dict[str, Any] | bytes, set[str]]] = {
    "a plan": (CARE_PLAN, FHIR["a plan"], PLAN_TYPES),
    "a file with a plan": (CARE_PLAN, FHIR["a file with a plan"], PLAN_TYPES),
    "a file with an episode": (CARE_PLAN, FHIR["a file with an episode"], {"case_relation.started"}),
    "a consent": (CONSENT, FHIR["a consent"], {"consent.granted"}),
    "a withdrawal": (CONSENT, FHIR["a withdrawal"], {"consent.withdrawn"}),
    "a trial placement": (PLACEMENT, TRIAL.record(), {"placement.started", "case_relation.started"}),
    "an income": (BENEFIT, uwv_income(SOMEBODY, WW, NOW), BENEFIT_TYPES),
    "another income": (BENEFIT, uwv_income(SOMEBODY, WGA, NOW), BENEFIT_TYPES),
    "an income that ended": (BENEFIT, uwv_income(SOMEBODY, WW, NOW, date(2026, 11, 20)), {"benefit_status.changed"}),
    "social assistance": (BENEFIT, social_assistance(SOMEBODY, NOW), BENEFIT_TYPES),
}


@pytest.mark.parametrize("name", FHIR)
def test_fhir_records_are_valid(name: str) -> None:
    """Against the published definition, R4B, which for these resources says the same as R4."""
    record = FHIR[name]
    model: Any = get_fhir_model_class(record["resourceType"])
    model.model_validate(record)


@pytest.mark.parametrize("name", RECORDS)
def test_the_connector_takes_it(name: str) -> None:
    """And says what the story needs it to say."""
    connector, record, types = RECORDS[name]
    trial = try_record(load(connector), raw_of(record), received_at=NOW)
    assert trial["outcome"] == "accepted", trial["errors"]
    assert {event["type"].removeprefix("nl.schakel.").removesuffix(".v1") for event in trial["events"]} == types


def test_nobody_of_the_story_exists() -> None:
    """Six persons, in the range of numbers that is never issued; the wrong one is wrong."""
    numbers = [dossier.bsn for dossier in dossiers()]
    assert len(set(numbers)) == 6
    assert all(is_bsn(number) and number.startswith("9999") for number in numbers)
    assert not is_bsn(impossible_bsn())
