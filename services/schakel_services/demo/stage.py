"""The stage: the hub with all its services, the partners' own systems around it, and the witness who sees it all."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
from rich.console import Console

from schakel_contracts.decision import Decision
from schakel_contracts.event import PREFIX
from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Chain, Partner, Webhook
from schakel_services.demo.cast import Cast
from schakel_services.demo.expectations import Expectations
from schakel_services.demo.happened import Happened
from schakel_services.demo.local_chain import write_local_chain
from schakel_services.demo.minutes import Minutes
from schakel_services.demo.narrator import Narrator
from schakel_services.demo.outboxes import Outboxes
from schakel_services.demo.partner_system import Answer, Exchange, PartnerSystem
from schakel_services.demo.persons import Dossier, dossiers
from schakel_services.demo.receivers import Received, Receivers
from schakel_services.demo.withdrawals import Withdrawal
from schakel_services.demo.witness import Witness
from schakel_services.hub.hub import Hub
from schakel_services.runtime.keys import Keyring

TAKEN = httpx.codes.ACCEPTED


@dataclass
class Stage:
    """Everything that a chapter needs; ``async with`` builds it up and takes it down again."""

    given_chain: Path
    data: Path
    environment: Mapping[str, str]
    console: Console
    now: Callable[[], datetime]
    expectations: Expectations = field(default_factory=Expectations)
    dossiers: tuple[Dossier, ...] = field(default_factory=dossiers)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    chain: Chain = field(init=False)
    hub: Hub = field(init=False)
    minutes: Minutes = field(init=False)
    narrator: Narrator = field(init=False)
    outboxes: Outboxes = field(init=False)
    receivers: Receivers = field(init=False)
    witness: Witness = field(init=False)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)
    _systems: dict[str, PartnerSystem] = field(init=False, default_factory=dict)

    ahead: timedelta = timedelta()
    """How far the services' clocks run ahead of the machine's."""

    @cached_property
    def cast(self) -> Cast:
        """Return who plays which part in the first chapters; raises ``StoryNeeds``."""
        return Cast.of(self.chain)

    async def __aenter__(self) -> Self:
        """Start everything; what was started is stopped again when the rest does not start."""
        try:
            await self._build()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self._stack.aclose()

    def system(self, partner: Partner) -> PartnerSystem:
        """Return a partner's own system."""
        return self._systems[partner.id]

    def person(self, dossier: Dossier) -> str:
        """Return the pseudonym under which the hub knows somebody."""
        return Keyring(self.data / self.chain.keys).chain().pseudonym(dossier.bsn)

    def handle(self, partner: Partner, dossier: Dossier) -> str:
        """Return the number under which a partner without a right to the BSN is told of somebody (R19)."""
        return Keyring(self.data / self.chain.keys).partner(partner.id).handle(self.person(dossier))

    def move_clock(self, by: timedelta) -> None:
        """Let time go by for every service; the partners' own systems go on at today."""
        self.ahead += by
        self.hub.move_clock(self.ahead)

    async def post(self, partner: Partner, connector: str, record: dict[str, Any] | bytes, what: str) -> list[Happened]:
        """Send a record over HTTP, expect it to be taken, and return what came of it once that has settled."""
        answer = await self.system(partner).post(connector, record)
        self._say_sent(partner, what, answer)
        self.expectations.that(f"{partner.name}: {what} wordt aangenomen", holds=answer.status == TAKEN)
        return await self.follow(answer.events)

    async def settled(self, events: Iterable[UUID]) -> None:
        """Return once all that came of some events has ended, without telling of it."""
        for event_id in events:
            await self.witness.settled(event_id)

    async def follow(self, events: Iterable[UUID]) -> list[Happened]:
        """Return events once all of them have settled, and tell of them."""
        found = []
        for event_id in events:
            happened = self.seen(await self.witness.settled(event_id))
            self.narrator.happened(happened)
            found.append(happened)
        return found

    async def follow_without_answer(
        self, partner: Partner, dossier: Dossier, *types: str, nth: int = 1
    ) -> list[Happened]:
        """Return the ``nth`` event of each type that came of a file, or of a record on a topic: those get no answer."""
        person = self.person(dossier)
        names = [f"{PREFIX}{short}.v1" for short in types]

        def found(name: str) -> list[Decision]:
            return self.witness.find(partner.id, person, name)

        await self.witness.until(
            lambda: all(len(found(name)) >= nth for name in names), f"{', '.join(types)} of {partner.id}"
        )
        return await self.follow([found(name)[nth - 1].event_id for name in names])

    def seen(self, decision: Decision) -> Happened:
        """Return a settled event together with what the partners' own systems got of it."""
        arrived = {}
        for verdict in decision.verdicts:
            if verdict.notification_id is not None:
                found = self.arrived(verdict.recipient, str(verdict.notification_id))
                if found is not None:
                    arrived[verdict.notification_id] = found.event
        return Happened(decision, self.witness.receipts, arrived)

    def arrived(self, partner: str, notification_id: str) -> Received | None:
        """Return a notification as it arrived at a partner, over HTTP or in its folder."""
        for received in self.receivers.received:
            if received.partner == partner and received.id == notification_id:
                return received
        return self.outboxes.find(partner, notification_id)

    def everything_received(self) -> list[Received]:
        """Return all that arrived at any partner, over HTTP and in folders."""
        return [*self.receivers.received, *self.outboxes.received()]

    def _say_sent(self, partner: Partner, what: str, answer: Answer) -> None:
        if answer.status != TAKEN:
            result = "; ".join(f"{rule} in {name}" for name, rule in answer.errors) or f"antwoord {answer.status}"
        elif answer.events:
            result = f"aangenomen, {len(answer.events)} gebeurtenis" + ("sen" if len(answer.events) > 1 else "")
        else:
            result = "aangenomen, niets nieuws"
        self.narrator.sent(partner.id, what, result)

    async def _build(self) -> None:
        enter = self._stack.enter_async_context
        self.data.mkdir(parents=True, exist_ok=True)
        self.minutes = Minutes(self.data / "demo")
        keyring = Keyring(self.data / load_chain(self.given_chain).keys)
        self.receivers = await enter(Receivers(keyring, self.minutes, self.now))
        chain_file = self.data / "chain.toml"
        self.chain = write_local_chain(self.given_chain, chain_file, self.receivers.base)
        self.narrator = Narrator(self.console, self.chain)
        self.outboxes = Outboxes(self.chain, self.data)
        self.hub = await enter(Hub(chain_file, self.data, self.environment, clock_moves=True))
        self.receivers.open_for(p.id for p in self.chain.partner if isinstance(p.channel, Webhook))
        self.witness = await enter(Witness(self.hub.bootstrap))
        await self._open_systems(keyring)

    async def _open_systems(self, keyring: Keyring) -> None:
        producer = self.hub.cluster().plain_producer("demo")
        await producer.start()
        self._stack.push_async_callback(producer.stop)
        client = await self._stack.enter_async_context(httpx.AsyncClient(timeout=40.0, trust_env=False))
        exchange = Exchange(
            intake=self.hub.addresses()["services"]["intake"],
            data=self.data,
            client=client,
            producer=producer,
            partitions=self.chain.partitions,
            minutes=self.minutes,
            now=self.now,
        )
        for partner in self.chain.partner:
            self._systems[partner.id] = PartnerSystem(partner, keyring.partner(partner.id), exchange)
