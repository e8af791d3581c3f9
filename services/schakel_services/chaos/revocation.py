"""Let persons withdraw at random moments while they are told of and workers are killed; measure when it has effect."""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schakel_services.chaos.crowd import BEFORE_S, Crowd, Withdrawal
from schakel_services.chaos.effect import MS, Asked, Effects, judge_withdrawals, spread
from schakel_services.chaos.killer import Killer, Outage
from schakel_services.chaos.ledger import Findings, Log, judge, read_log
from schakel_services.chaos.load import Load
from schakel_services.chaos.receiver import Arrival, Webhook, read_folder
from schakel_services.chaos.scenario import FOLDER, SOURCE, WEBHOOK, write_chain
from schakel_services.chaos.stage import FAST, SETTLE_S, prepare, settle, start_workers, surroundings
from schakel_services.chaos.withdrawing import Citizen
from schakel_services.hub.hub import Hub
from schakel_services.runtime.keys import Keyring

BATCHES_PER_S = 20
"""The load sends this often, so that it is steady."""

AFTERMATH = timedelta(seconds=2)
"""When all workers are ready again, what waited meanwhile still has to go."""

CONTROL = 10
LATE = "no_barrier,slow_registry=1.5"
ZEROS = (
    "begun_after_withdrawal",
    "arrived_after_withdrawal",
    "unproven",
    "lost",
    "duplicated",
    "reordered",
    "unaudited",
    "hanging_transactions",
)
"""What must be zero, with all withdrawals acknowledged."""


@dataclass(frozen=True)
class Seen:
    """What one run left behind."""

    log: Log
    asked: dict[str, Asked]
    arrivals: dict[str, list[Arrival]]
    findings: Findings
    effects: Effects
    outages: Sequence[Outage]
    events: int
    load_s: float
    killed: Mapping[str, int]


@dataclass
class Revocation:
    """One run on a hub of its own."""

    withdrawals: int
    rate: float
    kills: int
    seed: int
    data: Path
    failpoints: Mapping[str, str] = field(default_factory=dict)

    async def run(self) -> Seen:
        """Start a hub, tell, withdraw, kill, wait until all is quiet, and judge."""
        self.data.mkdir(parents=True, exist_ok=True)
        webhook = Webhook()
        chain_file = self.data / "chain.toml"
        write_chain(chain_file, await webhook.start())
        hub = Hub(chain_file, self.data, surroundings(), services=(), settings=FAST)
        try:
            async with hub:
                return await self._in(hub, webhook)
        finally:
            await webhook.stop()

    async def _in(self, hub: Hub, webhook: Webhook) -> Seen:
        keyring, cluster = Keyring(self.data / "keys"), hub.cluster()
        crowd = Crowd(self.withdrawals, self.seed, time.monotonic)
        await prepare(cluster, keyring.chain(), (one.bsn for one in crowd.withdrawals))
        await start_workers(hub, self.failpoints)
        load = Load(cluster, self.rate, max(1, round(self.rate / BATCHES_PER_S)))
        killer = Killer(hub, self.kills, self.seed)
        began = time.monotonic()
        async with asyncio.timeout(crowd.span_s + SETTLE_S), asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(load.run(crowd.plans()))
            telling.add_done_callback(lambda _: took.append(time.monotonic() - began))
            tasks.create_task(killer.run(BEFORE_S, BEFORE_S + crowd.span_s))
            tasks.create_task(_withdraw(Citizen(hub, keyring.partner(SOURCE)), crowd))
            took: list[float] = []
        await settle(cluster, hub)
        log = await read_log(cluster)
        folder = await asyncio.to_thread(read_folder, self.data / "outbox" / FOLDER)
        arrivals = {WEBHOOK: webhook.arrivals, FOLDER: folder}
        asked: dict[str, Asked] = {
            keyring.chain().pseudonym(one.bsn): found for one in crowd.withdrawals if (found := _asked(one))
        }
        return Seen(
            log=log,
            asked=asked,
            arrivals=arrivals,
            findings=judge(log, crowd.sent, {}, arrivals),
            effects=judge_withdrawals(log, asked, arrivals),
            outages=killer.outages,
            events=len(crowd.sent),
            load_s=took[0],
            killed=killer.killed,
        )


async def revocation(rate: float, withdrawals: int, kills: int, seed: int, *, controls: bool = True) -> dict[str, Any]:
    """Return what the run and its control came to, with the keys that ``schakel chaos --revocation --json`` prints."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="schakel-revocation-") as temporary:
        base = Path(temporary)
        seen = await Revocation(withdrawals, rate, kills, seed, base / "main").run()
        controlled = await _control(base / "no-barrier", rate, seed) if controls else {}
    result: dict[str, Any] = {
        "events": seen.events,
        "rate": rate,
        "rate_reached": round(seen.events / seen.load_s, 1),
        "withdrawals": withdrawals,
        "acknowledged": len(seen.asked),
        "kills": kills,
        "seed": seed,
        "killed": dict(seen.killed),
        "delivered": sum(receipt.outcome.value == "delivered" for receipt in seen.log.receipts),
    }
    result |= _counts(seen) | _times(seen.asked, seen.effects.at)
    quiet = {person: asked for person, asked in seen.asked.items() if not _was_disturbed(person, seen)}
    result["undisturbed"] = {"withdrawals": len(quiet)} | _times(quiet, seen.effects.at)
    result["recovery_ms"] = spread((outage.ended_at - outage.began_at) / MS for outage in seen.outages)
    result |= {"controls": controlled, "seconds": round(time.monotonic() - began, 1)}
    zero = not any(result[name] for name in ZEROS) and len(seen.asked) == withdrawals
    result["ok"] = zero and all(control["caught"] for control in controlled.values())
    return result


async def _control(data: Path, rate: float, seed: int) -> dict[str, Any]:
    """Run what must fail: gate and deliverer with a registry that is late, and no barrier."""
    late = dict.fromkeys(("gate", "gate-1", "deliver"), LATE)
    seen = await Revocation(CONTROL, rate, 0, seed, data, late).run()
    begun = seen.effects.begun_after_withdrawal
    return {"no_barrier": {"withdrawals": CONTROL, "begun_after_withdrawal": begun, "caught": begun > 0}}


async def _withdraw(citizen: Citizen, crowd: Crowd) -> None:
    """Ask for every withdrawal at its moment, whether or not the ones before it have been answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def withdraw(one: Withdrawal) -> None:
        await asyncio.sleep(max(0.0, one.at_s - (loop.time() - began)))
        one.requested_at = datetime.now(UTC)
        crowd.acknowledge(one, await citizen.withdraw(one.bsn))

    async with citizen.client:
        await asyncio.gather(*map(withdraw, crowd.withdrawals))


def _asked(one: Withdrawal) -> Asked | None:
    if one.requested_at is None or one.acknowledged_at is None:
        return None
    return Asked(one.requested_at, one.acknowledged_at)


def _counts(seen: Seen) -> dict[str, int]:
    """Return what was counted, by its name."""
    effects = {name: value for name, value in vars(seen.effects).items() if name != "at"}
    ledger = {name: getattr(seen.findings, name) for name in ZEROS if hasattr(seen.findings, name)}
    repeats = sum(len(got) - len({arrival.id for arrival in got}) for got in seen.arrivals.values())
    return effects | ledger | {"repeats": repeats}


def _times(asked: Mapping[str, Asked], at: Mapping[str, datetime]) -> dict[str, Any]:
    """Return how long acknowledgement and effect took, in milliseconds from the request."""
    acknowledged = ((one.acknowledged_at - one.requested_at) / MS for one in asked.values())
    effect = ((at[person] - one.requested_at) / MS for person, one in asked.items() if person in at)
    return {"request_to_ack_ms": spread(acknowledged), "effect_ms": spread(effect)}


def _was_disturbed(person: str, seen: Seen) -> bool:
    """Say whether a worker was away, or what waited for it was being caught up with, before it had its effect."""
    begin, end = seen.asked[person].requested_at, seen.effects.at.get(person)
    return any(
        (end is None or outage.began_at < end) and begin < outage.ended_at + AFTERMATH for outage in seen.outages
    )
