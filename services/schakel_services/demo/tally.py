"""The account at the end: every number is counted on the log or in the partners' own systems, and they must agree."""

from collections import Counter
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from schakel_contracts.codes import Outcome, ReceiptOutcome
from schakel_contracts.decision import Verdict
from schakel_contracts.envelope import POSITION
from schakel_services.demo.stage import Stage
from schakel_services.demo.withdrawals import begun_after
from schakel_services.runtime import topics
from schakel_services.trail.stream import records_now

INTAKE_RECORDS = "schakel_intake_records"


@dataclass(frozen=True)
class Tally:
    """What it all came to."""

    records_in: int
    published: int
    """Events."""

    unchanged: int
    """Records that were accepted and gave no event; what the clock said of itself came of no record."""

    rejected: int
    decisions: Counter[Outcome]
    delivered: int
    withheld: int
    after_withdrawal: int

    def as_json(self) -> dict[str, Any]:
        """Return it with the keys of ``schakel demo --json``."""
        return {
            "records_in": self.records_in,
            "published": self.published,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "decisions": {outcome.value: self.decisions[outcome] for outcome in Outcome},
            "delivered": self.delivered,
            "withheld": self.withheld,
            "after_withdrawal": self.after_withdrawal,
        }


async def tally(stage: Stage) -> Tally:
    """Count, and expect that what the partners saw is what the log says."""
    taken = await _taken(stage)
    events = await _events(stage)
    outcomes = Counter(receipt.outcome for receipt in stage.witness.receipts.values())
    late = {
        notification
        for withdrawal in stage.withdrawals
        for notification in begun_after(
            withdrawal, _decisions(stage), stage.witness.receipts.values(), stage.everything_received()
        )
    }
    found = Tally(
        records_in=sum(taken.values()),
        published=len(events),
        unchanged=taken["accepted"] - len({at for at in events.values() if not at.startswith(topics.STATE_CLOCK)}),
        rejected=len(stage.witness.refusals),
        decisions=Counter(verdict.outcome for verdict in _verdicts(stage)),
        delivered=outcomes[ReceiptOutcome.DELIVERED],
        withheld=outcomes[ReceiptOutcome.WITHHELD],
        after_withdrawal=len(late),
    )
    _agree(stage, found, events, taken)
    return found


def _agree(stage: Stage, found: Tally, events: dict[str, str], taken: Counter[str]) -> None:
    that = stage.expectations.that
    arrived = Counter(received.id for received in stage.everything_received())
    permitted = {str(verdict.notification_id) for verdict in _verdicts(stage) if verdict.notification_id}
    delivered = {str(i) for i, r in stage.witness.receipts.items() if r.outcome is ReceiptOutcome.DELIVERED}
    that("Elk verzonden bericht is aan de deur geteld", holds=found.records_in == stage.minutes.sent)
    that("Elke weigering staat op het netwerk", holds=found.rejected == found.records_in - taken["accepted"])
    that("Over elke gebeurtenis is besloten", holds=set(events) == {str(event) for event in stage.witness.decisions})
    that("Wat volgens het bewijs is bezorgd, is bij de partners aangekomen", holds=set(arrived) == delivered)
    that("Niets kwam tweemaal aan", holds=set(arrived.values()) <= {1})
    that("Niets kwam aan zonder besluit dat het toestaat", holds=set(arrived) <= permitted)
    that("Elk bericht droeg een goede handtekening", holds=stage.receivers.refused == 0)
    that("Niets vertrok na een intrekking", holds=found.after_withdrawal == 0)


def _decisions(stage: Stage) -> Iterable[Any]:
    return (decision for decisions in stage.witness.decisions.values() for decision in decisions)


def _verdicts(stage: Stage) -> Iterable[Verdict]:
    return (verdict for decision in _decisions(stage) for verdict in decision.verdicts)


async def _taken(stage: Stage) -> Counter[str]:
    """Return the records that came in, by outcome, as the intake counts them."""
    found: Counter[str] = Counter()
    async with httpx.AsyncClient(trust_env=False) as client:
        for service, address in stage.hub.addresses()["watch"].items():
            text = (await client.get(f"{address}/metrics", follow_redirects=True)).text
            stage.minutes.note_metrics(service, text)
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    if family.name == INTAKE_RECORDS and sample.name.endswith("_total"):
                        found[sample.labels["outcome"]] += int(sample.value)
    return found


async def _events(stage: Stage) -> dict[str, str]:
    """Return the id of every event on the log, with the position of the record that it was made from."""
    found = {}
    async with aclosing(records_now(stage.hub.cluster(), topics.EVENTS)) as records:
        async for record in records:
            headers = {name: value.decode() for name, value in record.headers}
            found[headers["ce_id"]] = headers[POSITION].rpartition("/")[0]
    return found
