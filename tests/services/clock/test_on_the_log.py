"""What the clock makes of events, decisions and receipts on a real Kafka, over restarts."""

from datetime import timedelta
from uuid import UUID, uuid4

from aiokafka import TopicPartition

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome, Role
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.receipt import Receipt
from schakel_contracts.retention import OutreachCompleted, OutreachRequested
from schakel_contracts.terms import OutreachOutcome, Urgency
from schakel_services.clock.deliveries import Term
from schakel_services.clock.step import INPUTS
from schakel_services.clock.testing.stage import OIN, Stage
from schakel_services.runtime import topics
from schakel_services.runtime.health import Progress
from schakel_services.runtime.testing.ground import until
from schakel_services.runtime.writer import Outputs


def request(stage: Stage, ref: UUID) -> OutreachRequested:
    """Return a request to go and see somebody within four days."""
    day = (stage.now + timedelta(days=4)).date()
    return OutreachRequested(request_id=ref, worker="coach", urgency=Urgency.SOON, by_when=day)


def decision(stage: Stage, person: str, notification: UUID) -> Decision:
    """Return a decision of now that told the coach something that must be there in a quarter of an hour."""
    verdict = Verdict(
        recipient="coach", role=Role.JOB, outcome=Outcome.PERMIT, rules=(), row="R", notification_id=notification
    )
    return Decision(
        event_id=uuid4(),
        event_type=CarePlanStatusChanged.type,
        subject=person,
        source="ggz",
        source_role=Role.GGZ,
        decided_at=stage.now,
        policy_version="1.0.0",
        verdicts=(verdict,),
    )


def receipt(stage: Stage, person: str, notification: UUID) -> Receipt:
    """Return what a deliverer says of it."""
    return Receipt(
        notification_id=notification,
        notification_type=CarePlanStatusChanged.type,
        position="events/1/1/0",
        subject=person,
        recipient="coach",
        role=Role.JOB,
        outcome=ReceiptOutcome.DELIVERED,
        attempts=1,
        began_at=stage.now,
        ended_at=stage.now,
    )


async def test_an_answer_that_came_while_the_clock_was_away_is_seen_first(stage: Stage) -> None:
    """It is on the log, unread, when the clock comes back after the term; the other one is overdue, once."""
    answered, waiting = stage.person(), stage.person()
    ref, other = uuid4(), uuid4()
    async with stage.clock():
        await stage.send(answered, "ggz", request(stage, ref))
        await stage.send(waiting, "ggz", request(stage, other))
        await stage.settled()
    stage.move(days=2)
    done = OutreachCompleted(request_id=ref, requester="ggz", outcome=OutreachOutcome.REACHED, at=stage.now)
    await stage.send(answered, "coach", done)
    stage.move(days=10)
    async with stage.clock():
        found = await stage.says(waiting, 1)
    async with stage.clock():
        await stage.settled()
        stage.move(days=60)
        await stage.settled()
    (only,) = found
    assert await stage.said(waiting) == found
    assert isinstance(only.event, AnswerDue)
    assert only.event.overdue
    assert only.envelope.source == f"urn:nld:oin:{OIN}:systeem:ggz"
    assert await stage.said(answered) == []


async def test_what_was_not_delivered_in_time_is_told_in_the_name_of_its_sender(stage: Stage) -> None:
    """With a receipt there is nothing to tell, also where it came while the clock was away."""
    stage.terms["R"] = Term("T15")
    late, there, away = stage.person(), stage.person(), stage.person()
    ids = {person: uuid4() for person in (late, there, away)}
    async with stage.clock():
        await stage.decide(*(decision(stage, person, ids[person]) for person in ids))
        await stage.receive(receipt(stage, there, ids[there]))
        await stage.settled()
        assert list(await stage.timers(late)) == ["deliveries"]
        assert await stage.timers(there) == {}
    await stage.receive(receipt(stage, away, ids[away]))
    stage.move(minutes=15)
    async with stage.clock():
        (told,) = await stage.says(late, 1)
    assert isinstance(told.event, DeliveryNotCompleted)
    assert (told.event.reason, told.event.recipient, told.envelope.partner) == (Reason.TOO_LATE, "coach", "ggz")
    for person in ids:
        assert await stage.timers(person) == {}
    assert await stage.said(there) == await stage.said(away) == []


async def test_positions_go_on_after_a_restart(stage: Stage) -> None:
    """They never go back, so that the gate drops what comes twice and nothing else."""
    people = [stage.person() for _ in range(3)]
    for person in people:
        async with stage.clock():
            await stage.send(person, "ggz", request(stage, uuid4()))
            await stage.settled()
            stage.move(days=6)
            await stage.says(person, 1)
    found = [one for person in people for one in await stage.said(person)]
    numbers = [int(one.position.split("/")[2]) for one in found]
    assert {one.position.rsplit("/", 2)[0] for one in found} == {f"{topics.STATE_CLOCK}/{stage.partition}"}
    assert numbers == list(range(numbers[0], numbers[0] + 3))


async def test_what_can_not_be_read_holds_nobody_up(stage: Stage) -> None:
    """Malformed records; those behind them count."""
    person = stage.person()
    junk = Outputs()
    for topic in (topics.EVENTS, topics.REGISTRY, topics.RECEIPTS):
        for key in (b"k1.x/consent/1",) if topic == topics.REGISTRY else (b"k1.x", None, b"\xff"):
            junk.add(topic, stage.partition, key, b"{", [("ce_type", OutreachRequested.type.encode())])
    async with stage.clock() as progress:
        await stage.write(junk)
        await stage.send(person, "nobody-of-this-chain", request(stage, uuid4()))
        await stage.send(person, "ggz", request(stage, uuid4()))
        await stage.settled()
        assert len(await stage.timers(person)) == 1
        assert progress.problem() is None


async def test_the_clock_says_nothing_before_it_has_read_what_is_on_the_log(stage: Stage) -> None:
    """While a transaction is open on an input, what stands behind it can't be known: it waits."""
    person, ref = stage.person(), uuid4()
    async with stage.clock() as progress:
        await stage.send(person, "ggz", request(stage, ref))
        await stage.settled()
        writer = stage.ground.cluster.producer(f"{stage.ground.name}-open")
        await writer.start()
        try:
            await writer.begin_transaction()
            done = OutreachCompleted(request_id=ref, requester="ggz", outcome=OutreachOutcome.REACHED, at=stage.now)
            await writer.send_and_wait(
                topics.EVENTS,
                done.model_dump_json().encode(),
                key=person.encode(),
                partition=stage.partition,
                headers=_headers(done, person, stage),
            )
            stage.move(days=10)
            other = stage.person()
            await stage.send(other, "ggz", request(stage, uuid4()))
            await turns(progress, 4)
            assert await stage.said(person, isolation="read_uncommitted") == []
            await writer.commit_transaction()
        finally:
            await writer.stop()
        await stage.settled()
        stage.move(days=10)
        await stage.says(other, 1)
    assert await stage.said(person) == []


async def turns(progress: Progress, count: int) -> None:
    """Return when the clock has turned so many times more."""
    for _ in range(count):
        before = progress.last_beat

        async def turned(before: float = before) -> bool:
            return progress.last_beat != before

        await until(turned)


def _headers(event: OutreachCompleted, person: str, stage: Stage) -> list[tuple[str, bytes]]:
    return stage.envelope(event, person, "coach").to_headers("raw.coach.test/0/999999/0")


def test_a_partition_has_every_input() -> None:
    """What sets timers, what ends them, and what answers."""
    assert {TopicPartition(topic, 1).topic for topic in INPUTS} == {"events", "registry", "audit", "receipts"}
