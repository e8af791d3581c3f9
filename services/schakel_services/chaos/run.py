"""One chaos run, and the negative controls that must fail."""

import asyncio
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from schakel_services.chaos.ledger import Findings, judge, read_log
from schakel_services.chaos.load import Load
from schakel_services.chaos.markers import audit_markers
from schakel_services.chaos.monkey import Monkey
from schakel_services.chaos.receiver import Webhook, read_folder
from schakel_services.chaos.scenario import FOLDER, SOURCE, WEBHOOK, Scenario, write_chain
from schakel_services.chaos.stage import FAST, prepare, settle, start_workers, surroundings
from schakel_services.chaos.withdrawing import Citizen
from schakel_services.hub.hub import Hub
from schakel_services.runtime.keys import ChainKey, Keyring

RATE = 400.0
"""Plans a second; low enough that a kill is followed by normal work before the next."""


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
        hub = Hub(chain_file, self.data, surroundings(), services=(), settings=FAST)
        try:
            async with hub:
                return await self._in(hub, webhook, began)
        finally:
            await webhook.stop()

    async def _in(self, hub: Hub, webhook: Webhook, began: float) -> Outcome:
        keyring = Keyring(self.data / "keys")
        chain_key, keys = keyring.chain(), keyring.partner(SOURCE)
        cluster = hub.cluster()
        await prepare(cluster, chain_key, self.scenario.people)
        await start_workers(hub, self.failpoints)
        load = Load(cluster, RATE)
        seconds = self.scenario.records / RATE
        monkey = Monkey(hub, self.kills, seconds, self.scenario.seed)
        thawing = asyncio.create_task(monkey.thaw_stopped())
        await asyncio.gather(
            load.run(self.scenario.plans()), monkey.run(), self._withdraw(Citizen(hub, keys), chain_key, seconds)
        )
        await monkey.all_thawed()
        await settle(cluster, hub)
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

    async def _withdraw(self, citizen: Citizen, chain_key: ChainKey, seconds: float) -> None:
        """Withdraw consents over HTTP at random moments, and note when each was acknowledged."""
        rng = random.Random(self.scenario.seed + 1)  # noqa: S311 - no secret
        people = self.scenario.withdrawals()
        moments = sorted(rng.uniform(0.05, 0.95) * seconds for _ in people)
        began = time.monotonic()
        async with citizen.client:
            for bsn, moment in zip(people, moments, strict=True):
                await asyncio.sleep(max(0.0, moment - (time.monotonic() - began)))
                self.acknowledged[chain_key.pseudonym(bsn)] = await citizen.withdraw(bsn)


async def chaos(records: int, kills: int, seed: int, *, controls: bool = True) -> dict[str, Any]:
    """Return what the run and its controls came to, with the keys that ``schakel chaos --json`` prints."""
    with tempfile.TemporaryDirectory(prefix="schakel-chaos-") as temporary:
        base = Path(temporary)
        main = await Run(Scenario(records, seed), kills, _made(base / "main")).run()
        # Its broker has stopped: what stands in its files is all that there is.
        audited = await asyncio.to_thread(audit_markers, base / "main" / "broker")
        main.findings.lost_markers = audited.lost
        controlled = await run_controls(base, seed) if controls else {}
    result: dict[str, Any] = {"records": records, "kills": kills, "seed": seed}
    result |= vars(main.findings)
    result |= {key: value for key, value in vars(main).items() if key != "findings"}
    result |= {"transactions": audited.transactions, "controls": controlled}
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
