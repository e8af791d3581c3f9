"""Everything of one chain on one machine."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from schakel_services.broker import server as broker
from schakel_services.broker.folders import cache_folder
from schakel_services.chain.load import load_chain
from schakel_services.hub import asking
from schakel_services.hub.claim import claim
from schakel_services.hub.process import ServiceDidNotStart, ServiceProcess
from schakel_services.hub.vigil import Vigil
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import Keyring
from schakel_services.runtime.log import log
from schakel_services.runtime.moved_clock import move_clock
from schakel_services.runtime.topics import create_topics, topics_of

SERVICES = ("intake", "gate", "deliver", "clock")
READY_S = 120.0
"""Far longer than a start takes on a busy machine: it only says when to stop waiting."""

LIVES_S = 5.0
MOVED_CLOCK = "clock-ahead"
"""In the data folder, where the clock moves: how many seconds it runs ahead."""

Result = TypeVar("Result")


@dataclass
class Hub:
    """A chain's broker and services; ``async with`` starts it all and stops it all."""

    chain_file: Path
    data: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    services: Sequence[str] = SERVICES
    copies: Mapping[str, int] = field(default_factory=dict)
    """How many processes of a service; one where nothing is said."""

    ports: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    """More environment for the services."""

    clock_moves: bool = False
    """Whether ``move_clock`` may be asked: for tests and the demo."""

    create_keys: bool = True
    """Make random keys where there are none; they are never the same on two machines."""

    processes: list[ServiceProcess] = field(default_factory=list)
    bootstrap: str = ""
    _claim: int | None = None
    _own_broker: bool = False
    _watching: "asyncio.Task[None] | None" = None
    _broker_process: "subprocess.Popen[bytes] | None" = None

    async def __aenter__(self) -> Self:
        """Start everything and return when all of it is ready."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self.stop()

    async def _start(self) -> None:
        chain = load_chain(self.chain_file)
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "logs").mkdir(exist_ok=True)
        self._claim = claim(self.data)
        keyring, names = Keyring(self.data / chain.keys), [partner.id for partner in chain.partner]
        if self.create_keys:
            keyring.create_missing(names)
        keyring.check(names)
        await self.start_broker()
        partners = [(partner.id, partner.connectors) for partner in chain.partner]
        await create_topics(self.cluster(), topics_of(partners, chain.partitions))
        for service in self.services:
            for number in range(self.copies.get(service, 1)):
                self.add(service, number)
        for process in self.processes:
            await process.listening()
        await self.ready()
        self._watching = asyncio.create_task(self._watch_lives(), name="lives")

    async def start_broker(self) -> None:
        """Start the embedded broker on the data folder, unless ``KAFKA_BOOTSTRAP_SERVERS`` names one."""
        if found := self.environment.get("KAFKA_BOOTSTRAP_SERVERS"):
            self.bootstrap = found
            return
        self._own_broker = True
        port = int(self.bootstrap.rpartition(":")[2]) if self.bootstrap else None
        starting = asyncio.to_thread(broker.start, self.data / "broker", cache_folder(self.environment), port)
        running = await _to_its_end(starting)
        self.bootstrap = running.bootstrap
        self._broker_process = running.process or self._broker_process

    async def kill_broker(self) -> None:
        """End the embedded broker as a power cut would."""
        await asyncio.to_thread(broker.kill, self.data / "broker")
        self._reap_broker()

    def cluster(self) -> Cluster:
        """Return the cluster as the services see it."""
        return Cluster.from_environment(self._environment())

    def add(self, service: str, number: int = 0, more: Mapping[str, str] | None = None) -> ServiceProcess:
        """Start one process of a service."""
        name = service if number == 0 else f"{service}-{number}"
        arguments = ["run", service, "--chain", str(self.chain_file), "--data", str(self.data)]
        port = self.ports.get(service, 0) if number == 0 else 0
        environment = self._environment() | dict(more or {})
        process = ServiceProcess(name, arguments, environment, self.data, port)
        process.start()
        self.processes.append(process)
        return process

    def move_clock(self, ahead: timedelta) -> None:
        """Let every service's clock run so far ahead of the machine's."""
        if not self.clock_moves:
            raise RuntimeError("this hub's clock does not move")
        move_clock(self.data / MOVED_CLOCK, ahead)

    async def ready(self, limit_s: float = READY_S) -> None:
        """Return when every service says that it is ready; raise ``ServiceDidNotStart`` after the limit."""
        waiting = list(self.processes)
        try:
            async with asyncio.timeout(limit_s), asking.session() as session:
                while waiting:
                    answers = [await asking.is_ok(session, process.watch_port, "readyz") for process in waiting]
                    waiting = [process for process, ready in zip(waiting, answers, strict=True) if not ready]
                    if waiting:
                        await asyncio.sleep(0.1)
        except TimeoutError:
            names = [f"{process.name} ({await asking.why_not(process.watch_port)})" for process in waiting]
            raise ServiceDidNotStart(f"{', '.join(names)}: see {self.data / 'logs'}") from None

    def addresses(self) -> dict[str, Any]:
        """Return where everything is, as ``schakel up`` says it."""
        chain = load_chain(self.chain_file)
        by_name = {process.name: f"http://127.0.0.1:{process.port}" for process in self.processes}
        keys = self.data / chain.keys
        return {
            "chain": chain.name,
            "kafka": self.bootstrap,
            "services": by_name,
            "watch": {process.name: f"http://127.0.0.1:{process.watch_port}" for process in self.processes},
            "data": str(self.data),
            "partners": {
                partner.id: {
                    "role": partner.role.value,
                    "records": {
                        connector: f"{by_name.get('intake', '')}/v1/partners/{partner.id}/records/{connector}"
                        for connector in partner.connectors
                    },
                    "inbox": str(self.data / "inbox" / partner.id),
                    "key_file": str(keys / f"{partner.id}.json"),
                }
                for partner in chain.partner
            },
        }

    async def stop(self) -> None:
        """Stop the services, then the broker if it is ours."""
        if self._watching is not None:
            self._watching.cancel()
            # It closes its connections first.
            await asyncio.wait([self._watching])
            self._watching = None
        await asyncio.gather(*(process.stop() for process in self.processes))
        self.processes.clear()
        if self._own_broker:
            await asyncio.to_thread(broker.stop, self.data / "broker")
            self._reap_broker()
            self._own_broker = False
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def _reap_broker(self) -> None:
        """Take leave of a broker that has ended and that this process started."""
        if self._broker_process is not None:
            self._broker_process.wait()
            self._broker_process = None

    async def _watch_lives(self) -> None:
        """Start a service again that says of itself, time after time, that a loop no longer turns, or says nothing."""
        vigils: dict[str, Vigil] = {}
        async with asking.session() as session:
            while True:
                await asyncio.sleep(LIVES_S)
                self._look_at_broker()
                for process in list(self.processes):
                    life, listens = process.starts, process.listens
                    lives = await asking.is_ok(session, process.watch_port, "livez")
                    reason = vigils.setdefault(process.name, Vigil()).heard(life, listens=listens, lives=lives)
                    if reason is not None and life == process.starts and process.signal(signal.SIGKILL):
                        log.error("service_lost", name=process.name, reason=reason)

    def _look_at_broker(self) -> None:
        """Say once that our own Kafka ended by itself, as on a full disk; no service has anything to do without it."""
        if self._broker_process is not None and self._broker_process.poll() is not None:
            self._broker_process = None
            log.error("broker_ended", place=str(self.data / "broker" / "kafka.log"))

    def _environment(self) -> dict[str, str]:
        clock = {"SCHAKEL_CLOCK_FILE": str(self.data / MOVED_CLOCK)} if self.clock_moves else {}
        return dict(self.environment) | {"KAFKA_BOOTSTRAP_SERVERS": self.bootstrap} | clock | dict(self.settings)


async def _to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what a thread returns; when cancelled, only after it has ended, so that what it started can be stopped."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
