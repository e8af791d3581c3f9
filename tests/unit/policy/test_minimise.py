"""What is left of an event for one recipient."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.catalogue import BY_SHORT_TYPE, EVENTS
from schakel_contracts.codes import (
    BenefitKind,
    BenefitStatus,
    CarePlanStatus,
    Category,
    ConsentForm,
    EndingKind,
    Grantor,
    PlacementKind,
    Purpose,
    Reason,
    Role,
    Stage,
    SupportDirection,
)
from schakel_contracts.consent import ConsentGranted, Recipient
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import Event
from schakel_contracts.placement import PlacementEnded
from schakel_contracts.policy import (
    Addressee,
    PersonRegistry,
    decide,
    facts_of,
    load_policy,
    minimise,
)
from schakel_contracts.policy.tables_format import FlowRow
from schakel_contracts.support_level import SupportLevelChanged

PLAN = CarePlanStatusChanged(status=CarePlanStatus.ACTIVE, effective=date(2026, 11, 2), review_month="2027-02")
LEVEL = SupportLevelChanged(
    direction=SupportDirection.UP,
    effective=date(2026, 11, 2),
    review_date=date(2026, 12, 2),
    contact=Role.ADD,
    asserted_by=Role.ADD,
)
ENDED = PlacementEnded(
    placement_ref=UUID(int=1),
    kind=PlacementKind.TRIAL,
    end=date(2026, 11, 20),
    ending_kind=EndingKind.EMPLOYER,
    employer="kvk:12345678",
)
BENEFIT = BenefitStatusChanged(benefit_kind=BenefitKind.WAJONG, status=BenefitStatus.GRANTED, contact=Role.UWV)
CONSENT = ConsentGranted(
    consent_id=UUID(int=1),
    purposes=(Purpose.SUPPORT_SCALING,),
    categories=(Category.SUPPORT_LEVEL,),
    recipients=(Recipient(party="job-2"), Recipient(party="uwv-2")),
    grantor=Grantor.SUBJECT,
    form=ConsentForm.WRITTEN,
    valid_until=datetime(2027, 11, 1, tzinfo=UTC),
)


def told(desk: Any, event: Event, source: Role, to: Role) -> tuple[str, dict[str, Any]]:
    """Return type and data of what a party gets, everything being in order."""
    row = desk.policy.cells[event.short_type(), source, to].row
    _, party = desk.meant(row, source, to)
    facts = facts_of(event, desk.party(source))
    records = [desk.relation(party), *desk.basis(row, party)]
    ruling = desk.ruling(facts, party, *records)
    sent = minimise(event, ruling, desk.policy)
    return sent.short_type(), sent.model_dump(mode="json", exclude_unset=True)


@pytest.mark.parametrize(
    ("event", "source", "to", "sees", "data"),
    [
        (PLAN, Role.GGZ, Role.JOB, None, {"status": "active", "review_month": "2027-02"}),
        (PLAN, Role.GGZ, Role.INC, "support_trajectory.changed", {"support_active": True}),
        (
            LEVEL,
            Role.ADD,
            Role.UWV,
            "support_trajectory.changed",
            {"temporary_adjustment": True, "until": "2026-12-02"},
        ),
        (LEVEL, Role.ADD, Role.EMP, "support_trajectory.changed", {"contact": "JOB"}),
        (
            ENDED,
            Role.REI,
            Role.GGZ,
            None,
            {"placement_ref": str(UUID(int=1)), "kind": "trial", "end": "2026-11-20"},
        ),
        (
            BENEFIT,
            Role.UWV,
            Role.JOB,
            None,
            {"benefit_kind": "wajong", "status": "granted", "contact": "UWV"},
        ),
        (
            CONSENT,
            Role.ADD,
            Role.UWV,
            "consent.registered",
            {"consent_id": str(UUID(int=1)), "valid_until": "2027-11-01T00:00:00Z"},
        ),
    ],
    ids=lambda value: value.short_type() if isinstance(value, Event) else None,
)
def test_recipient_gets_no_more_than_its_row(
    event: Event, source: Role, to: Role, sees: str | None, data: dict[str, Any], desk: Any
) -> None:
    """Exactly these fields, under exactly this type, and never the sender's word for whom to call."""
    assert told(desk, event, source, to) == (sees or event.short_type(), data)


def test_first_level_is_no_adjustment(desk: Any) -> None:
    """A first level on record is no change of agreements; and up and down look the same."""
    for direction, adjusted in (("set", False), ("up", True), ("down", True)):
        event = SupportLevelChanged(direction=SupportDirection(direction), asserted_by=Role.GGZ)
        _, data = told(desk, event, Role.GGZ, Role.INC)
        assert data == {"temporary_adjustment": adjusted}


@pytest.mark.parametrize("row", load_policy().rows.values(), ids=lambda row: row.id)
def test_what_is_left_satisfies_its_contract(row: FlowRow, desk: Any) -> None:
    """Whatever a row lets through can be read again by the contract that the recipient was given."""
    event = example(BY_SHORT_TYPE[row.event])
    for source in row.source_roles:
        facts, party = desk.meant(row, source, row.recipient_roles[0])
        records = [desk.relation(party), *desk.basis(row, party)]
        ruling = desk.ruling(facts, party, *records)
        sent = minimise(event, ruling, desk.policy)
        text = sent.model_dump_json(exclude_unset=True)
        assert EVENTS[sent.type].model_validate_json(text) == sent
        assert sent.model_fields_set <= set(row.fields)


WORDS = ("nl.schakel.placement.ended.v1", "job-1", "PW64(1)(n)", "2027-02", "1.0", "0153", "7511", "7511AB", "A")
"""One of these fits every pattern that a contract has."""
FORMATS = {
    "date": "2026-11-02",
    "date-time": "2026-11-02T08:00:00Z",
    "time": "08:30:00",
    "uuid": str(UUID(int=3)),
}


def example(contract: type[Event]) -> Event:
    """Return an event with every field filled, as its own schema asks."""
    schema = contract.model_json_schema()
    names, defs = schema["properties"], schema.get("$defs", {})
    return contract.model_validate_json(json.dumps({name: filled(names[name], defs) for name in names}))


def filled(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    """Return a value that fits a schema: of several the last that is not null, and the last code."""
    if "$ref" in schema:
        return filled(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return filled([each for each in schema["anyOf"] if each.get("type") != "null"][-1], defs)
    by_type: dict[str, Callable[[], Any]] = {
        "object": lambda: {name: filled(each, defs) for name, each in schema["properties"].items()},
        "array": lambda: [filled(schema["items"], defs)],
        "integer": lambda: schema.get("minimum", 1),
        "boolean": lambda: True,
        "string": lambda: text(schema),
    }
    return by_type[schema["type"]]()


def text(schema: dict[str, Any]) -> str:
    """Return the last code, a date of the right kind, or a word that fits the pattern."""
    if "enum" in schema:
        return str(schema["enum"][-1])
    fits = (word for word in WORDS if re.search(schema.get("pattern", ""), word))
    return FORMATS.get(schema.get("format", "")) or next(fits)


def test_denial_leaves_nothing(desk: Any) -> None:
    """A ruling that refuses can't be used to cut anything."""
    facts = facts_of(LEVEL, desk.party(Role.GGZ))
    coach = desk.party(Role.JOB)
    ruling = decide(facts, coach, PersonRegistry.from_records(()), desk.policy, desk.now)
    with pytest.raises(ValueError, match="nothing of this event"):
        minimise(LEVEL, ruling, desk.policy)


def test_facts_name_whom_an_event_is_meant_for() -> None:
    """Named recipients, the employer and the sender of what failed; an objection is meant for nobody."""
    source = Addressee("add-1", Role.ADD)
    assert facts_of(CONSENT, source).addressed == ("job-2", "uwv-2")
    objection = CONSENT.model_copy(update={"effect": "deny"})
    assert facts_of(objection, source).addressed == ()
    assert facts_of(ENDED, source).own_party == "kvk:12345678"
    failed = DeliveryNotCompleted(
        event_id=UUID(int=1),
        event_type="nl.schakel.placement.ended.v1",
        recipient="uwv-1",
        recipient_role=Role.UWV,
        stage=Stage.DELIVERY,
        reason=Reason.TARGET_UNREACHABLE,
    )
    facts = facts_of(failed, source, sender="add-1")
    assert (facts.addressed, facts.about_role) == (("add-1",), Role.UWV)
