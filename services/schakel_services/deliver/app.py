"""Wire the deliverer: one pipe for each partner that is told anything."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import TopicPartition

from schakel_contracts.catalogue import EVENTS
from schakel_contracts.policy.civil_time import AMSTERDAM
from schakel_contracts.policy.model import Policy
from schakel_contracts.receipt import Receipt
from schakel_contracts.refusal import Refusal
from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Chain, Partner, Webhook
from schakel_services.chain.policy import chain_policy
from schakel_services.deliver.channel import Channel
from schakel_services.deliver.dispatch import Patience
from schakel_services.deliver.folder import FolderChannel
from schakel_services.deliver.registry import Registry
from schakel_services.deliver.second_check import Clock
from schakel_services.deliver.sending import SLOTS
from schakel_services.deliver.step import BATCH_MAX, DeliverSetup, DeliverStep
from schakel_services.deliver.webhook import WebhookChannel
from schakel_services.runtime import topics
from schakel_services.runtime.crash import end_process_on_crash
from schakel_services.runtime.frame import Frame, declare, frame
from schakel_services.runtime.health import Health, Progress
from schakel_services.runtime.keys import Keyring, PartnerKeys
from schakel_services.runtime.moved_clock import moved
from schakel_services.runtime.pipe import Pipe
from schakel_services.runtime.settings import NotConfigured, Settings
from schakel_services.runtime.tenure import run_alone

DRAIN_S = 5.0
STOP_S = 3.0
"""At the end: for what is under way, and for the transaction at hand."""


def build(settings: Settings) -> Frame:
    """Return the deliverer of every partner with a channel, or of one; no key, no start."""
    chain = load_chain(settings.chain_file)
    told = [p for p in chain.partner if p.channel is not None and settings.partner in {None, p.id}]
    if not told:
        raise NotConfigured("channel")
    policy = chain_policy(chain, moved(settings, _now)().astimezone(AMSTERDAM).date())
    keyring = Keyring(settings.data / chain.keys)
    keys = {partner.id: keyring.partner(partner.id) for partner in told}
    health = Health()
    progress = {partner.id: health.loop(f"deliver-{partner.id}") for partner in told}

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        registry = Registry(settings.cluster, chain.partitions)
        setups = (_setup(p, keys[p.id], chain, registry, settings, policy) for p in told)
        deliverers = [_Deliverer(setup, progress[setup.partner]) for setup in setups]
        try:
            yield
        finally:
            await asyncio.gather(*(deliverer.stop() for deliverer in deliverers))
            await registry.close()

    broker = declare(
        "deliver",
        reads=[("notify.{partner}", model) for model in EVENTS.values()],
        writes=[(topics.RECEIPTS, Receipt), (topics.AUDIT, Refusal)],
    )
    return frame("deliver", broker, health, run)


class _Deliverer:
    """One partner's loop, from its start to its stop."""

    def __init__(self, setup: DeliverSetup, progress: Progress) -> None:
        self._setup = setup
        self._progress = progress
        self._step = DeliverStep(setup)
        self._pipe = Pipe(
            setup.cluster,
            name=f"deliver-{setup.partner}",
            group=f"deliver.{setup.partner}",
            inputs=[TopicPartition(topics.notify(setup.partner), number) for number in range(setup.partitions)],
            step=self._step,
            progress=progress,
            batch_max=BATCH_MAX,
            exclusive=True,
            paused=self._step.paused,
        )
        self._step.connect(self._pipe.wake)
        progress.notice = self._step.notice
        alone = run_alone(self._pipe, self._step.tenure, self._step.owner, setup.cluster.session_timeout_ms / 1000)
        self._task = asyncio.create_task(alone, name=f"deliver-{setup.partner}")
        end_process_on_crash(self._task)

    async def stop(self) -> None:
        """Let what is under way end, then the transaction at hand."""
        await self._step.drain(DRAIN_S)
        self._pipe.stop()
        await asyncio.wait([self._task], timeout=STOP_S)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._task


def _setup(
    partner: Partner, keys: PartnerKeys, chain: Chain, registry: Registry, settings: Settings, policy: Policy
) -> DeliverSetup:
    return DeliverSetup(
        cluster=settings.cluster,
        registry=registry,
        recipient=partner.addressee(),
        keys=keys,
        channel=_channel(partner, keys, settings),
        partitions=chain.partitions,
        patience=Patience(
            partner.id,
            settings.retry_first_s,
            settings.retry_for_s,
            random.SystemRandom().random,
        ),
        clock=Clock(moved(settings, _now), _monotonic),
        instance=str(uuid4()).encode(),
        policy=policy,
        senders={sender.id: sender.addressee() for sender in chain.partner},
    )


def _channel(partner: Partner, keys: PartnerKeys, settings: Settings) -> Channel:
    channel = partner.channel
    if isinstance(channel, Webhook):
        return WebhookChannel(partner.id, channel, keys.webhook, SLOTS, _now)
    path = None if channel is None else channel.path
    return FolderChannel(partner.id, settings.data / (path or f"outbox/{partner.id}"))


def _now() -> datetime:
    return datetime.now(UTC)


def _monotonic() -> float:
    """Return seconds on a clock that goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
