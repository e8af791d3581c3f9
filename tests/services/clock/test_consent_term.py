"""A consent that runs out is said beforehand and at its end, on a real Kafka; one that is withdrawn is not."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from schakel_contracts.codes import Category, ConsentForm, Purpose
from schakel_contracts.consent import Recipient
from schakel_contracts.consent_term import ConsentExpired, ConsentExpiring
from schakel_contracts.registry import ConsentRecord, ExitRecord
from schakel_services.clock.leaving import LEFT
from schakel_services.clock.testing.stage import BEGIN, Stage


def consent(identity: UUID, **changed: object) -> ConsentRecord:
    """Return a consent that was given at the beginning, for a year (R10)."""
    given: dict[str, object] = {
        "id": identity,
        "form": ConsentForm.WRITTEN,
        "purposes": (Purpose.JOB_COACHING,),
        "categories": (Category.CARE_PLAN_STATUS,),
        "recipients": (Recipient(party="coach"),),
        "granted_at": BEGIN,
        "collected_by": "ggz",
    }
    return ConsentRecord.model_validate(given | changed)


async def test_a_consent_is_announced_three_times_and_then_expires(stage: Stage) -> None:
    """60, 30 and 7 days before the end that the policy computes, in the morning, from who collected it."""
    person, identity = stage.person(), uuid4()
    await stage.register(person, consent(identity))
    async with stage.clock():
        await stage.settled()
        assert await stage.said(person) == []
        for number, day in enumerate((306, 336, 359, 366), start=1):
            stage.now = BEGIN.replace(hour=12)
            stage.move(days=day)
            await stage.says(person, number)
    found = await stage.said(person)
    assert [getattr(one.event, "days_left", None) for one in found] == [60, 30, 7, None]
    assert [type(one.event) for one in found] == [ConsentExpiring] * 3 + [ConsentExpired]
    assert {one.envelope.partner for one in found} == {"ggz"}
    assert [one.envelope.time for one in found] == [
        "2026-11-06T07:00:00+00:00",
        "2026-12-06T07:00:00+00:00",
        "2026-12-29T07:00:00+00:00",
        "2027-01-05T09:00:00+00:00",
    ]
    numbers = [int(one.position.split("/")[2]) for one in found]
    assert numbers == sorted(set(numbers))


async def test_a_withdrawn_consent_says_nothing(stage: Stage) -> None:
    """Its timers are gone from the log, and none is set again."""
    person, other = stage.person(), stage.person()
    identity = uuid4()
    await stage.register(person, consent(identity))
    async with stage.clock():
        await stage.settled()
        assert list(await stage.timers(person)) == [f"consent/{identity}"]
        await stage.register(person, consent(identity, withdrawn_at=BEGIN))
        await stage.settled()
        assert await stage.timers(person) == {}
        stage.move(days=400)
        await stage.register(other, consent(uuid4(), granted_at=datetime(2026, 3, 1, tzinfo=UTC)))
        await stage.says(other, 1)
    assert await stage.said(person) == []


async def test_a_clock_that_was_away_says_the_latest_only(stage: Stage) -> None:
    """Not three letters on one day, also where it never ran while they were due."""
    person = stage.person()
    async with stage.clock():
        await stage.register(person, consent(uuid4()))
        await stage.settled()
    stage.move(days=362)
    async with stage.clock():
        found = await stage.says(person, 1)
        stage.move(days=10)
        found = await stage.says(person, 2)
    assert [getattr(one.event, "days_left", None) for one in found] == [7, None]


async def test_a_withdrawal_that_was_acknowledged_before_the_end_is_always_seen(stage: Stage) -> None:
    """A clock that comes back after both reads the withdrawal first, whatever else is due."""
    people = [stage.person() for _ in range(20)]
    identities = [uuid4() for _ in people]
    async with stage.clock():
        for person, identity in zip(people, identities, strict=True):
            await stage.register(person, consent(identity))
        await stage.settled()
    for person, identity in zip(people[1:], identities[1:], strict=True):
        await stage.register(person, consent(identity, withdrawn_at=BEGIN))
    stage.move(days=366)
    async with stage.clock():
        await stage.says(people[0], 1)
        await stage.settled()
    assert [len(await stage.said(person)) for person in people] == [1] + [0] * 19


async def test_nothing_is_said_of_who_has_left(stage: Stage) -> None:
    """Every timer of the person is silent, and after a year gone (R28)."""
    person, other = stage.person(), stage.person()
    async with stage.clock():
        await stage.register(person, consent(uuid4()), consent(uuid4()))
        await stage.register(other, consent(uuid4()))
        await stage.settled()
        assert len(await stage.timers(person)) == 2
        await stage.register(person, ExitRecord(id=uuid4(), since=BEGIN))
        await stage.settled()
        assert max(await stage.timers(person)) == LEFT
        stage.move(days=370)
        await stage.says(other, 1)
    assert await stage.said(person) == []
    assert await stage.timers(person) == {}


async def test_an_exit_by_mistake_undoes_nothing(stage: Stage) -> None:
    """Also over a restart: its timers stand on the log, and go on where they were."""
    person, exited = stage.person(), ExitRecord(id=uuid4(), since=BEGIN)
    async with stage.clock():
        await stage.register(person, consent(uuid4()))
        await stage.register(person, exited)
        await stage.settled()
    stage.move(days=330)
    async with stage.clock():
        await stage.settled()
        assert await stage.said(person) == []
        later = {"since": datetime(2999, 1, 1, tzinfo=UTC), "planned": True}
        await stage.register(person, exited.model_copy(update=later))
        await stage.says(person, 1)
    assert LEFT not in await stage.timers(person)
