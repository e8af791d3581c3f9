"""What is wrong on the log is refused and named, and those behind it go on."""

from typing import Any

import pytest
from aiokafka import TopicPartition

from schakel_contracts.codes import Role
from schakel_contracts.envelope import POSITION
from schakel_services.gate.testing.stage import PARTITIONS, Stage, sequences
from schakel_services.runtime import topics
from schakel_services.runtime.writer import Outputs


async def test_malformed_events_are_refused_and_the_next_is_decided(stage: Stage) -> None:
    """Of every kind, in one batch with a good one behind each: field and rule in the audit, and nothing of a person."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    elsewhere = stage.person((stage.partition + 1) % PARTITIONS)
    await stage.allow(person, coach)
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"body": b'{"status":"Jan Jansen"}'}, "data", "enum"),
        ({"body": b'{"status":"active","note":"Jan Jansen"}'}, "data", "extra_forbidden"),
        ({"body": b"Jan Jansen"}, "data", "json_invalid"),
        ({"headers": {"ce_id": None}}, "ce_id", "envelope"),
        ({"headers": {"ce_id": b'","x":"'}}, "ce_id", "not_a_uuid"),
        ({"headers": {"ce_source": b"urn:nld:oin:1:systeem:nobody"}}, "ce_source", "unknown"),
        ({"headers": {POSITION: b"somewhere else"}}, POSITION, "not_a_position"),
        ({"headers": {POSITION: b"\xff"}}, POSITION, "not_a_position"),
        ({"type": "nl.schakel.diagnosis.made.v1"}, "ce_type", "unknown"),
        ({"key": b"k1.somebody"}, "key", "not_the_subject"),
        ({"key": None}, "key", "not_the_subject"),
        ({"person": elsewhere}, "ce_subject", "wrong_partition"),
        ({"person": "999990019"}, "ce_subject", "not_a_pseudonym"),
    ]
    ends = await stage.ground.ends([TopicPartition(topics.EVENTS, stage.partition)])
    outputs = Outputs()
    good = []
    for changed, _, _ in wrong:
        about = changed.pop("person", person)
        stage.event(outputs, about, ggz, **{"partition": stage.partition} | changed)
        good.append(stage.event(outputs, person, ggz))
    async with stage.gate():
        await stage.write(outputs)
        await stage.decisions(*good)
    refusals = await stage.refusals(since=max(ends.values()))
    assert [(r.errors[0].field, r.errors[0].rule) for r in refusals] == [(field, rule) for _, field, rule in wrong]
    assert {r.kind for r in refusals} == {"malformed"}
    assert not any(value in r.model_dump_json() for r in refusals for value in ("Jan", "999990019", person, "nobody"))
    assert sequences(await stage.told(coach), person) == list(range(1, len(wrong) + 1))


@pytest.mark.parametrize("again", [False, True])
async def test_a_refusal_stands_once(stage: Stage, *, again: bool) -> None:
    """It is an output like any other: a restart refuses nothing again."""
    ggz = stage.partner(Role.GGZ)
    await stage.open()
    person = stage.person()
    ends = await stage.ground.ends([TopicPartition(topics.EVENTS, stage.partition)])
    async with stage.gate():
        await stage.send(person, ggz, body=b"{}")
        await stage.decisions(await stage.send(person, ggz))
    if again:
        async with stage.gate():
            await stage.decisions(await stage.send(person, ggz))
    (refusal,) = await stage.refusals(since=max(ends.values()))
    assert (refusal.errors[0].field, refusal.errors[0].rule) == ("data", "missing")
