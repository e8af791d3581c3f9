"""The topic table is all there is: what the code uses stands in it, once."""

import ast
import inspect
from collections import Counter
from pathlib import Path

import pytest

import schakel_services
from schakel_services.runtime import topics
from schakel_services.runtime.topics import TABLE, Topic, topics_of

ROOT = Path(next(iter(schakel_services.__path__)))
PARTNERS = (("one", ("fhir_care_plan", "suwiml")), ("two", ()))
NAMES = {topic.name for topic in topics_of(PARTNERS, 4)}
SERVICES = {"intake", "gate", "deliver", "clock"}
MAKERS = [
    maker
    for _, maker in inspect.getmembers(topics, inspect.isfunction)
    if maker.__module__ == topics.__name__ and inspect.signature(maker).return_annotation is str
]
"""The functions that return the name of a topic."""


def made_by(service: str) -> set[str]:
    """Return what a service's own code takes from ``topics``, by name."""
    found = set()
    for path in (ROOT / service).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "topics":
                found.add(node.attr)
    return found


def row_of(attribute: str) -> Topic:
    """Return the row of what is called ``EVENTS`` or ``notify`` in code."""
    value = getattr(topics, attribute)
    if callable(value):
        value = value(*(f"{{{name}}}" for name in inspect.signature(value).parameters))
    return next(row for row in TABLE if row.name == value)


def is_a_topic(attribute: str) -> bool:
    """Say whether a name of the module stands for a topic, rather than for what is done with topics."""
    value = getattr(topics, attribute)
    return isinstance(value, str) or value in MAKERS


def test_no_topic_stands_twice() -> None:
    """Neither in the table nor among the topics of a chain."""
    rows = Counter(row.name for row in TABLE)
    named = Counter(topic.name for topic in topics_of(PARTNERS, 4))
    assert max(rows.values()) == max(named.values()) == 1


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_every_name_that_code_can_make_is_in_the_table(maker: object) -> None:
    """A topic that the table forgets would have no rights, no retention and no partitions."""
    assert callable(maker)
    parameters = inspect.signature(maker).parameters
    given = {"partner": "one", "connector": "suwiml"}
    assert maker(*(given[name] for name in parameters)) in NAMES


def test_the_makers_were_found() -> None:
    """The test above looks at what there is."""
    assert {maker.__name__ for maker in MAKERS} >= {"notify", "links", "versions", "quarantine", "raw", "state_deliver"}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_uses_the_topics_that_name_it(service: str) -> None:
    """Its code and the table say the same: rights follow from the table, and none is given for nothing."""
    used = {row_of(name).name for name in made_by(service) if is_a_topic(name)}
    named = {row.name for row in TABLE if service in row.written_by or service in row.read_by}
    named |= {row.name for row in TABLE if row.read_by == "the same" and service in row.written_by}
    assert used == named


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_partners_own_topics_are_encrypted_when_they_hold_its_numbers(row: Topic) -> None:
    """What names a person by a number of the partner is readable with the partner's key alone."""
    holds_numbers = row.name.partition(".")[0] in {"links", "quarantine", "raw"}
    assert row.encrypted == holds_numbers


def test_what_expires_and_what_stays() -> None:
    """Registry and state are compacted and kept; facts go after 14 days."""
    configs = {topic.name: topic.config() for topic in topics_of(PARTNERS, 4)}
    assert configs["audit"] == {"cleanup.policy": "delete", "retention.ms": str(14 * 86_400_000)}
    assert configs["registry"]["cleanup.policy"] == "compact"
    assert "retention.ms" not in configs["registry"]


def test_the_broker_says_when_a_withdrawal_came() -> None:
    """The moment of a withdrawal in its proof is nobody's own clock's."""
    stamped = {topic.name: topic.config().get("message.timestamp.type") for topic in topics_of(PARTNERS, 4)}
    assert {name for name, by in stamped.items() if by == "LogAppendTime"} == {"events", "registry"}


def test_each_partner_has_topics_of_its_own() -> None:
    """And a raw topic for each connector that it uses, and for no other."""
    assert {name for name in NAMES if name.startswith("raw.")} == {"raw.one.fhir_care_plan", "raw.one.suwiml"}
    assert {"notify.one", "notify.two", "links.two", "versions.two", "quarantine.two"} <= NAMES
    assert {topic.partitions for topic in topics_of(PARTNERS, 6)} == {6}
