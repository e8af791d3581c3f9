"""Wire the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pydantic import BaseModel

from schakel_contracts.decision import Decision
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import (
    AgeRecord,
    ConsentRecord,
    ExitRecord,
    RelationRecord,
    RepresentationRecord,
    TrajectoryRecord,
)
from schakel_services.chain.load import load_chain
from schakel_services.chain.policy import chain_policy
from schakel_services.clock.days import day_of
from schakel_services.clock.deliveries import Term
from schakel_services.clock.event_rules import EVENT_RULES
from schakel_services.clock.kinds import SAYS
from schakel_services.clock.step import INPUTS, ClockSetup, ClockStep
from schakel_services.clock.turn import Chain
from schakel_services.runtime import topics
from schakel_services.runtime.frame import Frame, declare, frame
from schakel_services.runtime.group import GroupRunner
from schakel_services.runtime.health import Health
from schakel_services.runtime.moved_clock import moved
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.watermark import Watermarks

REGISTRY: tuple[type[BaseModel], ...] = (
    ConsentRecord,
    RelationRecord,
    RepresentationRecord,
    AgeRecord,
    TrajectoryRecord,
    ExitRecord,
)


def build(settings: Settings) -> Frame:
    """Return the clock of one chain; copies of it share the partitions among them."""
    chain = load_chain(settings.chain_file)
    now = moved(settings, lambda: datetime.now(UTC))
    policy = chain_policy(chain, day_of(now()))
    known = Chain(
        roles={partner.id: partner.role for partner in chain.partner},
        oins={partner.id: partner.oin for partner in chain.partner},
        terms={row.id: Term(row.time_class, row.sooner.cases()) for row in policy.rows.values()},
    )
    health = Health()

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        watermarks = Watermarks(settings.cluster)
        await watermarks.start()

        def step(number: int) -> ClockStep:
            return ClockStep(ClockSetup(settings.cluster, watermarks, known, runner.position, now), number)

        runner = GroupRunner(settings.cluster, "clock", INPUTS, step, health)
        await runner.start()
        try:
            yield
        finally:
            await runner.stop()
            await watermarks.close()

    broker = declare(
        "clock",
        reads=[(topics.EVENTS, model) for model in sorted(EVENT_RULES, key=lambda model: model.type)]
        + [(topics.REGISTRY, model) for model in REGISTRY]
        + [(topics.AUDIT, Decision), (topics.RECEIPTS, Receipt)],
        writes=[(topics.EVENTS, model) for model in SAYS],
    )
    return frame("clock", broker, health, run)
