"""A record in, over HTTP; what changed on the log, all of it in one transaction, and then the answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from schakel_contracts.envelope import POSITION, read_envelope
from schakel_contracts.registry import REGISTRY_RECORD
from schakel_services.intake.testing.stage import Stage, patient, plan, somebody
from schakel_services.runtime import pipe, topics
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs, Writer


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return resources that come together."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


async def test_what_a_record_says_is_on_the_log_when_it_is_answered(stage: Stage) -> None:
    """Events under the answer's ids, relation in the registry, versions and own numbers: with the person, in place."""
    bsn = somebody()
    person = stage.pseudonym(bsn)
    async with stage.intake() as intake:
        answer = await stage.post(intake, bundle(patient(bsn, "C-1"), plan(bsn)))
    assert answer.status_code == httpx.codes.ACCEPTED
    events = await stage.everything()
    envelopes = [read_envelope(record.headers) for record in events]
    assert [envelope.id for envelope in envelopes] == answer.json()["events"]
    assert {envelope.type for envelope in envelopes} == {
        "nl.schakel.care_plan.status_changed.v1",
        "nl.schakel.case_relation.started.v1",
    }
    assert {(record.key.decode(), record.partition) for record in events} == {(person, partition_of(person, 4))}
    (relation,) = [r for r in await stage.ground.read(topics.REGISTRY) if r.key.startswith(person.encode())]
    assert relation.key.decode() == f"{person}/relation/{REGISTRY_RECORD.validate_json(relation.value).id}"
    (link,) = await stage.ground.read(topics.links(stage.partner))
    assert (link.key.decode(), link.partition) == (person, partition_of(person, 4))
    versions = {record.key.decode() for record in await stage.ground.read(topics.versions(stage.partner))}
    assert len(versions - {"owner", "position"}) == 3  # what the plan says, and whom plan and patient are about


async def test_nothing_of_the_record_itself_is_on_a_shared_topic(stage: Stage) -> None:
    """No BSN, no own number, no name: neither in a key, nor in a value, nor in a header."""
    bsn = somebody()
    async with stage.intake() as intake:
        await stage.post(intake, bundle(patient(bsn, "C-778899"), plan(bsn)))
        await stage.post(intake, plan(bsn, status="Voorbeeld"))
    shared = (topics.EVENTS, topics.REGISTRY, topics.AUDIT, topics.links(stage.partner), topics.versions(stage.partner))
    for record in await stage.ground.read(*shared):
        everything = b"".join([record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)])
        assert not any(value in everything for value in (bsn.encode(), b"C-778899", b"Voorbeeld")), record.topic


async def test_a_restart_remembers(stage: Stage) -> None:
    """The same record publishes nothing, an own number is known, and positions go on."""
    bsn = somebody()
    async with stage.intake() as intake:
        first = await stage.post(intake, bundle(patient(bsn, "C-1"), plan(bsn)))
    async with stage.intake() as intake:
        repeat = await stage.post(intake, bundle(patient(bsn, "C-1"), plan(bsn)))
        changed = await stage.post(intake, plan("C-1", status="on-hold"))
    assert len(first.json()["events"]) == 2
    assert (repeat.status_code, repeat.json()["events"]) == (202, [])
    assert len(changed.json()["events"]) == 1
    events = await stage.everything()
    assert [read_envelope(record.headers).id for record in events] == first.json()["events"] + changed.json()["events"]
    assert {record.key.decode() for record in events} == {stage.pseudonym(bsn)}
    numbers = [int(dict(record.headers)[POSITION].decode().split("/")[2]) for record in events]
    assert numbers[0] == numbers[1] < numbers[2]


async def test_many_at_once_are_answered_each_with_its_own(stage: Stage) -> None:
    """Whatever transaction they end up in."""
    people = [somebody() for _ in range(60)]
    async with stage.intake() as intake:
        plans = [plan(bsn, id=f"plan-{number}") for number, bsn in enumerate(people)]
        answers = await asyncio.gather(*(stage.post(intake, record) for record in plans))
    by_id = {read_envelope(record.headers).id: record.key.decode() for record in await stage.everything()}
    told = [{by_id[event] for event in answer.json()["events"]} for answer in answers]
    assert told == [{stage.pseudonym(bsn)} for bsn in people]
    assert len(by_id) == 120


async def test_a_refused_record_leaves_a_refusal_and_nothing_else(stage: Stage) -> None:
    """Who, which field, which rule; the record is the sender's, who has the answer."""
    async with stage.intake() as intake:
        answer = await stage.post(intake, plan(somebody(), status="Voorbeeld"))
        unlinked = await stage.post(intake, plan("C-404"))
    assert (answer.status_code, unlinked.status_code) == (422, 422)
    refusals = await stage.refusals(2)
    assert [refusal.kind for refusal in sorted(refusals, key=lambda r: r.position)] == ["rejected", "unlinked"]
    said = [{"field": error.field, "rule": error.rule} for refusal in refusals for error in refusal.errors]
    assert all(error in said for error in answer.json()["errors"] + unlinked.json()["errors"])
    assert await stage.everything() == []
    assert await stage.ground.read(topics.quarantine(stage.partner)) == []
    assert await stage.ground.read(topics.links(stage.partner)) == []


class Doubtful(Writer):
    """A writer whose first commit of a record raises: before the broker hears of it, or after it was done."""

    left = True
    done = False

    async def commit(self, outputs: Outputs, offsets: Mapping[TopicPartition, int], group: str | None) -> None:
        """Fail once, when there is an event among the outputs."""
        fails = type(self).left and any(topic == topics.EVENTS for topic, _ in outputs.rows)
        if fails:
            type(self).left = False
            if not self.done:
                producer: Any = self._producer
                producer.commit_transaction = _time_out
        await super().commit(outputs, offsets, group)
        if fails:
            raise KafkaTimeoutError


async def _time_out() -> None:
    raise KafkaTimeoutError


@pytest.mark.parametrize("done", [False, True])
async def test_a_record_in_doubt_is_not_taken_and_its_repeat_is_published_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, done: bool
) -> None:
    """503: the sender sends it again. Whether the first was on the log or not, it is published once in the end."""
    bsn = somebody()
    record = bundle(patient(bsn, "C-1"), plan(bsn))
    monkeypatch.setattr(Doubtful, "left", True)
    monkeypatch.setattr(Doubtful, "done", done)
    monkeypatch.setattr(pipe, "Writer", Doubtful)
    async with stage.intake() as intake:
        doubt = await stage.post(intake, record)
        await intake.ready()
        kept = len(await stage.everything())
        again = await stage.post(intake, record)
        by_number = await stage.post(intake, plan("C-1"))
    assert doubt.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert kept == (2 if done else 0)
    assert (again.status_code, len(again.json()["events"])) == (202, 0 if done else 2)
    assert (by_number.status_code, by_number.json()["events"]) == (202, [])
    assert len(await stage.everything()) == 2
    assert len(await stage.ground.read(topics.links(stage.partner))) == 1
