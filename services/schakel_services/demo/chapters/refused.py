"""Chapter 5: what is wrong is refused with a precise answer, and what is the same changes nothing."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from schakel_contracts.refusal import Refusal
from schakel_services.chain.model import Partner
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, PLACEMENT
from schakel_services.demo.expectations import StoryStopped
from schakel_services.demo.persons import impossible_bsn
from schakel_services.demo.records.care_plan import WEEKLY, Plan, care_plan, file_with_plan
from schakel_services.demo.records.person import by_bsn, patient
from schakel_services.demo.stage import Stage

TITLE = "5 · Een fout bericht, en tweemaal hetzelfde · dossier 1"
MEANING = (
    "Een fout bericht verlaat de partner niet: het antwoord noemt het veld en de regel, nooit de waarde. Hetzelfde "
    "bericht nog eens verandert niets."
)
MOVED_S = 20.0


async def play(stage: Stage) -> None:
    """A wrong BSN, the wrong kind of file, a record that can't be deciphered; then the same plan again, twice."""
    await _wrong_bsn(stage)
    await _wrong_file(stage)
    await _wrong_on_topic(stage)
    await _the_same(stage)


async def _wrong_bsn(stage: Stage) -> None:
    cast, bsn = stage.cast, impossible_bsn()
    plan = Plan(stage.dossiers[0], cast.ggz.id, stage.now(), WEEKLY)
    record = care_plan(plan, by_bsn(bsn)) | {"id": "plan-fout"}
    answer = await stage.system(cast.ggz).post(CARE_PLAN, record)
    problems = [f"{rule} in {name}" for name, rule in answer.errors]
    stage.narrator.sent(cast.ggz.id, "een zorgplan met een onmogelijk BSN", f"geweigerd: {'; '.join(problems)}")
    stage.expectations.that(
        "Een onmogelijk BSN wordt geweigerd, met veld en regel",
        holds=answer.status == httpx.codes.UNPROCESSABLE_ENTITY
        and [rule for _, rule in answer.errors] == ["bsn_invalid"],
    )
    stage.expectations.that("Het antwoord herhaalt het nummer niet", holds=bsn not in answer.body)


async def _wrong_file(stage: Stage) -> None:
    job = stage.cast.job
    lies_at = await stage.system(job).drop(PLACEMENT, "verkeerd.json", patient(stage.dossiers[0], job.id))
    refusal = await _refusal(stage, job, PLACEMENT)
    report = lies_at.parent / "rejected" / f"{lies_at.name}.problem.json"
    await _appeared(report)
    stage.narrator.sent(job.id, "een bestand van een andere soort", f"geweigerd: {_rules(refusal)}")
    stage.expectations.that(
        "Een bestand van een andere soort gaat naar rejected/, met een probleemrapport",
        holds=_rules(refusal) == "unsupported_type" and not lies_at.exists(),
    )


async def _wrong_on_topic(stage: Stage) -> None:
    uwv = stage.cast.uwv
    await stage.system(uwv).put(BENEFIT, b"<geen-suwiml/>")
    refusal = await _refusal(stage, uwv, BENEFIT)
    stage.narrator.sent(uwv.id, "iets anders op het eigen onderwerp", f"in quarantaine: {_rules(refusal)}")
    stage.expectations.that(
        "Wat op een eigen onderwerp niet klopt gaat in quarantaine", holds=_rules(refusal) == "unsupported_type"
    )


async def _the_same(stage: Stage) -> None:
    ggz = stage.cast.ggz
    record: dict[str, Any] = file_with_plan(Plan(stage.dossiers[0], ggz.id, stage.now(), WEEKLY))
    for what in ("het zorgplan van hoofdstuk 1, opnieuw opgeslagen", "precies hetzelfde bericht nog eens"):
        found = await stage.post(ggz, CARE_PLAN, record, what)
        stage.expectations.that("Wat niet veranderde wordt niet gepubliceerd", holds=found == [])


async def _refusal(stage: Stage, partner: Partner, connector: str) -> Refusal:
    def found() -> list[Refusal]:
        return [r for r in stage.witness.refusals if (r.partner, r.connector) == (partner.id, connector)]

    await stage.witness.until(lambda: bool(found()), f"a refusal of {partner.id}")
    return found()[-1]


async def _appeared(path: Path) -> None:
    """Return once a file is there; it is moved after the refusal is on the log, and nobody says when."""
    try:
        async with asyncio.timeout(MOVED_S):
            while not path.exists():  # noqa: ASYNC110, ASYNC240 - a folder on this machine
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise StoryStopped(f"{path.name} in rejected/") from None


def _rules(refusal: Refusal) -> str:
    return "; ".join(error.rule for error in refusal.errors)
