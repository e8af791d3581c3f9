"""What may change the meaning of a record is refused wherever it stands, in JSON and in XML alike."""

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin
from xml.sax.saxutils import quoteattr

import pytest
from typing_extensions import get_type_hints, is_typeddict

from schakel_connectors.connector import Connector, load
from schakel_connectors.testing.care_plans import ME, Json, a_plan, translations, tried
from schakel_connectors.trial import try_record

CARE_PLAN, CONSENT = load("fhir_care_plan"), load("fhir_consent")
MARK = {"modifierExtension": [{"url": "https://epd.example/niet"}]}


def places(shape: Any, seen: list[Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The places in a record at which a modifier extension or implicit rules may stand, as paths; each type once."""
    seen.append(shape)
    hints: dict[str, Any] = get_type_hints(shape)
    for name in ("modifierExtension", "implicitRules"):
        if name in hints:
            yield (), name
    for name, hint in hints.items():
        listed = get_origin(hint) is list
        inner = get_args(hint)[0] if listed else hint
        for part in (inner, *get_args(inner)):
            if is_typeddict(part) and part not in seen:
                kind = get_type_hints(part).get("resourceType")
                for path, mark in places(part, seen):
                    yield ((name, listed, get_args(kind)[0] if kind else None), *path), mark


def built(shape_name: str, path: tuple[Any, ...], mark: str) -> Json:
    """A resource that holds nothing but the mark, at the end of the path."""
    here: Json = {"resourceType": shape_name} if shape_name else {}
    if not path:
        here |= MARK if mark == "modifierExtension" else {"implicitRules": "https://epd.example/regels"}
        return here
    (name, listed, kind), *rest = path
    inner = built(kind or "", tuple(rest), mark)
    return here | {name: [inner] if listed else inner}


def as_xml(document: Json) -> str:
    """The same resource in XML."""
    kind = document["resourceType"]
    fields = {name: value for name, value in document.items() if name != "resourceType"}
    return f'<{kind} xmlns="http://hl7.org/fhir">{"".join(map(written, fields, fields.values()))}</{kind}>'


def written(name: str, value: Any) -> str:
    """One element, or each of a list."""
    if isinstance(value, list):
        return "".join(written(name, each) for each in value)
    if not isinstance(value, dict):
        return f"<{name} value={quoteattr(str(value))}/>"
    if "resourceType" in value:
        return f"<{name}>{as_xml(value)}</{name}>"
    attribute = f" url={quoteattr(value['url'])}" if "url" in value else ""
    fields = {inner: each for inner, each in value.items() if inner != "url"}
    return f"<{name}{attribute}>{''.join(map(written, fields, fields.values()))}</{name}>"


def cases() -> Iterator[Any]:
    """Every place in every record of the two connectors."""
    for connector in (CARE_PLAN, CONSENT):
        root: Any = connector.record.model_fields["root"].annotation
        for shape in get_args(root):
            (kind,) = get_args(get_type_hints(shape)["resourceType"])
            for path, mark in places(shape, []):
                names = ".".join((kind, *(part[2] or part[0] for part in path), mark))
                yield pytest.param(connector, built(kind, path, mark), mark, id=f"{connector.name}:{names}")


@pytest.mark.parametrize(("connector", "document", "mark"), list(cases()))
def test_what_may_change_the_meaning_is_refused_wherever_it_may_stand(
    connector: Connector, document: Json, mark: str
) -> None:
    """The places are those of the record itself, so that a new one is tried as well."""
    expected = "modifier_extension_unknown" if mark == "modifierExtension" else "implicit_rules_unknown"
    for raw in (json.dumps(document), as_xml(document)):
        found = [(error["field"], error["rule"]) for error in try_record(connector, raw.encode())["errors"]]
        assert [field.rpartition(".")[2] for field, rule in found if rule == expected] == [mark]


@pytest.mark.parametrize(
    "element",
    ['<status xmlns="" value="draft"/>', '<x:status xmlns:x="urn:x" value="draft"/>', '<modifierExtension xmlns=""/>'],
)
def test_element_that_is_not_fhir_is_refused(element: str) -> None:
    """It looks like one that counts, and is another."""
    plan = as_xml(a_plan()).replace("<intent", f"{element}<intent")
    assert try_record(CARE_PLAN, plan.encode())["errors"] == [{"field": "CarePlan", "rule": "namespace_unknown"}]


@pytest.mark.parametrize("intent", ["banana", "", "instance-order"])
def test_intent_that_a_plan_can_not_have_is_refused(intent: str) -> None:
    """It may mean anything."""
    assert tried(a_plan(intent=intent))["errors"] == [{"field": "CarePlan.intent", "rule": "code_unknown"}]


@pytest.mark.parametrize("intent", ["proposal", "plan", "order", "option"])
def test_intent_of_r4_is_read(intent: str) -> None:
    """All four of a care plan."""
    assert tried(a_plan(intent=intent))["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-03-31T22:00:00Z", "2026-04-01"),
        ("2026-03-31T21:59:59Z", "2026-03-31"),
        ("2026-04-01T00:00:00+02:00", "2026-04-01"),
        ("2026-04-01T23:30:00", "2026-04-01"),
        ("2026-04-01", "2026-04-01"),
    ],
)
def test_moment_lies_on_a_dutch_day(start: str, day: str) -> None:
    """As a consent's does."""
    (started,) = [e for e in tried(a_plan(period={"start": start}))["events"] if "case_relation" in e["type"]]
    assert started["valid_from"] == day


@pytest.mark.parametrize(
    "text", ["2026-04-01T25:00:00Z", "2026-04-01Tgeen", "2026-04-01 en later", "0001-01-01T00:00:00+14:00"]
)
def test_moment_that_is_none_is_refused(text: str) -> None:
    """What stands behind the day is read as well."""
    for name in ("start", "end"):
        assert tried(a_plan(period={name: text}))["errors"] == [
            {"field": f"CarePlan.period.{name}", "rule": "date_invalid"}
        ]


TWICE = [
    (CONSENT, '{"resourceType": "Consent", "status": "inactive", "status": "active"}'),
    (CONSENT, '{"resourceType": "Consent", "provision": {"type": "deny", "type": "permit"}}'),
    (CONSENT, '{"resourceType": "Consent", "provision": {"type": "deny", "\\u0074ype": "permit"}}'),
    (
        CARE_PLAN,
        '{"resourceType": "CarePlan", "subject": {"reference": "Patient/1"}, "subject": {"reference": "Patient/2"}}',
    ),
    (CARE_PLAN, '{"resourceType": "CarePlan", "note": [{"text": "\\u0022\\u0022"}], "id": "1", "id" : "2"}'),
    (CARE_PLAN, '{"resourceType": "Bundle", "entry": [], "entry": [{}]}'),
    (CARE_PLAN, '{"resourceType": "CarePlan", "id": 1, "id": 2}'),
]


@pytest.mark.parametrize(("connector", "raw"), TWICE, ids=range(len(TWICE)))
def test_name_that_stands_twice_is_refused(connector: Connector, raw: str) -> None:
    """Also written otherwise, and where something else makes up for its quotation marks."""
    assert try_record(connector, raw.encode())["errors"] == [{"field": "record", "rule": "repeated"}]


@pytest.mark.parametrize("text", ['"', '\\"', "\u00e9\n\t", '": ', "\\u0022", "\U0001f600"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_text_with_marks_in_it_is_no_name_that_stands_twice(text: str, ascii_only: bool) -> None:  # noqa: FBT001 - a case
    """Whatever stands in a note, and in whichever way it is written."""
    plan = json.dumps(a_plan(note=[{"text": text}, {"text": text}]), ensure_ascii=ascii_only).encode()
    assert CARE_PLAN.translate(plan) == translations(a_plan())


@pytest.mark.parametrize(
    ("frequency", "rule"),
    [(10**400, "less_than_equal"), (1_000_001, "less_than_equal"), (0, "greater_than"), ("veel", "int_parsing")],
    ids=range(4),
)
def test_frequency_that_can_not_be_is_refused_by_name(frequency: Any, rule: str) -> None:
    """Not as a mistake of the connector."""
    repeat = {"frequency": frequency, "period": 1, "periodUnit": "d"}
    detail = {"status": "in-progress", "scheduledTiming": {"repeat": repeat}}
    (error,) = tried(a_plan(activity=[{"detail": detail}]))["errors"]
    assert error["rule"] == rule


def test_tiny_period_counts_as_daily() -> None:
    """And does not overflow."""
    repeat = {"frequency": 1_000_000, "period": 1e-300, "periodUnit": "s"}
    detail = {"status": "in-progress", "scheduledTiming": {"repeat": repeat}}
    assert tried(a_plan(activity=[{"detail": detail}], subject=ME))["outcome"] == "accepted"
