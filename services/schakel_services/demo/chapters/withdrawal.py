"""Chapter 6: a consent is withdrawn while updates flow and one partner's system is slow (F40, R11, G5)."""

import asyncio
from uuid import UUID

import httpx

from schakel_contracts.codes import Category, Outcome, Purpose, Reason, ReceiptOutcome
from schakel_services.chain.model import Partner
from schakel_services.demo.cast import CARE_PLAN, CONSENT
from schakel_services.demo.chapters.events import the
from schakel_services.demo.expectations import StoryStopped
from schakel_services.demo.happened import Happened
from schakel_services.demo.partner_system import Answer
from schakel_services.demo.receivers import Received
from schakel_services.demo.records.care_plan import DAILY, WEEKLY, Plan, file_with_episode, file_with_plan
from schakel_services.demo.records.consent import Consent
from schakel_services.demo.stage import Stage
from schakel_services.demo.stream import Stream
from schakel_services.demo.withdrawals import Withdrawal, begun_after

TITLE = "6 · Toestemming ingetrokken, midden in de stroom · dossier 5"
MEANING = (
    "De begeleiding verandert keer op keer, en het systeem van de jobcoach is traag. Dan trekt de persoon de "
    "toestemming in. Zodra dat bevestigd is vertrekt er niets meer, ook niet wat al klaarstond."
)
BEFORE, QUEUED, AFTER = 3, 6, 5
"""Updates until the slow system holds one, that wait behind it at the withdrawal, and that follow upon it."""

HELD_S = 30.0


class Slow:
    """A partner's system that takes all its time over one update of one person."""

    def __init__(self, own_number: str, nth: int) -> None:
        self.reached = asyncio.Event()
        self.released = asyncio.Event()
        self._subject = f"|{own_number}"
        self._left = nth

    async def __call__(self, received: Received) -> int:
        """Answer at once, but for that one update."""
        is_update = received.event["type"] == "nl.schakel.support_level.changed.v1"
        if is_update and received.event["subject"].endswith(self._subject):
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                await self.released.wait()
        return httpx.codes.NO_CONTENT

    async def holds(self) -> None:
        """Return once it holds the update."""
        try:
            await asyncio.wait_for(self.reached.wait(), HELD_S)
        except TimeoutError:
            raise StoryStopped("an update at the slow system") from None


async def play(stage: Stage) -> None:
    """Withdraw while it flows."""
    cast, dossier = stage.cast, stage.dossiers[4]
    consent, consent_id = await _begin(stage)
    slow = Slow(dossier.own_number(cast.job.id), BEFORE)
    stage.receivers.manners[cast.job.id] = slow
    stream = Stream(lambda number: _update(stage, number))
    stream.start()
    try:
        await slow.holds()
        await _others_go_on(stage, slow)
        await stream.reach(BEFORE + QUEUED)
        answer = await stage.system(cast.ggz).post(CONSENT, consent.withdrawn(stage.now()).record())
        withdrawal = Withdrawal(consent_id, answer.at)
        stage.withdrawals.append(withdrawal)
        stage.narrator.sent(cast.ggz.id, "een intrekking", f"bevestigd met {answer.status}, terwijl de stroom doorgaat")
        await stream.reach(len(stream.events) + AFTER)
    finally:
        slow.released.set()
        del stage.receivers.manners[cast.job.id]
        await stream.stop()
    stopped = the("consent.withdrawn", await stage.follow(answer.events))
    updates = [stage.seen(await stage.witness.settled(event)) for event in stream.events]
    _look(stage, withdrawal, stopped, updates)


async def _begin(stage: Stage) -> tuple[Consent, UUID]:
    cast, dossier = stage.cast, stage.dossiers[4]
    for partner in (cast.job, cast.day):
        record = file_with_episode(dossier, partner.id, stage.now())
        await stage.post(partner, CARE_PLAN, record, "een traject")
    consent = Consent(
        id="toestemming-5",
        dossier=dossier,
        recipients=(cast.job, cast.day),
        categories=(Category.SUPPORT_LEVEL,),
        purposes=(Purpose.SUPPORT_SCALING,),
        sources=(cast.ggz,),
        given=stage.now(),
    )
    granted = the("consent.granted", await stage.post(cast.ggz, CONSENT, consent.record(), "een toestemming"))
    plan = Plan(dossier, cast.ggz.id, stage.now(), WEEKLY)
    await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan), "een zorgplan")
    # As the job coach knows it: from its own notice that there is a consent.
    return consent, UUID((granted.data(cast.job.id) or {})["consent_id"])


async def _update(stage: Stage, number: int) -> Answer:
    ggz = stage.cast.ggz
    plan = Plan(stage.dossiers[4], ggz.id, stage.now(), WEEKLY if number % 2 else DAILY)
    return await stage.system(ggz).post(CARE_PLAN, file_with_plan(plan))


async def _others_go_on(stage: Stage, slow: Slow) -> None:
    """Somebody else's update reaches the same slow system while it holds this person's."""
    cast = stage.cast
    plan = Plan(stage.dossiers[0], cast.ggz.id, stage.now(), DAILY)
    found = await stage.post(cast.ggz, CARE_PLAN, file_with_plan(plan), "intussen een zorgplan van dossier 1")
    stage.expectations.that(
        "Een traag bericht over de een houdt dat over een ander niet op",
        holds=the("support_level.changed", found).told(cast.job.id) is not None and not slow.released.is_set(),
    )


def _look(stage: Stage, withdrawal: Withdrawal, stopped: Happened, updates: list[Happened]) -> None:
    cast, that = stage.cast, stage.expectations.that
    for partner in (cast.job, cast.day):
        stop = stopped.data(partner.id) or {}
        that(f"{partner.name} krijgt een stopbericht", holds=stop.get("consent_id") == str(withdrawal.consent_id))
        told, withheld, denied = _ends(updates, partner)
        stage.narrator.say(
            f"{partner.name}: {told} gehoord, {withheld} tegengehouden vlak voor vertrek, {denied} al eerder niet"
        )
        that(f"{partner.name} hoorde er van voor de intrekking", holds=told >= 1)
        that(f"Voor {partner.name} houdt de poort na de intrekking alles tegen", holds=denied >= 1)
        that(f"Elk bericht aan {partner.name} komt ergens terecht", holds=told + withheld + denied == len(updates))
    that("Wat bij het trage systeem klaarstond vertrekt niet meer", holds=_ends(updates, cast.job)[1] >= QUEUED - 1)
    heard = [each["reason"] for update in updates for each in update.sender_heard()]
    that(f"{cast.ggz.name} hoort waarom", holds=bool(heard) and set(heard) == {Reason.CONSENT_WITHDRAWN})
    late = begun_after(
        withdrawal, (u.decision for u in updates), stage.witness.receipts.values(), stage.everything_received()
    )
    that("Na de bevestiging van de intrekking begint geen bezorging meer", holds=not late)


def _ends(updates: list[Happened], partner: Partner) -> tuple[int, int, int]:
    """Count what one partner was told, what was withheld at the second check, and what the gate denied."""
    verdicts = [(update, update.verdict(partner.id)) for update in updates]
    outcomes = [update.outcome(verdict) for update, verdict in verdicts if verdict]
    denied = [v for _, v in verdicts if v and v.outcome is Outcome.DENY and v.reason is Reason.CONSENT_WITHDRAWN]
    return outcomes.count(ReceiptOutcome.DELIVERED), outcomes.count(ReceiptOutcome.WITHHELD), len(denied)
