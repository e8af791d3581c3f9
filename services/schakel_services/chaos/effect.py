"""What withdrawals came to, from the log and from what the recipients got: what still went, and since when nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_services.chaos.ledger import ARRIVAL_SLACK, Log
from schakel_services.chaos.receiver import Arrival
from schakel_services.chaos.scenario import FOLDER, WEBHOOK

NAMED = (WEBHOOK, FOLDER)
"""The recipients that every consent of a run names."""

MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Asked:
    """A withdrawal as the person who asked for it saw it."""

    requested_at: datetime
    """Before the first request left."""

    acknowledged_at: datetime
    """When the answer 202 was in."""


@dataclass
class Effects:
    """What all withdrawals of a run came to."""

    at: dict[str, datetime] = field(default_factory=dict)
    """By person: the moment from which it is proven that every recipient is refused and nothing begins any more."""

    unproven: int = 0
    """Withdrawals after which a named recipient was not seen to be refused."""

    begun_before_acknowledged: int = 0
    """Deliveries that began after the request and before the acknowledgement: allowed, and the race that is sought."""

    begun_after_withdrawal: int = 0
    arrived_after_withdrawal: int = 0
    denied: int = 0
    """By the gate, because of the withdrawal."""

    withheld: int = 0
    """Permitted by the gate before, and stopped by the deliverer."""


Moments = dict[tuple[str, str], list[datetime]]
"""By person and recipient."""


def judge_withdrawals(log: Log, asked: Mapping[str, Asked], arrivals: Mapping[str, Sequence[Arrival]]) -> Effects:
    """Return what the withdrawals came to; ``asked`` is by person, and everybody gave one consent."""
    found = Effects()
    begun = _begun(log, asked, found)
    refused = _refused(log, found)
    _arrived(log, asked, arrivals, found)
    for person in asked:
        proofs = [_first_proof(refused[person, party], begun[person, party]) for party in NAMED]
        if None in proofs:
            found.unproven += 1
        else:
            found.at[person] = max(proof for proof in proofs if proof is not None)
    return found


def spread(values: Iterable[float]) -> dict[str, float | None]:
    """Return the median, the 99th of a hundred and the most, in the unit of the values; None where there is none."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": None, "p99": None, "max": None}
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[ceil(len(ordered) * part) - 1], 1) for name, part in at.items()}


def _begun(log: Log, asked: Mapping[str, Asked], found: Effects) -> Moments:
    """A delivery begins with its last check, whatever came of it after that."""
    begun: Moments = defaultdict(list)
    for receipt in log.receipts:
        person = asked.get(receipt.subject)
        if person is None or receipt.consent_id is None or receipt.outcome is ReceiptOutcome.WITHHELD:
            continue
        begun[receipt.subject, receipt.recipient].append(receipt.began_at)
        if receipt.began_at > person.acknowledged_at:
            found.begun_after_withdrawal += 1
        elif receipt.began_at > person.requested_at:
            found.begun_before_acknowledged += 1
    return begun


def _refused(log: Log, found: Effects) -> Moments:
    """Refusals by the gate at the time of the decision, by the deliverer at the time when it was through."""
    refused: Moments = defaultdict(list)
    for decision in log.decisions:
        for verdict in decision.verdicts:
            if verdict.outcome is Outcome.DENY and verdict.reason is Reason.CONSENT_WITHDRAWN:
                refused[decision.subject, verdict.recipient].append(decision.decided_at)
                found.denied += 1
    for receipt in log.receipts:
        if receipt.outcome is ReceiptOutcome.WITHHELD and receipt.reason is Reason.CONSENT_WITHDRAWN:
            refused[receipt.subject, receipt.recipient].append(receipt.ended_at)
            found.withheld += 1
    return refused


def _arrived(log: Log, asked: Mapping[str, Asked], arrivals: Mapping[str, Sequence[Arrival]], found: Effects) -> None:
    """Count every arrival under a consent, repeats and those without a receipt too, by the recipient's own clock."""
    under = {
        str(verdict.notification_id): decision.subject
        for decision in log.decisions
        for verdict in decision.verdicts
        if verdict.consent_id is not None
    }
    for got in arrivals.values():
        for arrival in got:
            person = asked.get(under.get(arrival.id, ""))
            found.arrived_after_withdrawal += person is not None and arrival.at > person.acknowledged_at + ARRIVAL_SLACK


def _first_proof(refused: Sequence[datetime], begun: Sequence[datetime]) -> datetime | None:
    """Return the first refusal after which nothing began."""
    last = max(begun, default=None)
    return min((at for at in refused if last is None or at > last), default=None)
