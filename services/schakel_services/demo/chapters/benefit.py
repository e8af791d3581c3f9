"""Chapter 4: a benefit changes; care hears of it with written consent only (F20, R5)."""

from datetime import timedelta

from schakel_contracts.codes import Category, ConsentForm, Purpose, Reason, Remedy
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.records.benefit import WW, social_assistance, uwv_income
from schakel_services.demo.records.care_plan import file_with_episode
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.stage import Stage

TITLE = "4 · Een uitkering verandert · dossier 4"
MEANING = (
    "UWV en gemeente horen van elkaar volgens de wet. Wat hun administratie verlaat naar de zorg vraagt een "
    "schriftelijke toestemming: een digitale is niet genoeg."
)


async def play(stage: Stage) -> None:
    """A benefit is granted, and later ends; in between the consent is put in writing."""
    cast, dossier, that = stage.cast, stage.dossiers[3], stage.expectations.that
    await stage.post(cast.ggz, CARE_PLAN, file_with_episode(dossier, cast.ggz.id, stage.now()), "een behandelepisode")
    await stage.post(cast.inc, BENEFIT, social_assistance(dossier, stage.now()), "een antwoord over bijstand")
    await _consent(stage, "toestemming-4a", ConsentForm.DIGITAL, "een digitale toestemming")
    found = await stage.post(cast.uwv, BENEFIT, uwv_income(dossier, WW, stage.now()), "een antwoord over inkomsten")
    granted = the("benefit_status.changed", found)
    verdict = granted.verdict(cast.ggz.id)
    that(
        f"{cast.ggz.name} hoort niets zonder schriftelijke toestemming, en dat is uit te leggen",
        holds=granted.told(cast.ggz.id) is None
        and verdict is not None
        and (verdict.reason, verdict.remedy) == (Reason.NOT_WRITTEN, Remedy.ASK_WRITTEN_CONSENT),
    )
    that(f"{cast.uwv.name} hoort niet dat er een ggz-instelling is", holds=granted.sender_heard() == [])
    that(
        f"{cast.inc.name} hoort op grond van de wet dat de WW is toegekend",
        holds=(granted.data(cast.inc.id) or {}).get("status") == "granted",
    )
    await _consent(stage, "toestemming-4b", ConsentForm.WRITTEN, "een schriftelijke toestemming")
    last = stage.now().date() - timedelta(days=3)
    await stage.system(cast.uwv).put(BENEFIT, uwv_income(dossier, WW, stage.now(), last))
    stage.narrator.sent(cast.uwv.id, "een nieuwer antwoord", "versleuteld op het eigen Kafka-onderwerp")
    found = await stage.follow_without_answer(cast.uwv, dossier, "benefit_status.changed", nth=2)
    for partner in (cast.ggz, cast.inc):
        that(
            f"{partner.name} hoort dat de WW is geëindigd, en nooit een bedrag",
            holds=the("benefit_status.changed", found).data(partner.id)
            == {
                "benefit_kind": "ww",
                "status": "ended",
                "effective": (last + timedelta(days=1)).isoformat(),
                "contact": "UWV",
            },
        )


async def _consent(stage: Stage, name: str, form: ConsentForm, what: str) -> None:
    cast = stage.cast
    consent = Consent(
        id=name,
        dossier=stage.dossiers[3],
        recipients=(cast.ggz,),
        categories=(Category.BENEFIT_KIND_STATUS,),
        purposes=(Purpose.BENEFIT_CONTINUITY,),
        sources=(cast.uwv, cast.inc),
        given=stage.now(),
        form=form,
    )
    await stage.post(cast.ggz, CONSENT, consent.record(), what)
