"""Play a story: send what it says, wait until it has settled, and look at what arrived where."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from schakel_contracts.envelope import MASKED_SOURCE
from schakel_contracts.event import PREFIX
from schakel_services.chain.model import Partner
from schakel_services.demo.chapters.events import the
from schakel_services.demo.happened import Happened
from schakel_services.demo.records import chain_record
from schakel_services.demo.records.chain_record import CHAIN_RECORD
from schakel_services.demo.stage import TAKEN, Stage
from schakel_services.demo.stories.script import Chapter, Consent, Involve, Outcome, Send, Wait, Withdraw, filled

REFUSED = 422
ANY = "*"


class Player:
    """Plays the chapters of one story on one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._given: dict[str, chain_record.Given] = {}

    async def chapter(self, chapter: Chapter) -> None:
        """Play one chapter, and check after each step what it says."""
        for step in chapter.step:
            if isinstance(step, Send):
                await self._send(step)
            elif isinstance(step, Involve):
                await self._involve(step)
            elif isinstance(step, Consent):
                await self._consent(step)
            elif isinstance(step, Withdraw):
                await self._withdraw(step)
            else:
                await self._wait(step)

    def _partner(self, name: str) -> Partner:
        return self._stage.chain.by_id(name)

    def _names(self, partner: Partner, about: int) -> dict[str, str]:
        """Return how a partner names somebody: by BSN where it may, else by the number that only it has (R18, R19)."""
        return chain_record.named(self._stage, partner, self._stage.dossiers[about - 1])

    async def _send(self, step: Send) -> None:
        partner = self._partner(step.by)
        record = (
            {"type": step.kind, "record": step.record or f"{step.kind}-{step.about}"}
            | self._names(partner, step.about)
            | filled(step.fields, self._stage.now())
        )
        if step.refused:
            answer = await self._stage.system(partner).post(CHAIN_RECORD, record)
            self._stage.narrator.sent(partner.id, step.what, f"geweigerd: {step.refused}")
            rules = {rule for _, rule in answer.errors}
            holds = answer.status == REFUSED and step.refused in rules
            self._stage.expectations.that(f"{partner.name}: {step.what} wordt geweigerd", holds=holds)
            return
        found = await self._sent(partner, step, record)
        wanted = step.event or step.kind
        if any((step.told, step.silent, step.denied, step.masked, step.basis)):
            self._look(the(wanted, found), step)

    async def _sent(self, partner: Partner, step: Send, record: dict[str, Any]) -> list[Happened]:
        stage, wanted = self._stage, step.event or step.kind
        if step.way == "http":
            return await stage.post(partner, CHAIN_RECORD, record, step.what)
        dossier = stage.dossiers[step.about - 1]
        before = len(stage.witness.find(partner.id, stage.person(dossier), f"{PREFIX}{wanted}.v1"))
        if step.way == "file":
            await stage.system(partner).drop(CHAIN_RECORD, f"{record['record']}.json", record)
        else:
            await stage.system(partner).put(CHAIN_RECORD, record)
        stage.narrator.sent(partner.id, step.what, "neergelegd" if step.way == "file" else "op het eigen topic gezet")
        return await stage.follow_without_answer(partner, dossier, wanted, nth=before + 1)

    async def _involve(self, step: Involve) -> None:
        stage, dossier = self._stage, self._stage.dossiers[step.about - 1]
        said = [(name, name) for name in step.partners]
        said += [(step.stated_by, name) for name in step.others if step.stated_by is not None]
        for speaker, name in said:
            partner, other = self._partner(speaker), self._partner(name)
            record = chain_record.relation(stage, partner, dossier, other)
            answer = await stage.system(partner).post(CHAIN_RECORD, record)
            holds = answer.status == TAKEN
            stage.expectations.that(f"{partner.name}: dat {other.name} betrokken is wordt aangenomen", holds=holds)
            if speaker == step.stated_by or name == said[-1][1]:
                await stage.settled(answer.events)
        names = ", ".join(self._partner(name).name for _, name in said)
        stage.narrator.say(f"Bij dossier {step.about} zijn betrokken: {names}")

    async def _consent(self, step: Consent) -> None:
        given = self._given[step.name] = chain_record.Given(step, self._stage.now())
        connector, record = chain_record.consent(self._stage, given)
        found = await self._stage.post(self._partner(step.by), connector, record, "een toestemming")
        others = tuple(name for name in step.recipients if name != step.by)
        self._all_told(the("consent.granted", found), others, "hoort dat er een toestemming is")

    async def _withdraw(self, step: Withdraw) -> None:
        given = self._given[step.name]
        connector, record = chain_record.consent(self._stage, given, withdrawn=True)
        found = await self._stage.post(self._partner(given.consent.by), connector, record, "een intrekking")
        others = tuple(name for name in given.consent.recipients if name != given.consent.by)
        self._all_told(the("consent.withdrawn", found), others, "krijgt een stopbericht")

    def _all_told(self, event: Happened, partners: tuple[str, ...], sentence: str) -> None:
        for name in partners:
            holds = event.told(name) is not None
            self._stage.expectations.that(f"{self._partner(name).name} {sentence}", holds=holds)

    async def _wait(self, step: Wait) -> None:
        stage = self._stage
        dossier = stage.dossiers[step.about - 1]
        before = len(stage.witness.find(step.by, stage.person(dossier), f"{PREFIX}{step.event}.v1"))
        stage.narrator.say(f"{step.days} dagen later", style="italic")
        stage.move_clock(timedelta(days=step.days))
        found = await stage.follow_without_answer(self._partner(step.by), dossier, step.event, nth=before + 1)
        self._look(the(step.event, found), step)

    def _look(self, event: Happened, outcome: Outcome) -> None:
        that = self._stage.expectations.that
        names = {partner.id: partner.name for partner in self._stage.chain.partner}
        now = self._stage.now()
        for name, wanted in outcome.told.items():
            that(
                f"{names[name]} hoort van {event.type} precies wat mag",
                holds=_is_as_told(event.data(name), filled(wanted, now)),
            )
        for name in outcome.masked:
            told = event.told(name) or {}
            that(f"{names[name]} ziet bij {event.type} geen afzender", holds=told.get("source") == MASKED_SOURCE)
        for name in outcome.silent:
            that(f"{names[name]} hoort niets van {event.type}", holds=event.told(name) is None)
        for name, reason in outcome.denied.items():
            holds = event.told(name) is None and event.reason(name) is reason
            that(f"{names[name]} hoort niets van {event.type}: {reason.value}", holds=holds)
        for name, basis in outcome.basis.items():
            verdict = event.verdict(name)
            holds = verdict is not None and verdict.basis == tuple(basis.split())
            that(f"{names[name]} hoort van {event.type} op {basis}", holds=holds)


def _is_as_told(data: dict[str, Any] | None, wanted: dict[str, Any]) -> bool:
    """Compare what arrived with what the story says: every field but references, and no other; ``*`` is any value."""
    if data is None:
        return False
    said = {name: value for name, value in data.items() if not _is_reference(value)}
    return said.keys() == wanted.keys() and all(wanted[name] in (value, ANY) for name, value in said.items())


def _is_reference(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
