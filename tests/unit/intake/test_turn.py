"""A turn is bounded: what there is no room for waits, and nothing of it is skipped, doubled or reordered."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from tests.unit.intake.desk import ANN, BOB, CAS, CHAIN_KEY, KEYS, NOW

from schakel_connectors.connector import load
from schakel_connectors.trial import trial_sender
from schakel_contracts.envelope import POSITION
from schakel_contracts.identifiers import Bsn, is_bsn
from schakel_services.intake import room, step
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken
from schakel_services.intake.quarantine import UNDECIPHERABLE, open_sealed
from schakel_services.intake.step import A256GCM, ENCRYPTION, IntakeStep, StepSetup
from schakel_services.intake.take import Desk
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Records
from schakel_services.runtime.table import Table
from schakel_services.runtime.writer import Outputs

FIRST, SECOND = (TopicPartition(topics.raw("one", "chain_record"), number) for number in range(2))


@pytest.fixture
def intake() -> IntakeStep:
    """The intake of one partner, as if it was opened and had been the owner for long."""
    none: Any = None
    found = IntakeStep(StepSetup(none, none, "one", KEYS, 1, none, Inbox(), lambda: NOW, b"me"))
    connector = load("chain_record")
    found._desk = Desk(
        partner="one",
        oin="00000099000000001000",
        sender=trial_sender(connector),
        connectors={"chain_record": connector},
        chain_key=CHAIN_KEY,
        keys=KEYS,
        versions=found._versions,
        links=found._links,
    )
    found._owned = True
    return found


def plans(*keys: str, persons: Sequence[Bsn] = (ANN,)) -> bytes:
    """Return one record that tells of the care plans under some keys: of each person an event, and three rows."""
    rows = [
        {"type": "care_plan.status_changed", "record": key, "bsn": bsn, "status": "active"}
        for key in keys
        for bsn in persons
    ]
    return json.dumps(rows).encode()


def batch(*bodies: bytes, partition: TopicPartition = FIRST) -> list[ConsumerRecord]:
    """Return records of a partition, from its start."""
    topic, number = partition
    return [
        ConsumerRecord(topic, number, at, 0, 0, None, body, None, 0, len(body), ()) for at, body in enumerate(bodies)
    ]


def waiting(intake: IntakeStep, *bodies: bytes) -> list[Incoming]:
    """Hand in some records that wait for an answer."""
    items = [Incoming("chain_record", body, NOW, answer=asyncio.get_running_loop().create_future()) for body in bodies]
    for item in items:
        intake._setup.inbox.put(item)
    return items


def taken_from(outputs: Outputs) -> list[str]:
    """Return where the records came from that gave events, in order, one for each record."""
    rows = outputs.rows.get((topics.EVENTS, 0), [])
    positions = [dict(headers)[POSITION].decode().rpartition("/")[0] for _, _, headers in rows]
    return list(dict.fromkeys(positions))


def numbered(outputs: Outputs) -> int:
    """Return the last number that the intake gave, as it stands on the log."""
    rows = outputs.rows[topics.versions("one"), 0]
    return int({key: value or b"" for key, value, _ in rows}[b"position"])


async def turns(intake: IntakeStep, records: Records) -> list[Outputs]:
    """Take turns, as a pipe does, until nothing is left."""
    found = []
    while records or intake._setup.inbox:
        outputs = await intake.work(records)
        assert outputs is not None
        assert outputs.more is bool(intake._setup.inbox)
        intake.committed()
        found.append(outputs)
        records = outputs.left
    return found


async def test_thirty_large_records_are_no_one_turn(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn takes four of them, and what it leaves is the end of the partition, which it did not even read."""
    read: list[bytes] = []

    def count(_: Desk, item: Incoming) -> Exception:
        read.append(item.raw)
        return RuntimeError()

    monkeypatch.setattr(Desk, "read", count)
    large = batch(*(b"x" * 1_048_576 for _ in range(30)))
    found = await turns(intake, {FIRST: large})
    assert [len(outputs.left.get(FIRST, ())) for outputs in found] == [*range(26, 0, -4), 0]
    assert found[0].left == {FIRST: large[4:]}
    assert len(read) == 30


async def test_a_turn_ends_when_its_rows_are_many(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few bytes they were made of; every record is taken once, each partition in its order."""
    monkeypatch.setattr(room, "ROWS_MAX", 7)
    bodies = [plans(f"L-{number}") for number in range(8)]
    read = {FIRST: batch(*bodies[:4]), SECOND: batch(*bodies[4:], partition=SECOND)}
    found = [taken_from(outputs) for outputs in await turns(intake, read)]
    assert [len(each) for each in found] == [3, 3, 2]
    at = [f"{topic}/{number}/{offset}" for topic, number in (FIRST, SECOND) for offset in range(4)]
    assert [each for some in found for each in some] == at


async def test_a_record_of_any_size_has_a_turn(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is always room for one; the next waits, on whichever side it is."""
    for limit in ("READ_MAX", "ROWS_MAX", "WRITTEN_MAX"):
        monkeypatch.setattr(room, limit, 1)
    items = waiting(intake, plans("H-1"), plans("H-2"))
    found = await turns(intake, {FIRST: batch(plans("L-1"), plans("L-2"), plans("L-3"))})
    assert [len(taken_from(outputs)) for outputs in found] == [2, 2, 1]
    assert all(item.answer is not None and item.answer.done() for item in items)


async def test_what_waits_in_the_inbox_keeps_its_order(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those are answered that the turn took; the others wait on, and the next turn is asked for at once.

    The number of the last one is kept, so that none is given twice.
    """
    monkeypatch.setattr(room, "ROWS_MAX", 6)
    items = waiting(intake, *(plans(f"H-{number}") for number in range(5)))
    answered, more = [], True
    while more:
        outputs = await intake.work({})
        assert outputs is not None
        assert numbered(outputs) >= int(taken_from(outputs)[-1].rpartition("/")[2])
        intake.committed()
        more = outputs.more
        answered.append([item.answer is not None and item.answer.done() for item in items].count(True))
    assert answered == [2, 4, 5]
    events = [event for item in items if item.answer is not None for event in item.answer.result().events]
    assert len(set(events)) == 5


async def test_who_comes_after_the_barrier_has_the_next_turn(intake: IntakeStep) -> None:
    """The registry was read only as far as it was before; also when some of those who came in time went away."""
    late = None

    class Slow:
        async def barrier(self) -> None:
            nonlocal late
            (late,) = waiting(intake, plans("late"))

    intake._registry = cast("Table", Slow())
    gone, early = waiting(intake, plans("gone"), plans("early"))
    assert gone.answer is not None
    gone.answer.cancel()
    outputs = await intake.work({})
    assert outputs is not None
    assert (len(taken_from(outputs)), outputs.more) == (1, True)
    assert [item for turn in intake._worked for item, _ in turn] == [early]
    assert intake._setup.inbox.take(9) == [late]


async def test_who_was_put_back_is_told_too(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the turn comes to nothing, whoever was taken and whoever was not: all send it again."""
    monkeypatch.setattr(room, "ROWS_MAX", 3)
    items = waiting(intake, *(plans(f"H-{number}") for number in range(3)))
    await intake.work({})
    await intake.failed()
    assert [type(item.answer.exception()) for item in items if item.answer is not None] == [NotTaken] * 3
    assert len(intake._setup.inbox) == 0


async def test_a_mistake_of_ours_keeps_nobody_waiting(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever left the inbox and was not taken yet is told as well."""
    broken: Any = None
    monkeypatch.setattr(intake, "_accept", broken)
    items = waiting(intake, plans("H-1"), plans("H-2"))
    with pytest.raises(TypeError):
        await intake.work({})
    await intake.failed()
    assert [type(item.answer.exception()) for item in items if item.answer is not None] == [NotTaken] * 2


async def test_others_have_their_turn_meanwhile(intake: IntakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two portions, of records over HTTP and on topics alike; whoever is broken off there is told."""
    monkeypatch.setattr(step, "AT_ONCE", 2)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    waiting(intake, *(plans(f"H-{number}") for number in range(6)))
    await intake.work({FIRST: batch(*(plans(f"L-{number}") for number in range(6)))})
    assert beats >= 6
    beating.cancel()
    intake.committed()

    items = waiting(intake, *(plans(f"I-{number}") for number in range(6)))
    working = asyncio.create_task(intake.work({}))
    await asyncio.sleep(0)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    await intake.failed()
    assert all(item.answer is not None and item.answer.exception() for item in items)


async def test_a_record_that_takes_back_too_much_is_refused(
    intake: IntakeStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is remembered, it is kept for its sender, and what comes behind goes on; less at once is taken."""
    monkeypatch.setattr("schakel_connectors.chain_record.mapping.check_persons", lambda _: None)
    persons = list(_bsns(30))
    assert taken_from((await turns(intake, {FIRST: batch(plans("L-1", persons=persons))}))[0])
    monkeypatch.setattr(room, "RECORD_ROWS_MAX", 20)
    known = dict(intake._versions._known)
    (outputs,) = await turns(intake, {FIRST: batch(plans("L-1", persons=[CAS]))})
    assert intake._versions._known == known
    assert (taken_from(outputs), len(outputs.rows[topics.quarantine("one"), 0])) == ([], 1)
    (outputs,) = await turns(intake, {FIRST: batch(plans("L-1", persons=persons[:15]), plans("L-2", persons=[BOB]))})
    assert (taken_from(outputs), (topics.quarantine("one"), 0) in outputs.rows) == ([f"{FIRST.topic}/0/1"], False)


def _bsns(count: int) -> Iterator[Bsn]:
    numbers = (str(number) for number in range(999_910_000, 999_920_000))
    return (Bsn(number) for number, _ in zip(filter(is_bsn, numbers), range(count), strict=False))


async def test_one_that_can_not_be_opened_is_refused_in_its_place(intake: IntakeStep) -> None:
    """Those before it and behind it are taken; it is kept as it came, whatever else is wrong with it."""
    read = batch(plans("L-1"), b"sealed by somebody else", plans("L-2"))
    read[1] = replace(read[1], headers=[(ENCRYPTION, A256GCM), (step.WITHHOLD, b"nobody")])
    (outputs,) = await turns(intake, {FIRST: read})
    assert taken_from(outputs) == [f"{FIRST.topic}/0/0", f"{FIRST.topic}/0/2"]
    ((key, value, _),) = outputs.rows[topics.quarantine("one"), 0]
    kept = open_sealed("one", KEYS, (key or b"").decode(), value or b"")
    assert (kept.errors, kept.raw) == ((UNDECIPHERABLE,), b"sealed by somebody else")


async def test_each_hears_when_its_own_turn_is_on_the_log(intake: IntakeStep) -> None:
    """Another turn may have been worked at since; whoever is not on the log when it fails is told to send again."""
    (first,) = waiting(intake, plans("first"))
    await intake.work({})
    (second,) = waiting(intake, plans("second"))
    await intake.work({})
    assert first.answer is not None
    assert second.answer is not None
    intake.committed()
    assert (first.answer.done(), second.answer.done()) == (True, False)
    await intake.failed()
    assert first.answer.result().outcome == "accepted"
    with pytest.raises(NotTaken):
        second.answer.result()
