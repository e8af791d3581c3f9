"""Wire the gate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.decision import Decision
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.receipt import Receipt
from schakel_services.chain.load import load_chain
from schakel_services.chain.policy import chain_policy
from schakel_services.gate.step import GateSetup, GateStep
from schakel_services.runtime import topics
from schakel_services.runtime.frame import Frame, declare, frame
from schakel_services.runtime.group import GroupRunner
from schakel_services.runtime.health import Health
from schakel_services.runtime.log import log
from schakel_services.runtime.moved_clock import moved
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.watermark import Watermarks


def build(settings: Settings) -> Frame:
    """Return the gate of one chain; copies of it share the partitions among them."""
    chain = load_chain(settings.chain_file)
    now = moved(settings, lambda: datetime.now(UTC))
    policy = chain_policy(chain, now().astimezone(AMSTERDAM).date())
    health = Health()

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        if not policy.signed:
            log.warning("policy_not_signed", version=policy.version)
        watermarks = Watermarks(settings.cluster)
        await watermarks.start()
        parties = {p.id: p.addressee() for p in chain.partner}
        setup = GateSetup(
            cluster=settings.cluster,
            watermarks=watermarks,
            policy=policy,
            sources=parties,
            recipients={p.id: parties[p.id] for p in chain.partner if p.channel is not None},
            partitions=chain.partitions,
            now=now,
        )
        runner = GroupRunner(
            settings.cluster, "gate", (topics.EVENTS, topics.RECEIPTS), lambda n: GateStep(setup, n), health
        )
        await runner.start()
        try:
            yield
        finally:
            await runner.stop()
            await watermarks.close()

    broker = declare(
        "gate",
        reads=[(topics.EVENTS, model) for model in EVENTS.values()] + [(topics.RECEIPTS, Receipt)],
        writes=[("notify.{partner}", model) for model in EVENTS.values()] + [(topics.AUDIT, Decision)],
    )
    return frame("gate", broker, health, run)
