"""One intake for each partner: who starts last has it, and who merely stood still comes back."""

import httpx

from schakel_contracts.envelope import read_envelope
from schakel_services.intake.testing.stage import Stage, plan, somebody
from schakel_services.runtime import topics
from schakel_services.runtime.testing.ground import until


async def test_one_that_was_taken_over_stays_down(stage: Stage) -> None:
    """It says so, takes nothing, and does not fence its successor again."""
    async with stage.intake() as earlier:
        first = await stage.post(earlier, plan(somebody()))
        async with stage.intake() as later:
            refused = await stage.post(earlier, plan(somebody()))
            second = await stage.post(later, plan(somebody()))

            async def fenced() -> bool:
                return await earlier.problems() == {f"intake-{stage.partner}": "fenced"}

            await until(fenced)
            still = await stage.post(earlier, plan(somebody()))
            third = await stage.post(later, plan(somebody()))
            assert await fenced()
            assert await later.problems() == {}
    assert [answer.status_code for answer in (first, second, third)] == [httpx.codes.ACCEPTED] * 3
    assert [answer.status_code for answer in (refused, still)] == [httpx.codes.SERVICE_UNAVAILABLE] * 2
    ids = [event for answer in (first, second, third) for event in answer.json()["events"]]
    assert sorted(read_envelope(record.headers).id for record in await stage.everything()) == sorted(ids)


async def test_one_that_was_fenced_by_nobody_comes_back(stage: Stage) -> None:
    """The broker fences a process too that stood still in a transaction: where no other took over, it goes on."""
    bsn = somebody()
    async with stage.intake() as intake:
        await stage.post(intake, plan(bsn))
        fence = stage.ground.cluster.producer(f"intake-{stage.partner}")
        await fence.start()
        await fence.stop()
        refused = await stage.post(intake, plan(bsn, status="on-hold"))
        await intake.ready()
        again = await stage.post(intake, plan(bsn, status="on-hold"))
    assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert (again.status_code, len(again.json()["events"])) == (202, 1)
    assert len(await stage.plans()) == 2


async def test_who_takes_the_records_is_on_the_log(stage: Stage) -> None:
    """Each start writes another name, before it takes anything."""
    for _ in range(2):
        async with stage.intake():
            pass
    versions = await stage.ground.read(topics.versions(stage.partner))
    owners = [record.value for record in versions if record.key == b"owner"]
    assert len(owners) == len(set(owners)) == 2
