"""The registry in memory: what is known of a person, and that doubt means nothing is known."""

from datetime import UTC, datetime
from uuid import uuid4

from schakel_contracts.codes import Role
from schakel_contracts.registry import RelationRecord, registry_key
from schakel_services.runtime.people import EMPTY, People

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RELATION = RelationRecord(id=uuid4(), party="a-partner", role=Role.JOB, valid_from=NOW.date(), asserted_by="a-partner")
KEY = registry_key("k1.person", RELATION)
VALUE = RELATION.model_dump_json(exclude_none=True).encode()


def test_a_record_counts_until_its_tombstone() -> None:
    """What is known follows the log."""
    people = People()
    people.apply(KEY, VALUE)
    assert people.of("k1.person").relation("a-partner", Role.JOB, NOW) == RELATION.id
    people.apply(KEY, None)
    assert people.of("k1.person") is EMPTY
    assert len(people) == 0


def test_one_broken_record_closes_the_person() -> None:
    """It could be an objection; another person is not touched, and mending it opens again."""
    people = People()
    people.apply(KEY, VALUE)
    people.apply("k1.other/" + KEY.partition("/")[2], VALUE)
    people.apply("k1.person/consent/1", b'{"kind":"consent"}')
    assert people.of("k1.person") is EMPTY
    assert people.of("k1.other").relation("a-partner", Role.JOB, NOW) == RELATION.id
    people.apply("k1.person/consent/1", None)
    assert people.of("k1.person").relation("a-partner", Role.JOB, NOW) == RELATION.id
