"""Chapter 3: a trial placement begins (F14, F16)."""

from datetime import timedelta

from schakel_contracts.codes import Category, PlacementKind, Purpose, Reason
from schakel_contracts.envelope import MASKED_SOURCE
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT, PLACEMENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.happened import Happened
from schakel_services.demo.records.assignment import Assignment
from schakel_services.demo.records.benefit import WW, social_assistance, uwv_income
from schakel_services.demo.records.care_plan import file_with_episode
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.stage import Stage

TITLE = "3 · Een proefplaatsing begint · dossier 3"
MEANING = (
    "De jobcoach meldt een proefplaatsing. UWV hoort het volgens de wet, de werkgever hoort wat over de eigen plek "
    "gaat, de ggz-instelling alleen met toestemming. De gemeente mag ernaar vragen, en hoort het niet vanzelf."
)


async def play(stage: Stage) -> None:
    """A job coach reports a trial placement."""
    cast, dossier = stage.cast, stage.dossiers[2]
    await stage.post(cast.uwv, BENEFIT, uwv_income(dossier, WW, stage.now()), "een antwoord over inkomsten")
    await stage.post(cast.inc, BENEFIT, social_assistance(dossier, stage.now()), "een antwoord over bijstand")
    await stage.post(cast.ggz, CARE_PLAN, file_with_episode(dossier, cast.ggz.id, stage.now()), "een behandelepisode")
    consent = Consent(
        id="toestemming-3",
        dossier=dossier,
        recipients=(cast.ggz,),
        categories=(Category.PLACEMENT,),
        purposes=(Purpose.PLACEMENT_ALIGNMENT,),
        sources=(cast.job,),
        given=stage.now(),
    )
    await stage.post(cast.ggz, CONSENT, consent.record(), "een toestemming om zelf over werk te horen")
    start = stage.now().date()
    trial = Assignment(
        dossier=dossier,
        supplier=cast.job,
        customer=cast.emp,
        kind=PlacementKind.TRIAL,
        start=start,
        expected_end=start + timedelta(days=60),
        hours=16,
    )
    found = await stage.post(cast.job, PLACEMENT, trial.record(), "een proefplaatsing")
    _look(stage, the("placement.started", found), trial)


def _look(stage: Stage, event: Happened, trial: Assignment) -> None:
    cast, that = stage.cast, stage.expectations.that
    end = trial.expected_end.isoformat() if trial.expected_end else None
    terms = {"kind": "trial", "start": trial.start.isoformat(), "hours_band": "h12_24", "expected_end": end}
    whole = terms | {"employer": cast.emp.id}
    verdict = event.verdict(cast.uwv.id)
    that(
        f"{cast.uwv.name} hoort van de plaatsing op grond van de wet",
        holds=_told(event, cast.uwv.id) == whole and verdict is not None and verdict.basis == ("S:SUWI54-10",),
    )
    told = event.told(cast.emp.id) or {}
    that(
        f"{cast.emp.name} hoort van de eigen plek, niet van wie",
        holds=_told(event, cast.emp.id) == whole and told.get("source") == MASKED_SOURCE,
    )
    that(
        f"{cast.ggz.name} hoort met toestemming van het werk, niet bij welke werkgever",
        holds=_told(event, cast.ggz.id) == terms,
    )
    that(
        f"{cast.inc.name} hoort niets: dat mag alleen op verzoek",
        holds=event.told(cast.inc.id) is None and event.reason(cast.inc.id) is Reason.NO_REQUEST,
    )


def _told(event: Happened, partner: str) -> dict[str, object]:
    """Return what was told, without the reference of the placement."""
    return {name: value for name, value in (event.data(partner) or {}).items() if name != "placement_ref"}
