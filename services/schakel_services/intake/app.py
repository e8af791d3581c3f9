"""Wire the intake: one pipe, one inbox and one watched folder for each partner."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import uuid4

from aiokafka import TopicPartition

from schakel_connectors.connector import load as load_connector
from schakel_contracts.catalogue import EVENTS
from schakel_contracts.refusal import Refusal
from schakel_contracts.registry import Record
from schakel_services.chain.directory import Directory
from schakel_services.chain.load import NOT_ENTITLED, load_chain
from schakel_services.chain.model import Chain, Partner
from schakel_services.intake.counter import Counter
from schakel_services.intake.folder import WatchedFolder
from schakel_services.intake.handles import LinkBook
from schakel_services.intake.http import site
from schakel_services.intake.incoming import Inbox
from schakel_services.intake.step import IntakeStep, StepSetup
from schakel_services.intake.take import Desk
from schakel_services.intake.versions import Versions
from schakel_services.runtime import topics
from schakel_services.runtime.crash import end_process_on_crash
from schakel_services.runtime.frame import Frame, declare, frame
from schakel_services.runtime.health import Health
from schakel_services.runtime.keys import ChainKey, Keyring
from schakel_services.runtime.moved_clock import moved
from schakel_services.runtime.pipe import Pipe
from schakel_services.runtime.settings import Settings
from schakel_services.runtime.tenure import run_alone
from schakel_services.runtime.watermark import Watermarks

STOP_S = 8.0
"""How long the transactions at hand may take at the end."""

PACE_S = 0.06
"""Between two turns to which a partner's topics bring few records: each of them is a turn of the gate's too. What comes
over HTTP or as a file does not wait for it."""


def _now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings) -> Frame:
    """Return the intake of every partner that sends, or of one; no key, no start."""
    chain = load_chain(settings.chain_file)
    keyring = Keyring(settings.data / chain.keys)
    chain_key = keyring.chain()
    directory = Directory(chain, chain_key.reference)
    health = Health()
    senders = [p for p in chain.partner if p.connectors and settings.partner in {None, p.id}]
    counters = {partner.id: _counter(partner, keyring, health) for partner in senders}

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        watermarks = Watermarks(settings.cluster)
        connecting = asyncio.create_task(_until_connected(watermarks))
        pipes, folders = [], []
        for partner in senders:
            counter = counters[partner.id]
            make_desk = _desk_maker(partner, counter, directory, chain_key)
            setup = _setup(partner, counter, make_desk, chain, settings, watermarks)
            step = IntakeStep(setup)
            counter.pipe = _pipe(partner, counter, setup, step)
            alone = run_alone(counter.pipe, step.tenure, step.owner, setup.cluster.session_timeout_ms / 1000)
            pipes.append(asyncio.create_task(alone, name=f"intake-{partner.id}"))
            inbox, keep = settings.data / "inbox" / partner.id, timedelta(days=settings.inbox_keep_days)
            folder = WatchedFolder(inbox, counter, moved(settings, _now), keep)
            folders.append(asyncio.create_task(folder.run(), name=f"folder-{partner.id}"))
        for task in (*pipes, *folders):
            end_process_on_crash(task)
        try:
            yield
        finally:
            for counter in counters.values():
                if counter.pipe is not None:
                    counter.pipe.stop()
            if pipes:
                await asyncio.wait(pipes, timeout=STOP_S)
            await _cancel([connecting, *folders, *pipes])
            await watermarks.close()

    broker = declare(
        "intake",
        reads=[],
        writes=[(topics.EVENTS, model) for model in EVENTS.values()]
        + [(topics.REGISTRY, model) for model in get_args(Record)]
        + [(topics.AUDIT, Refusal)],
    )
    return frame("intake", broker, health, run, site(counters, moved(settings, _now)))


def _counter(partner: Partner, keyring: Keyring, health: Health) -> Counter:
    return Counter(
        partner=partner.id,
        connectors={name: load_connector(name) for name in partner.connectors},
        keys=keyring.partner(partner.id),
        inbox=Inbox(),
        progress=health.loop(f"intake-{partner.id}"),
    )


def _desk_maker(
    partner: Partner, counter: Counter, directory: Directory, chain_key: ChainKey
) -> Callable[[Versions, LinkBook], Desk]:
    def make(versions: Versions, links: LinkBook) -> Desk:
        return Desk(
            partner=partner.id,
            oin=partner.oin,
            sender=directory.sender(partner.id, partner.role),
            connectors=dict(counter.connectors),
            chain_key=chain_key,
            keys=counter.keys,
            versions=versions,
            links=links,
            until=partner.agreed_until(),
        )

    return make


def _setup(
    partner: Partner,
    counter: Counter,
    make_desk: Callable[[Versions, LinkBook], Desk],
    chain: Chain,
    settings: Settings,
    watermarks: Watermarks,
) -> StepSetup:
    return StepSetup(
        cluster=settings.cluster,
        watermarks=watermarks,
        partner=partner.id,
        keys=counter.keys,
        partitions=chain.partitions,
        make_desk=make_desk,
        inbox=counter.inbox,
        now=moved(settings, _now),
        instance=str(uuid4()).encode(),
        by_handle=partner.role in NOT_ENTITLED,
    )


def _pipe(partner: Partner, counter: Counter, setup: StepSetup, step: IntakeStep) -> Pipe:
    return Pipe(
        setup.cluster,
        name=f"intake-{partner.id}",
        group=f"intake.{partner.id}",
        inputs=[
            TopicPartition(topics.raw(partner.id, connector), number)
            for connector in partner.connectors
            for number in range(setup.partitions)
        ],
        step=step,
        progress=counter.progress,
        exclusive=True,
        pace_s=PACE_S,
        # Who names persons by handle is looked up in the registry, which must have what the last turn gave it.
        ahead=not setup.by_handle,
    )


async def _until_connected(watermarks: Watermarks) -> None:
    """Connect to Kafka, which may not be there yet."""
    while True:
        try:
            await watermarks.start()
        except Exception:  # noqa: BLE001 - whatever keeps us from Kafka: the pipes say it, and readiness is red
            await asyncio.sleep(1.0)
        else:
            return


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
