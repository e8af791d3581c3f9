"""What is of one record stays with that record: the others of its partner, and other partners, go on."""

import json
from typing import Any

import httpx

from schakel_services.intake.testing.stage import Stage, patient, plan, somebody

MEMBERS = 9_000


def team(first: int) -> list[dict[str, Any]]:
    """Return a care team of many organisations."""
    system = "https://schakel.example/partner"
    return [{"identifier": {"system": system, "value": f"p{number}"}} for number in range(first, first + MEMBERS)]


async def test_a_record_that_grows_without_end_stops_nobody(stage: Stage) -> None:
    """Over HTTP, on the topic, and after a restart: it is refused, and what comes behind it is taken."""
    bsn = somebody()
    async with stage.intake() as intake:
        for first in (0, MEMBERS):
            answer = await stage.post(intake, plan(bsn, careTeam=team(first)))
            assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
            assert answer.json()["errors"] == [{"field": "record", "rule": "too_much"}]
        assert (await stage.post(intake, plan(bsn))).status_code == httpx.codes.ACCEPTED
        await stage.put(json.dumps(plan(bsn, id="plan-2", careTeam=team(0))).encode())
        await stage.put(json.dumps(plan(bsn, id="plan-3")).encode())
        await stage.plans(2)
    async with stage.intake() as intake:
        assert (await stage.post(intake, plan(bsn, id="plan-4"))).status_code == httpx.codes.ACCEPTED
        assert len(await stage.refusals(3)) == 3


async def test_a_corrected_number_is_the_right_persons_after_a_restart(stage: Stage) -> None:
    """Of whichever person the partition is read first."""
    pairs = [(somebody(), somebody(), f"C-{number}") for number in range(8)]
    async with stage.intake() as intake:
        for wrong, right, number in pairs:
            for bsn in (wrong, right):
                answer = await stage.post(intake, patient(bsn, number))
                assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    async with stage.intake() as intake:
        for _, _, number in pairs:
            await stage.post(intake, plan(number, id=f"plan-{number}"))
        found = {dict(event.headers)["ce_subject"].decode() for event in await stage.plans(len(pairs))}
    assert found == {stage.pseudonym(right) for _, right, _ in pairs}
