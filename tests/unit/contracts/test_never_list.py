"""R2: what may never travel has no field: proved on the JSON Schema of every contract, down to the last leaf."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from schakel_contracts.event import Contract, Event
from schakel_contracts.export import schemas
from schakel_contracts.refusal import Refusal

Schema = dict[str, Any]

FORBIDDEN = re.compile(
    # Stems, wherever they stand in a name.
    r"burgerservice|diagnos|disorder|disabil|medic|dosage|treat|therap|symptom|relaps|substanc|addict|alcohol|psych"
    r"|schizo|depress|suicid|crimin|offence|convict|relig|ethnic|national|narrat|descript|freetext|free_text"
    r"|inherit|wealth|salar|household|creditor|fraud|sanction|signature|nickname"
    # Whole words, since they stand inside others.
    r"|(^|_)(bsn|icd|dsm|ggz_reason|drug|drugs|dose|doses|illness|sick|ill|care_content|content|health|cause|causes"
    r"|note|notes|text|texts|remark|remarks|comment|comments|opinion|opinions|judgement|message|body"
    r"|amount|amounts|wage|wages|income|debts?|asset|assets|price|tariff|euro|euros|iban|account|partner_income"
    r"|score|scores|risk|risks|rating|grade|grades|race|faith|crime|crimes|police|sex|gender|birth|born|birthday"
    r"|name|names|firstname|surname|phone|phones|mobile|mail|email|address|addresses|street|postcode|postcode4|house"
    r"|photo|picture|url|location|found_location|family|relative|relatives)(_|$)"
)
"""What a field, a code or an event may not be called after (R2, and the column "must not be shared" of each flow)."""

EXCUSED = {
    "debts": "The category of a wish for help; no contract of it has more than how soon and whether help is wanted.",
    "debt": "The topic of a worry: one code, and nothing about the debt.",
    "debt_support": "The purpose of helping.",
    "debt_worry_signalled": "The event of a wish for help.",
    "employer_name": "A category that a consent can name; a placement names its employer as a party of the chain.",
    "income": "The topic of a worry: one code, and no sum.",
    "income_change": "The category of: income moves up or down, never by how much.",
    "income_change_signalled": "The event of that.",
    "health_insurer": "Who pays for a trajectory; no row gives it to a role that must not know of care.",
    "at_risk": "A school's own word for a youth who may leave; chosen by a person, of four.",
    "risk": "Dropping out or becoming isolated: one of two codes, chosen by a human (R21).",
    "dropout_risk_signalled": "The event of that.",
    "no_sanction": "Only ever true: it says that a step down may not be punished.",
    "by_phone": "How a meeting is held.",
    "name_who_asserts": "What would help a sender: to say in which role somebody stands for it.",
    "text_version": "Which version of the consent form was signed: digits and dots.",
    "postcode4": "A neighbourhood of thousands, for who must go on supporting after a move.",
    "pickup_postcode": "Where a driver waits; to the carrier alone.",
}
"""Names that look like it and are not, with the reason; one that no contract uses any more goes."""

IDENTIFIER_FORMATS = {"date", "date-time", "time", "uuid"}
BY_THE_HUB = {
    "nl.schakel.decision.v1",
    "nl.schakel.receipt.v1",
    "nl.schakel.refusal.v1",
}
"""What the hub itself writes about a record, out of its own names of rules, rows, fields and topics."""
FROM_THE_CATALOGUE = {
    "nl.schakel.answer.due.v1.question_type",
    "nl.schakel.delivery.not_completed.v1.event_type",
}
"""Names of events, written by the hub alone; a bound would narrow a contract that is committed."""

UNBOUNDED = re.compile(r"(?<!\\)[+*]|\{\d+,\}")
SENTENCES = ("Jan de Vries", "heeft F20.0", "slaapt slecht", "0612345678", "+31612345678", "j.devries@example.org")
"""What a text field would be used for; the person is made up."""
TEST_BSN = "999999990"
PARTY = "^[a-z0-9]+(-[a-z0-9]+)*$|"
"""How the pattern of a party begins, the one that takes digits: intake resolves a party in the chain file, and one that
it does not know is told nothing."""


class Place(NamedTuple):
    """One field, or one value inside it."""

    at: str
    schema: Schema
    name: str | None
    """What the field is called; none for a value inside a list or a choice."""


def places(schema: Schema, root: Schema, at: str, name: str | None = None) -> Iterator[Place]:
    """Yield a schema and all that it holds: through references, choices, lists and fields."""
    if "$ref" in schema:
        yield from places(root["$defs"][schema["$ref"].rpartition("/")[2]], root, at, name)
        return
    choices = [choice for key in ("anyOf", "oneOf", "allOf") for choice in schema.get(key, ())]
    yield Place(at, {"choices": len(choices)} if choices else schema, name)
    for choice in choices:
        yield from places(choice, root, at)
    for item in [*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else ())]:
        yield from places(item, root, f"{at}[]")
    for field, inner in schema.get("properties", {}).items():
        yield from places(inner, root, f"{at}.{field}", field)


def flaws(type_: str, schema: Schema) -> list[str]:
    """Return every way in which a contract could carry what may never travel."""
    found = list(_named("event", event_name(type_), type_))
    for place in places(schema, schema, type_):
        found += _named("field", place.name, place.at)
        for code in _codes(place.schema):
            found += _named("code", str(code), place.at)
        found += _shaped(place, by_the_hub=type_ in BY_THE_HUB)
    return found


def event_name(type_: str) -> str:
    """Return what happened as a name is written: ``nl.schakel.placement.started.v1`` is ``placement_started``."""
    return type_.removeprefix("nl.schakel.").rpartition(".v")[0].replace(".", "_")


def _named(kind: str, name: str | None, at: str) -> Iterator[str]:
    if name is not None and FORBIDDEN.search(name.lower()) and name not in EXCUSED:
        yield f"{at}: {kind} {name}"


def _codes(schema: Schema) -> list[Any]:
    return [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]


def _shaped(place: Place, *, by_the_hub: bool) -> Iterator[str]:
    schema, kind = place.schema, place.schema.get("type")
    if "choices" in schema or _codes(schema) or kind in {"null", "boolean"}:
        return
    if kind == "object":
        if schema.get("additionalProperties") is not False:
            yield f"{place.at}: open"
    elif kind == "array":
        if "items" not in schema:
            yield f"{place.at}: a list of anything"
    elif kind in {"integer", "number"}:
        if not by_the_hub and not {"minimum", "maximum"} <= schema.keys():
            yield f"{place.at}: number without bounds"
    elif kind == "string":
        if not by_the_hub and place.at not in FROM_THE_CATALOGUE:
            yield from _text(place.at, schema)
    else:
        yield f"{place.at}: takes anything"


def _text(at: str, schema: Schema) -> Iterator[str]:
    """A text is a date, a UUID, or held by a pattern from its first to its last character, and short."""
    if schema.get("format") in IDENTIFIER_FORMATS:
        return
    pattern = schema.get("pattern")
    if pattern is None:
        yield f"{at}: free text"
        return
    if any(not (part.startswith("^") and part.endswith("$")) for part in re.split(r"\|(?=\^)", pattern)):
        yield f"{at}: pattern is open at an end"
    if "maxLength" not in schema and UNBOUNDED.search(pattern):
        yield f"{at}: text without a longest length"
    spoken = [text for text in (*SENTENCES, TEST_BSN) if re.search(pattern, text)]
    if spoken and not pattern.startswith(PARTY):
        yield f"{at}: takes words or numbers of people"


EVERY: dict[str, Schema] = {**schemas(), "nl.schakel.refusal.v1": Refusal.model_json_schema(mode="validation")}


@pytest.mark.parametrize("type_", EVERY)
def test_no_contract_can_carry_what_may_never_travel(type_: str) -> None:
    """No name for it, no code for it, no free text, no number without bounds, no room for anything undeclared."""
    assert flaws(type_, EVERY[type_]) == []


def subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield every model that is made from this one."""
    for found in model.__subclasses__():
        yield found
        yield from subclasses(found)


OURS = {model.__name__: model for model in subclasses(Contract) if model.__module__.startswith("schakel_contracts.")}


@pytest.mark.parametrize("model", OURS.values(), ids=OURS.keys())
def test_every_contract_is_closed_and_frozen(model: type[BaseModel]) -> None:
    """No further field can be added to a record, and none changed; errors do not repeat values."""
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
    assert model.model_config.get("hide_input_in_errors") is True


def test_no_contract_escapes_the_scanner() -> None:
    """Every model of the package is a schema that is scanned, stands inside one, or is the base of others."""
    scanned = {schema["title"] for schema in EVERY.values()}
    scanned |= {name for schema in EVERY.values() for name in schema.get("$defs", ())}
    bases = {Event.__name__, *(name for name in OURS if name.startswith("_"))}
    assert OURS.keys() - scanned - bases == set()


def test_every_excuse_is_needed() -> None:
    """An excuse for a name that is gone would excuse the next one of that name unseen."""
    used: set[str] = set()
    for type_, schema in EVERY.items():
        used.add(event_name(type_))
        for place in places(schema, schema, type_):
            used |= {str(code) for code in _codes(place.schema)} | {place.name or ""}
    assert {name for name in EXCUSED if name not in used or not FORBIDDEN.search(name)} == set()


def closed(**fields: Schema) -> Schema:
    """Return an object that takes these fields and no others."""
    return {"type": "object", "properties": fields, "additionalProperties": False}


WORDS = {"type": "string", "pattern": "^[a-z ]{1,80}$"}
CONTROLS: dict[str, Schema] = {
    "a forbidden name": closed(diagnosis={"type": "boolean"}),
    "a forbidden name in two words": closed(current_medication={"type": "boolean"}),
    "a number that is money": closed(wage_amount={"type": "integer", "minimum": 0, "maximum": 9}),
    "a name of a person": closed(first_name={"type": "string", "pattern": "^[A-Z]{1,9}$"}),
    "a forbidden code": closed(kind={"type": "string", "enum": ["started", "relapse"]}),
    "a code of a classification": closed(kind={"const": "icd_10", "type": "string"}),
    "free text": closed(status={"type": "string"}),
    "free text that is only short": closed(status={"type": "string", "maxLength": 40}),
    "a pattern that is open behind": closed(status={"type": "string", "pattern": "^[A-Z]"}),
    "a pattern of which one way is open": closed(status={"type": "string", "pattern": "^[A-Z]{1,3}$|^x"}),
    "a pattern that takes a sentence": closed(status=WORDS),
    "a pattern that takes a BSN": closed(status={"type": "string", "pattern": "^[0-9]{9}$"}),
    "a text without end": closed(status={"type": "string", "pattern": "^[A-Z_]+$"}),
    "a number without bounds": closed(days={"type": "integer", "minimum": 0}),
    "anything": closed(status={}),
    "a list of anything": closed(status={"type": "array"}),
    "an open object": {"type": "object", "properties": {}},
    "an open object inside": closed(status={"type": "object", "properties": {}}),
    "a leak in a list": closed(days={"type": "array", "items": WORDS}),
    "a leak in a choice": closed(days={"anyOf": [{"type": "null"}, WORDS]}),
    "a leak behind a reference": {**closed(days={"$ref": "#/$defs/Deep"}), "$defs": {"Deep": closed(bsn=WORDS)}},
}


@pytest.mark.parametrize("schema", CONTROLS.values(), ids=CONTROLS.keys())
def test_scanner_finds_a_leak(schema: Schema) -> None:
    """A scanner that finds nothing must be able to find something."""
    assert flaws("nl.schakel.made.up.v1", schema) != []


def test_scanner_finds_an_event_named_after_it() -> None:
    """The name alone would tell."""
    assert flaws("nl.schakel.relapse.occurred.v1", closed()) == [
        "nl.schakel.relapse.occurred.v1: event relapse_occurred"
    ]


def test_scanner_lets_what_is_right_through() -> None:
    """One that finds everything would prove nothing."""
    right = closed(
        status={"type": "string", "enum": ["started", "ended"]},
        on={"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        half_days={"type": "integer", "minimum": 0, "maximum": 14},
    )
    assert flaws("nl.schakel.day_activity.changed.v1", right) == []
