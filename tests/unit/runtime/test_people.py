"""The registry in memory keeps up with the log, also of somebody who was looked at before."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import ConsentRecord, RelationRecord, registry_key
from schakel_services.runtime import people as module
from schakel_services.runtime.people import EMPTY, People

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RELATION = RelationRecord(id=UUID(int=1), party="coach", role=Role.JOB, asserted_by="coach")
CONSENT = ConsentRecord(
    id=UUID(int=2),
    purposes=(Purpose.JOB_COACHING,),
    categories=(Category.SUPPORT_LEVEL,),
    recipients=(Recipient(party="coach"),),
    form=ConsentForm.WRITTEN,
)

PARTIES = ("coach", "desk")
RELATIONS = st.builds(
    RelationRecord,
    id=st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)]),
    party=st.sampled_from(PARTIES),
    role=st.sampled_from([Role.JOB, Role.INC]),
    valid_from=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
    valid_until=st.sampled_from([None, date(2026, 6, 1), date(2027, 6, 1)]),
    ended=st.booleans(),
    asserted_by=st.just("coach"),
)
ROWS = st.one_of(
    RELATIONS.map(lambda record: (registry_key("k1.a", record), record.model_dump_json().encode())),
    RELATIONS.map(lambda record: (registry_key("k1.a", record), None)),
    # Under another key than its own, and what is no record at all: as wrong here as when all of it is read.
    RELATIONS.map(lambda record: ("k1.a/relation/other", record.model_dump_json().encode())),
    st.sampled_from([UUID(int=1), UUID(int=4)]).map(lambda key: (f"k1.a/relation/{key}", b"{}")),
    st.just((registry_key("k1.a", CONSENT), CONSENT.model_dump_json().encode())),
    st.just((registry_key("k1.a", CONSENT), None)),
)


def put(people: People, person: str, record: RelationRecord | ConsentRecord) -> None:
    """Apply a record as it stands on the registry topic."""
    people.apply(registry_key(person, record), record.model_dump_json(exclude_none=True).encode())


def test_who_is_unknown_has_nothing() -> None:
    """And a tombstone of somebody unknown changes nothing."""
    people = People()
    people.apply("k1.a/relation/1", None)
    assert people.of("k1.a") is EMPTY
    assert len(people) == 0


def test_what_comes_after_a_look_counts_too() -> None:
    """A withdrawal is seen although the person was decided about a moment ago."""
    people = People()
    put(people, "k1.a", CONSENT)
    before = people.of("k1.a")
    put(people, "k1.a", CONSENT.model_copy(update={"withdrawn_at": NOW}))
    (consent,) = people.of("k1.a").permissions("coach", Category.SUPPORT_LEVEL)
    assert people.of("k1.a") is not before
    assert consent.end <= NOW


def test_a_look_is_remembered() -> None:
    """The second decision about a person parses nothing."""
    people = People()
    put(people, "k1.a", RELATION)
    assert people.of("k1.a") is people.of("k1.a")


def test_one_record_goes_and_the_others_stay() -> None:
    """The tombstone of a consent leaves the relation."""
    people = People()
    put(people, "k1.a", RELATION)
    put(people, "k1.a", CONSENT)
    people.apply(registry_key("k1.a", CONSENT), None)
    assert people.of("k1.a").relation("coach", Role.JOB, NOW) == RELATION.id
    assert not people.of("k1.a").permissions("coach", Category.SUPPORT_LEVEL)


@given(rows=st.lists(st.tuples(ROWS, st.booleans()), max_size=12))
def test_a_relation_that_is_taken_in_counts_as_if_all_were_read(
    rows: list[tuple[tuple[str, bytes | None], bool]],
) -> None:
    """Whether the person was looked at in between or not, and whatever else came, the answers are the same."""
    looked_at, fresh = People(), People()
    for (key, value), look in rows:
        looked_at.apply(key, value)
        fresh.apply(key, value)
        if look:
            looked_at.of("k1.a")
    one, other = looked_at.of("k1.a"), fresh.of("k1.a")
    assert (one is EMPTY) == (other is EMPTY)
    assert one.in_order() == other.in_order()
    for party in PARTIES:
        for role in (Role.JOB, Role.INC):
            assert one.relation(party, role, NOW) == other.relation(party, role, NOW)
        permitted = [person.permissions(party, Category.SUPPORT_LEVEL) for person in (one, other)]
        assert permitted[0] == permitted[1]


def test_a_new_relation_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes most is taken in by itself: the consents are not read again."""
    people = People()
    put(people, "k1.a", CONSENT)
    people.of("k1.a")
    monkeypatch.setattr(PersonRegistry, "from_records", None)
    put(people, "k1.a", RELATION)
    put(people, "k1.a", RELATION.model_copy(update={"ended": True}))
    assert people.of("k1.a").relation("coach", Role.JOB, NOW) is None
    assert people.of("k1.a").permissions("coach", Category.SUPPORT_LEVEL)
    assert people.of("k1.a").involved() == {"coach"}


def test_no_more_than_so_many_are_kept_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; whoever was forgotten is parsed again."""
    monkeypatch.setattr(module, "PARSED_MAX", 3)
    people = People()
    for number in range(10):
        put(people, f"k1.{number}", RELATION)
    for number in range(10):
        assert people.of(f"k1.{number}").relation("coach", Role.JOB, NOW) == RELATION.id
        assert len(people._parsed) <= 3
    assert people.of("k1.0").relation("coach", Role.JOB, NOW) == RELATION.id


async def test_everybody_is_read_at_the_start() -> None:
    """After that a look parses nothing; what comes later is still seen, and who is broken stays closed."""
    people = People()
    for number in range(module.SETTLE_AT_ONCE + 5):
        put(people, f"k1.{number}", RELATION)
    people.apply("k1.broken/consent/1", b'{"kind":"consent"}')
    await people.settle()
    assert len(people._parsed) == len(people)
    before = people.of("k1.0")
    assert before.relation("coach", Role.JOB, NOW) == RELATION.id
    assert people.of("k1.broken") is EMPTY
    people.apply(registry_key("k1.0", RELATION), None)
    assert people.of("k1.0") is EMPTY


async def test_no_more_is_read_at_the_start_than_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is left is read when somebody asks."""
    monkeypatch.setattr(module, "PARSED_MAX", 3)
    people = People()
    for number in range(10):
        put(people, f"k1.{number}", RELATION)
    await people.settle()
    assert len(people._parsed) == 3
    assert people.of("k1.9").relation("coach", Role.JOB, NOW) == RELATION.id
