"""One chaos run, and the negative controls that must fail."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from schakel_contracts.identifiers import Bsn
from schakel_contracts.registry import registry_key
from schakel_services.chaos.ledger import Findings, judge, read_log
from schakel_services.chaos.load import Load
from schakel_services.chaos.monkey import Monkey
from schakel_services.chaos.receiver import Webhook, read_folder
from schakel_services.chaos.scenario import (
    FOLDER,
    PARTITIONS,
    SOURCE,
    WEBHOOK,
    Scenario,
    consent,
    relations,
    write_chain,
)
from schakel_services.chaos.stillness import until_still
from schakel_services.hub.hub import Hub
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.keys import ChainKey, Keyring, PartnerKeys
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.writer import Outputs, Writer

RATE = 400.0
"""Plans a second; low enough that a kill is followed by normal work before the next."""

FAST = {"SCHAKEL_SESSION_TIMEOUT_MS": "3000", "SCHAKEL_TRANSACTION_TIMEOUT_MS": "5000", "SCHAKEL_RETRY_FIRST_S": "0.2"}
SETTLE_S = 240.0
QUIET_LOOKS = 3


@dataclass
class Outcome:
    """What one run came to."""

    findings: Findings
    withdrawals: int
    delivered: int
    withheld: int
    repeats: int
    """The same notification at a recipient twice: allowed beyond Kafka, with the same id."""

    broken: dict[str, int]
    seconds: float


@dataclass
class Run:
    """One run: a scenario, what breaks, and how the services are set."""

    scenario: Scenario
    kills: int
    data: Path
    failpoints: Mapping[str, str] = field(default_factory=dict)
    """Per process name."""

    acknowledged: dict[str, datetime] = field(default_factory=dict)

    async def run(self) -> Outcome:
        """Start a hub, send, break, wait until all is quiet, and judge."""
        began = time.monotonic()
        webhook = Webhook()
        chain_file = self.data / "chain.toml"
        write_chain(chain_file, await webhook.start())
        # A broker of its own, whatever the environment names: it will be killed.
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
        hub = Hub(chain_file, self.data, surroundings, services=(), settings=FAST)
        try:
            async with hub:
                return await self._in(hub, webhook, began)
        finally:
            await webhook.stop()

    async def _in(self, hub: Hub, webhook: Webhook, began: float) -> Outcome:
        keyring = Keyring(self.data / "keys")
        chain_key, keys = keyring.chain(), keyring.partner(SOURCE)
        cluster = hub.cluster()
        await _prepare(cluster, chain_key, self.scenario)
        for name in ("intake", "gate", "gate-1", "deliver"):
            service, _, number = name.partition("-")
            hub.add(service, int(number or 0), {"SCHAKEL_FAILPOINTS": self.failpoints.get(name, "")})
        for process in hub.processes:
            await process.listening()
        await hub.ready()
        load = Load(cluster, RATE)
        seconds = self.scenario.records / RATE
        monkey = Monkey(hub, self.kills, seconds, self.scenario.seed)
        url = f"http://127.0.0.1:{hub.processes[0].port}/v1/partners/{SOURCE}/records/fhir_consent"
        thawing = asyncio.create_task(monkey.thaw_stopped())
        await asyncio.gather(
            load.run(self.scenario.plans()), monkey.run(), self._withdraw(url, keys, chain_key, seconds)
        )
        await monkey.all_thawed()
        await _settle(cluster, hub)
        thawing.cancel()
        log = await read_log(cluster)
        arrivals = {
            WEBHOOK: webhook.arrivals,
            FOLDER: await asyncio.to_thread(read_folder, self.data / "outbox" / FOLDER),
        }
        expected = [plan.at for plan in self.scenario.plans()]
        findings = judge(log, expected, self.acknowledged, arrivals)
        outcomes = [receipt.outcome.value for receipt in log.receipts]
        return Outcome(
            findings=findings,
            withdrawals=len(self.acknowledged),
            delivered=outcomes.count("delivered"),
            withheld=outcomes.count("withheld"),
            repeats=len(webhook.arrivals) - len({arrival.id for arrival in webhook.arrivals}),
            broken=dict(monkey.done),
            seconds=round(time.monotonic() - began, 1),
        )

    async def _withdraw(self, url: str, keys: PartnerKeys, chain_key: ChainKey, seconds: float) -> None:
        """Withdraw consents over HTTP at random moments, and note when each was acknowledged."""
        rng = random.Random(self.scenario.seed + 1)  # noqa: S311 - no secret
        people = self.scenario.withdrawals()
        moments = sorted(rng.uniform(0.05, 0.95) * seconds for _ in people)
        began = time.monotonic()
        headers = {"authorization": f"Bearer {keys.api}", "content-type": "application/fhir+json"}
        async with httpx.AsyncClient(timeout=40, trust_env=False, headers=headers) as client:
            for bsn, moment in zip(people, moments, strict=True):
                await asyncio.sleep(max(0.0, moment - (time.monotonic() - began)))
                self.acknowledged[chain_key.pseudonym(bsn)] = await _withdraw_one(client, url, bsn)


async def _withdraw_one(client: httpx.AsyncClient, url: str, bsn: Bsn) -> datetime:
    """Send a withdrawal until it is acknowledged; return when it was."""
    body = consent(bsn, active=False)
    while True:
        try:
            answer = await client.post(url, content=body)
        except httpx.HTTPError:
            await asyncio.sleep(0.2)
            continue
        if answer.status_code == httpx.codes.ACCEPTED:
            return datetime.now(UTC)
        if answer.status_code not in {429, 503}:
            raise RuntimeError(f"a withdrawal was answered with {answer.status_code}")
        await asyncio.sleep(0.2)


async def _prepare(cluster: Cluster, chain_key: ChainKey, scenario: Scenario) -> None:
    """Put the relations on the registry and the consents on their raw topic, before anything starts."""
    writer = Writer(cluster, "chaos-prepare")
    await writer.start()
    outputs = Outputs()
    for bsn in scenario.people:
        person = chain_key.pseudonym(bsn)
        for record in relations(bsn):
            key = registry_key(person, record).encode()
            outputs.add(topics.REGISTRY, partition_of(person, PARTITIONS), key, record.model_dump_json().encode())
        raw = topics.raw(SOURCE, "fhir_consent")
        outputs.add(raw, partition_of(bsn, PARTITIONS), None, consent(bsn, active=True))
    await writer.commit(outputs, {}, None)
    await writer.close()


async def _settle(cluster: Cluster, hub: Hub) -> None:
    """Wait until every stage has read what is there and nothing moves any more."""
    stages = {
        f"intake.{SOURCE}": [topics.raw(SOURCE, "fhir_care_plan"), topics.raw(SOURCE, "fhir_consent")],
        "gate": [topics.EVENTS],
        f"deliver.{WEBHOOK}": [topics.notify(WEBHOOK)],
        f"deliver.{FOLDER}": [topics.notify(FOLDER)],
    }
    await hub.ready(SETTLE_S)
    await until_still(cluster, stages, (WEBHOOK, FOLDER), PARTITIONS, SETTLE_S)


async def chaos(records: int, kills: int, seed: int, *, controls: bool = True) -> dict[str, Any]:
    """Return what the run and its controls came to, with the keys that ``schakel chaos --json`` prints."""
    with tempfile.TemporaryDirectory(prefix="schakel-chaos-") as temporary:
        base = Path(temporary)
        main = await Run(Scenario(records, seed), kills, _made(base / "main")).run()
        controlled = await run_controls(base, seed) if controls else {}
    result: dict[str, Any] = {"records": records, "kills": kills, "seed": seed}
    result |= vars(main.findings)
    result |= {key: value for key, value in vars(main).items() if key != "findings"}
    result["controls"] = controlled
    result["ok"] = main.findings.clean and all(control["caught"] for control in controlled.values())
    return result


async def run_controls(base: Path, seed: int) -> dict[str, Any]:
    """Run what must fail: unfenced, a frozen gate writes twice; without the barrier, a withdrawal comes too late."""
    small = Scenario(1_200, seed)
    frozen = "freeze_before_transaction=6"
    unfenced = Run(small, 0, _made(base / "no-fencing"), {"gate": f"no_fencing,{frozen}", "gate-1": "no_fencing"})
    late = "slow_registry=1.5"
    unbarred = Run(
        small, 0, _made(base / "no-barrier"), dict.fromkeys(("gate", "gate-1", "deliver"), f"no_barrier,{late}")
    )
    barred = Run(small, 0, _made(base / "slow"), dict.fromkeys(("gate", "gate-1", "deliver"), late))
    # Side by side: each mostly waits, for a session to run out and for a registry that is late.
    without_fencing, without_barrier, with_barrier = await asyncio.gather(unfenced.run(), unbarred.run(), barred.run())
    return {
        "no_fencing": {
            "duplicated": without_fencing.findings.duplicated,
            "reordered": without_fencing.findings.reordered,
            "caught": without_fencing.findings.duplicated > 0,
        },
        "no_barrier": {
            "after_withdrawal": without_barrier.findings.after_withdrawal,
            "caught": without_barrier.findings.after_withdrawal > 0,
        },
        "slow_registry_with_barrier": {
            "after_withdrawal": with_barrier.findings.after_withdrawal,
            "caught": with_barrier.findings.clean,
        },
    }


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
