"""An event in; to each partner what it may know, and one record of why, in one transaction."""

import json
from typing import Any

from aiokafka.errors import KafkaTimeoutError

from schakel_contracts.codes import Outcome, Reason, Role
from schakel_contracts.envelope import POSITION, read_envelope
from schakel_services.gate.testing.stage import Stage, sequences
from schakel_services.runtime import topics
from schakel_services.runtime.writer import Outputs, Writer


async def test_who_may_know_is_told_what_it_may_know(stage: Stage) -> None:
    """The fields of its row and no more; where the event stands, and under which consent it goes."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    body = b'{"status":"active","effective":"2026-11-01","review_month":"2027-01"}'
    async with stage.gate():
        event = await stage.send(person, ggz, body=body)
        (decision,) = await stage.decisions(event)
    (told,) = await stage.told(coach)
    (verdict,) = decision.verdicts
    envelope = read_envelope(told.headers)
    assert json.loads(told.value) == {"status": "active", "review_month": "2027-01"}
    assert (verdict.recipient, verdict.outcome, verdict.stripped) == (coach, Outcome.REDUCED, ("effective",))
    assert verdict.fields == ("status", "review_month")
    assert (envelope.id, envelope.sequence) == (str(verdict.notification_id), 1)
    assert (told.key.decode(), envelope.subject, envelope.partner) == (person, person, ggz)
    assert dict(told.headers)[POSITION].decode() == await stage.position(event)
    assert dict(told.headers)["schakel_consent"].decode() == str(verdict.consent_id)
    assert (decision.subject, decision.source, decision.source_role) == (person, ggz, Role.GGZ)


async def test_a_field_can_not_be_smuggled_in_twice(stage: Stage) -> None:
    """The bytes that came in are not passed on: what stands twice is said once, and what is stripped stays out."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    twice = b'{"status":"ended","effective":"2026-11-01","status":"active"}'
    same = b'{"status":"ended","status":"active","status":"active"}'
    async with stage.gate():
        events = [await stage.send(person, ggz, body=body) for body in (twice, same)]
        decisions = await stage.decisions(*events)
    assert [one.fields for decision in decisions for one in decision.verdicts] == [("status",)] * 2, "what it had"
    assert [record.value for record in await stage.told(coach)] == [b'{"status":"active"}'] * 2


async def test_numbers_have_no_gap_over_a_restart(stage: Stage) -> None:
    """For each person and recipient, whatever else is decided in between."""
    ggz, coach, linde = stage.partner(Role.GGZ), stage.partner(Role.JOB), stage.partner(Role.DAY)
    await stage.open()
    ann, bob = stage.person(), stage.person()
    await stage.allow(ann, coach, linde)
    await stage.allow(bob, coach)
    for _ in range(3):
        async with stage.gate():
            outputs = Outputs()
            events = [stage.event(outputs, person, ggz) for person in (ann, bob, ann)]
            await stage.write(outputs)
            await stage.decisions(*events)
    told = await stage.told(coach)
    assert sequences(told, ann) == [1, 2, 3, 4, 5, 6]
    assert sequences(told, bob) == [1, 2, 3]
    assert sequences(await stage.told(linde), ann) == [1, 2, 3, 4, 5, 6]


async def test_an_event_that_was_seen_before_is_dropped(stage: Stage) -> None:
    """The same source record once more, or an older one, also after a restart: what comes next is decided."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    source = f"raw.{ggz}.fhir_care_plan/0"
    first, second, third, fourth = ({POSITION: f"{source}/{at}".encode()} for at in ("10/0", "10/1", "11/0", "12/0"))
    async with stage.gate():
        told = [await stage.send(person, ggz, headers=headers) for headers in (first, second)]
        dropped = [await stage.send(person, ggz, headers=headers) for headers in (second, first)]
        told.append(await stage.send(person, ggz, headers=third))
        await stage.decisions(*told)
    async with stage.gate():
        dropped += [await stage.send(person, ggz, headers=headers) for headers in (third, first)]
        told.append(await stage.send(person, ggz, headers=fourth))
        decisions = await stage.decisions(*told)
    assert len(decisions) == 4
    assert sequences(await stage.told(coach), person) == [1, 2, 3, 4]
    known = [str(decision.event_id) for decision in await stage._decisions()]
    assert not set(known) & set(dropped)


class Doubtful(Writer):
    """A writer whose first commit with outputs breaks off after everything was sent."""

    def __init__(self, stage: Stage, broken: list[int]) -> None:
        super().__init__(stage.ground.cluster, stage.pipe_name)
        producer: Any = self._producer
        commit = producer.commit_transaction

        async def doubtful() -> None:
            broken.append(1)
            if len(broken) == 1:
                raise KafkaTimeoutError
            await commit()

        producer.commit_transaction = doubtful


async def test_decision_and_notification_are_one(stage: Stage) -> None:
    """A transaction that was broken off leaves neither of them, nor a number; the next has both, once."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person = stage.person()
    await stage.allow(person, coach)
    broken: list[int] = []
    async with stage.gate(lambda: Doubtful(stage, broken)):
        event = await stage.send(person, ggz)
        decisions = await stage.decisions(event)
    assert len(broken) == 2
    assert len(decisions) == 1
    assert sequences(await stage.told(coach), person) == [1]
    for topic, key in (
        (topics.notify(coach), person),
        (topics.AUDIT, person),
        (topics.STATE_GATE, f"sequence/{person}"),
    ):
        attempts = await stage.ground.read(topic, isolation="read_uncommitted")
        kept = await stage.ground.read(topic)
        assert [record.key for record in attempts].count(key.encode()) == 2, topic
        assert [record.key for record in kept].count(key.encode()) == 1, topic


async def test_a_withdrawal_that_was_acknowledged_is_seen(stage: Stage) -> None:
    """Written before the event, and never missed: twenty persons, each at another moment of the loop."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    persons = [stage.person() for _ in range(20)]
    outputs = Outputs()
    for person in persons:
        outputs.rows.setdefault((topics.REGISTRY, stage.partition), []).extend(
            stage.registry(person, coach).rows[topics.REGISTRY, stage.partition]
        )
    await stage.write(outputs)
    events = []
    async with stage.gate():
        for person in persons:
            await stage.write(stage.registry(person, coach, withdrawn_at="2026-11-24T08:00:00Z"))
            events.append(await stage.send(person, ggz))
        decisions = await stage.decisions(*events)
    found = [verdict.reason for decision in decisions for verdict in decision.verdicts if verdict.recipient == coach]
    assert found == [Reason.CONSENT_WITHDRAWN] * 20
    assert await stage.told(coach) == []


async def test_an_open_withdrawal_is_waited_for(stage: Stage) -> None:
    """It stands on the log and is not committed: the event is decided after it, as it then is."""
    ggz, coach = stage.partner(Role.GGZ), stage.partner(Role.JOB)
    await stage.open()
    person, other = stage.person(), stage.person()
    await stage.allow(person, coach)
    await stage.allow(other, coach)
    async with stage.gate():
        await stage.decisions(await stage.send(other, ggz))
        producer = stage.ground.cluster.producer(f"{stage.ground.name}-registry")
        await producer.start()
        try:
            async with producer.transaction():
                withdrawn = stage.registry(person, coach, withdrawn_at="2026-11-24T08:00:00Z")
                for (topic, partition), rows in withdrawn.rows.items():
                    for key, value, _ in rows:
                        await producer.send_and_wait(topic, value, key, partition)
                event = await stage.send(person, ggz)
        finally:
            await producer.stop()
        (decision,) = await stage.decisions(event)
    assert [verdict.reason for verdict in decision.verdicts if verdict.recipient == coach] == [Reason.CONSENT_WITHDRAWN]
    assert sequences(await stage.told(coach), person) == []


async def test_the_sender_hears_who_was_not_told(stage: Stage) -> None:
    """Of each on its own, with what would help; not of one whom no consent names, and no other partner hears it."""
    ggz, coach, linde, baas = (stage.partner(role) for role in (Role.GGZ, Role.JOB, Role.DAY, Role.EMP))
    await stage.open()
    person = stage.person()
    for party in (coach, linde):
        await stage.allow(person, party, purposes=("benefit_continuity",))
    relation_only = stage.registry(person, baas)
    relation_only.rows[topics.REGISTRY, stage.partition].pop(0)
    await stage.write(relation_only)
    async with stage.gate():
        event = await stage.send(person, ggz)
        (decision,) = await stage.decisions(event)
    heard = await stage.told(ggz)
    said = [json.loads(record.value) for record in heard]
    assert [(one["recipient"], one["reason"], one["stage"]) for one in said] == [
        (coach, "no_consent", "decision"),
        (linde, "no_consent", "decision"),
    ]
    assert {one["event_id"] for one in said} == {event}
    assert len({dict(record.headers)[POSITION] for record in heard}) == 2
    assert sequences(heard, person) == [1, 2]
    assert [await stage.told(party) for party in (coach, linde, baas)] == [[], [], []]
    denied = {verdict.recipient for verdict in decision.verdicts if verdict.outcome is Outcome.DENY}
    assert denied == {coach, linde, baas}
