"""Chapter 1: somebody starts, with consent (S3, F39)."""

from schakel_contracts.codes import Category, ConsentForm, Purpose, Reason, Remedy
from schakel_contracts.envelope import MASKED_SOURCE
from schakel_services.demo.cast import BENEFIT, CARE_PLAN, CONSENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.happened import Happened
from schakel_services.demo.records.benefit import WGA, social_assistance, uwv_income
from schakel_services.demo.records.care_plan import WEEKLY, Plan, file_with_episode, file_with_plan
from schakel_services.demo.records.consent import ALL_CHECKS, Consent
from schakel_services.demo.stage import Stage

TITLE = "1 · Start met toestemming · dossier 1"
MEANING = (
    "Elke organisatie meldt vanuit het eigen systeem dat zij betrokken is. De ggz-instelling legt vast wie van de "
    "persoon wat mag weten, en begint met de zorg."
)


async def play(stage: Stage) -> None:
    """Everybody becomes involved, consent is given, care begins."""
    await _become_involved(stage)
    await _consent(stage)
    cast, dossier = stage.cast, stage.dossiers[0]
    plan = Plan(dossier, cast.ggz.id, stage.now(), WEEKLY)
    found = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan), "een zorgplan")
    _look(stage, the("care_plan.status_changed", found), plan)


async def _become_involved(stage: Stage) -> None:
    """Over HTTP, as a file, as an answer in XML, and encrypted on a topic of the partner's own."""
    cast, dossier = stage.cast, stage.dossiers[0]
    await stage.post(cast.job, CARE_PLAN, file_with_episode(dossier, cast.job.id, stage.now()), "een traject")
    record = file_with_plan(Plan(dossier, cast.day.id, stage.now(), WEEKLY))
    await stage.system(cast.day).drop(CARE_PLAN, "nachtelijke-export.json", record)
    stage.narrator.sent(cast.day.id, "een zorgplan", "als bestand in de eigen map")
    await stage.follow_without_answer(cast.day, dossier, "care_plan.status_changed", "support_level.changed")
    await stage.post(cast.inc, BENEFIT, social_assistance(dossier, stage.now()), "een antwoord over bijstand")
    await stage.system(cast.uwv).put(BENEFIT, uwv_income(dossier, WGA, stage.now()))
    stage.narrator.sent(cast.uwv.id, "een antwoord over inkomsten", "versleuteld op het eigen Kafka-onderwerp")
    await stage.follow_without_answer(cast.uwv, dossier, "benefit_status.changed")


async def _consent(stage: Stage) -> None:
    """UWV is named too, but one of the five questions about free will was not answered yes."""
    cast, dossier = stage.cast, stage.dossiers[0]
    whole = Consent(
        id="toestemming-1a",
        dossier=dossier,
        recipients=(cast.job, cast.day, cast.inc),
        categories=(Category.CARE_PLAN_STATUS, Category.SUPPORT_LEVEL),
        purposes=(Purpose.CARE_COORDINATION, Purpose.SUPPORT_SCALING, Purpose.BENEFIT_CONTINUITY),
        sources=(cast.ggz,),
        given=stage.now(),
        form=ConsentForm.WRITTEN,
    )
    lacking = Consent(
        id="toestemming-1b",
        dossier=dossier,
        recipients=(cast.uwv,),
        categories=(Category.CARE_PLAN_STATUS,),
        purposes=(Purpose.REINTEGRATION,),
        sources=(cast.ggz,),
        given=stage.now(),
        checks=ALL_CHECKS[:-1],
    )
    for consent, what in ((whole, "een toestemming"), (lacking, "een toestemming met vier van de vijf keer ja")):
        found = await stage.post(cast.ggz, CONSENT, consent.record(), what)
        granted = the("consent.granted", found)
        for partner in consent.recipients:
            stage.expectations.that(
                f"{partner.name} hoort alleen dat er een toestemming is",
                holds=set(granted.data(partner.id) or ()) == {"consent_id", "valid_from", "valid_until"},
            )


def _look(stage: Stage, event: Happened, plan: Plan) -> None:
    cast, that = stage.cast, stage.expectations.that
    for partner in (cast.job, cast.day):
        that(
            f"{partner.name} hoort dat de zorg loopt, en wanneer zij weer bekeken wordt",
            holds=event.data(partner.id) == {"status": "active", "review_month": plan.review.isoformat()[:7]},
        )
        told = event.told(partner.id) or {}
        number = plan.dossier.own_number(partner.id)
        that(
            f"{partner.name} hoort het onder het eigen cliëntnummer",
            holds=str(told.get("subject")).endswith(f"|{number}"),
        )
    told = event.told(cast.inc.id) or {}
    that(
        f"{cast.inc.name} hoort alleen dat er ondersteuning loopt, niet van wie",
        holds=told.get("data") == {"support_active": True} and told.get("source") == MASKED_SOURCE,
    )
    that(
        f"{cast.uwv.name} hoort niets: de vrijwilligheid is niet vijfmaal vastgesteld",
        holds=event.told(cast.uwv.id) is None and event.reason(cast.uwv.id) is Reason.NOT_FREELY_GIVEN,
    )
    that(f"{cast.emp.name} is niet betrokken en komt nergens voor", holds=event.verdict(cast.emp.id) is None)
    heard = [(each["recipient"], each["reason"], each["remedy"]) for each in event.sender_heard()]
    that(
        f"{cast.ggz.name} hoort wie het niet kreeg, waarom, en wat zou helpen",
        holds=heard == [(cast.uwv.id, Reason.NOT_FREELY_GIVEN, Remedy.COMPLETE_FREELY_GIVEN_CHECK)],
    )
