"""How much support: what it is read from, and that only its direction travels."""

import json

import pytest

from schakel_connectors.fhir_care_plan.mapping import parse
from schakel_connectors.fhir_care_plan.support import level_of
from schakel_connectors.stated.support_level import SupportLevelStated
from schakel_connectors.testing.care_plans import Json, a_bundle, a_plan, an_order, kinds, stated, tried
from schakel_connectors.trial import Memory

LEVEL = "https://schakel.example/CodeSystem/support-level"


@pytest.mark.parametrize(
    ("contacts", "level"), [(0.1, 1), (0.99, 1), (1, 2), (2.9, 2), (3, 3), (6.9, 3), (7, 4), (50, 4)]
)
def test_bands_of_support(contacts: float, level: int) -> None:
    """Less than weekly, weekly, three times a week, daily."""
    assert level_of(contacts) == level


@pytest.mark.parametrize(
    ("repeat", "level"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, 2),
        ({"period": 2, "periodUnit": "wk"}, 1),
        ({"frequency": 4, "period": 1, "periodUnit": "mo"}, 1),
        ({"frequency": 1, "period": 8, "periodUnit": "h"}, 4),
        ({"frequency": 1, "period": 1, "periodUnit": "a"}, 1),
    ],
)
def test_support_follows_from_how_often_there_is_contact(repeat: Json, level: int) -> None:
    """Once is meant where the frequency is left out."""
    activity = [{"detail": {"status": "in-progress", "scheduledTiming": {"repeat": repeat}}}]
    (support,) = stated(a_plan(activity=activity), SupportLevelStated)
    assert support.level == level


@pytest.mark.parametrize(
    "detail",
    [
        {"status": "completed"},
        {"status": "in-progress", "doNotPerform": True},
        {"status": "in-progress", "scheduledTiming": {"repeat": {"frequency": 3}}},
        {"status": "in-progress", "scheduledTiming": {}},
    ],
)
def test_nothing_is_said_of_support_that_is_not_known(detail: Json) -> None:
    """No contact in sight is not the same as no support."""
    timing = {"scheduledTiming": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
    assert stated(a_plan(activity=[{"detail": timing | detail}]), SupportLevelStated) == []


def test_own_code_wins_from_contacts() -> None:
    """Who knows the level says it; other codes in the same place are not kept."""
    document = a_plan(
        category=[{"coding": [{"system": "http://snomed.info/sct", "code": "1"}, {"system": LEVEL, "code": "4"}]}],
        activity=[{"detail": {"status": "in-progress", "scheduledTiming": an_order()["occurrenceTiming"]}}],
    )
    (support,) = stated(document, SupportLevelStated)

    assert support.level == 4
    assert "snomed" not in repr(parse(json.dumps(document).encode()))


def test_two_own_codes_that_differ_are_refused() -> None:
    """The hub does not choose."""
    document = a_plan(meta={"tag": [{"system": LEVEL, "code": "1"}, {"system": LEVEL, "code": "2"}]})
    assert tried(document)["errors"] == [{"field": "CarePlan.category", "rule": "support_level_ambiguous"}]


def test_order_counts_once_however_often_it_is_pointed_at() -> None:
    """The plan points at it and it points at the plan: still twice a week."""
    plan = a_plan(activity=[{"reference": {"reference": "ServiceRequest/o1"}}])
    order = an_order(basedOn=[{"reference": "CarePlan/p1"}, {"reference": "https://epd.example/fhir/CarePlan/p1"}])
    (support,) = stated(a_bundle(plan, order), SupportLevelStated)
    assert support.level == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"basedOn": [{"reference": "CarePlan/p2"}]},
        {"status": "completed"},
        {"intent": "option"},
        {"doNotPerform": True},
    ],
)
def test_order_of_another_plan_or_not_in_force_does_not_count(changes: Json) -> None:
    """Only what this plan comes to."""
    order = an_order(basedOn=[{"reference": "CarePlan/p1"}]) | changes
    assert stated(a_bundle(a_plan(), order), SupportLevelStated) == []


def test_only_the_direction_of_support_travels() -> None:
    """Set, up, down, and at the end none; the level itself stands in no event."""
    memory: Memory = {}
    levels = [tried(a_plan(meta={"tag": [{"system": LEVEL, "code": code}]}), memory) for code in "1331"]
    levels.append(tried(a_plan(status="completed"), memory))

    said = [[e["direction"] for e in trial["events"] if "direction" in e] for trial in levels]
    assert said == [["set"], ["up"], [], ["down"], ["down"]]
    assert all("level" not in event for trial in levels for event in trial["events"])


def test_first_level_that_is_none_is_not_told() -> None:
    """There was nothing and there is nothing."""
    trial = tried(a_plan(meta={"tag": [{"system": LEVEL, "code": "0"}]}))
    assert kinds(trial) == ["case_relation.started", "care_plan.active"]
