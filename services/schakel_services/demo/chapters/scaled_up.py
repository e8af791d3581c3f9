"""Chapter 2: support is scaled up; the word behind it goes nowhere (F8, R14)."""

from datetime import timedelta

from schakel_contracts.codes import Category, PlacementKind, Purpose
from schakel_contracts.envelope import MASKED_SOURCE
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT, PLACEMENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.happened import Happened
from schakel_services.demo.records.assignment import Assignment
from schakel_services.demo.records.benefit import social_assistance
from schakel_services.demo.records.care_plan import DAILY, WEEKLY, Plan, file_with_plan
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.stage import Stage

TITLE = "2 · Begeleiding wordt opgeschaald · dossier 2"
MEANING = (
    "Wie al werkt krijgt tijdelijk meer begeleiding. De jobcoach mag dat weten; de inkomensconsulent hoort alleen dat "
    "er tijdelijk iets wordt aangepast, en de werkgever alleen wie te bellen."
)


async def play(stage: Stage) -> None:
    """Somebody who works gets more support."""
    cast, dossier = stage.cast, stage.dossiers[1]
    await _begin(stage)
    before = Plan(dossier, cast.ggz.id, stage.now(), WEEKLY)
    await stage.post(cast.ggz, CARE_PLAN, file_with_plan(before), "een zorgplan met wekelijks contact")
    after = Plan(dossier, cast.ggz.id, stage.now(), DAILY)
    found = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(after), "hetzelfde zorgplan, nu met dagelijks contact")
    _look(stage, the("support_level.changed", found), after)


async def _begin(stage: Stage) -> None:
    cast, dossier = stage.cast, stage.dossiers[1]
    job = Assignment(
        dossier=dossier,
        supplier=cast.job,
        customer=cast.emp,
        kind=PlacementKind.JOB_AGREEMENT,
        start=stage.now().date() - timedelta(days=90),
        expected_end=None,
        hours=24,
    )
    await stage.post(cast.job, PLACEMENT, job.record(), "een plaatsing")
    await stage.post(cast.inc, BENEFIT, social_assistance(dossier, stage.now()), "een antwoord over bijstand")
    consent = Consent(
        id="toestemming-2",
        dossier=dossier,
        recipients=(cast.job, cast.inc, cast.emp),
        categories=(Category.SUPPORT_LEVEL,),
        purposes=(Purpose.SUPPORT_SCALING,),
        sources=(cast.ggz,),
        given=stage.now(),
    )
    await stage.post(cast.ggz, CONSENT, consent.record(), "een toestemming")


def _look(stage: Stage, event: Happened, plan: Plan) -> None:
    cast, that = stage.cast, stage.expectations.that
    review = plan.review.isoformat()
    data = event.data(cast.job.id) or {}
    that(
        f"{cast.job.name} hoort: meer begeleiding, en wanneer dat weer bekeken wordt",
        holds=(data.get("direction"), data.get("review_date")) == ("up", review),
    )
    told = event.told(cast.inc.id) or {}
    that(
        f"{cast.inc.name} hoort alleen van een tijdelijke aanpassing, zonder afzender en soort",
        holds=told.get("data") == {"temporary_adjustment": True, "until": review} and _is_masked(told),
    )
    told = event.told(cast.emp.id) or {}
    that(
        f"{cast.emp.name} hoort alleen: bel de jobcoach",
        holds=told.get("data") == {"contact": "JOB"} and _is_masked(told),
    )
    that(
        f"{cast.emp.name} kent de persoon onder een nummer dat niemand anders heeft",
        holds=str(told.get("subject")).startswith("h1."),
    )


def _is_masked(told: object) -> bool:
    return (
        isinstance(told, dict)
        and told["source"] == MASKED_SOURCE
        and told["type"] == "nl.schakel.support_trajectory.changed.v1"
        and told["prohibiteduse"] == "enforcement"
    )
