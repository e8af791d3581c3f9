"""Count afterwards, from the log and from what the recipients got, whether the promises held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiokafka import ConsumerRecord, TopicPartition

from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import Outcome, ReceiptOutcome
from schakel_contracts.decision import Decision
from schakel_contracts.envelope import read_envelope
from schakel_contracts.receipt import Receipt
from schakel_services.chaos.receiver import Arrival
from schakel_services.chaos.scenario import FOLDER, PARTITIONS, WEBHOOK
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster

ARRIVAL_SLACK = timedelta(seconds=2)
"""Between the check that a delivery begins with and its arrival at a slow target."""


@dataclass
class Findings:
    """What did not hold; all zero is the promise."""

    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    after_withdrawal: int = 0
    unaudited: int = 0
    hanging_transactions: int = 0
    lost_markers: int = 0

    @property
    def clean(self) -> bool:
        """Say whether every promise held."""
        return not any(vars(self).values())


@dataclass
class Log:
    """All that stands on the shared topics, committed records only."""

    events: list[ConsumerRecord] = field(default_factory=list)
    notifications: dict[str, list[ConsumerRecord]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    hanging: int = 0


async def read_log(cluster: Cluster) -> Log:
    """Read the topics to their ends; a transaction that was never ended keeps the committed end below the real one."""
    names = [topics.EVENTS, topics.AUDIT, topics.RECEIPTS, topics.notify(WEBHOOK), topics.notify(FOLDER)]
    parts = [TopicPartition(name, n) for name in names for n in range(PARTITIONS)]
    raw_end = cluster.consumer(isolation="read_uncommitted", client_id="chaos-ends")
    consumer = cluster.consumer(client_id="chaos-ledger")
    consumer.assign(parts)
    await raw_end.start()
    await consumer.start()
    log = Log()
    try:
        ends, stable = await raw_end.end_offsets(parts), await consumer.end_offsets(parts)
        log.hanging = sum(ends[tp] != stable[tp] for tp in parts)
        waiting = {tp for tp in parts if stable[tp] > 0}
        while waiting:
            for tp, rows in (await consumer.getmany(*waiting, timeout_ms=500)).items():
                _sort(log, tp.topic, rows)
            waiting = {tp for tp in waiting if await consumer.position(tp) < stable[tp]}
    finally:
        await consumer.stop()
        await raw_end.stop()
    return log


def _sort(log: Log, topic: str, rows: Sequence[ConsumerRecord]) -> None:
    if topic == topics.EVENTS:
        log.events += rows
    elif topic == topics.AUDIT:
        decisions = [row for row in rows if dict(row.headers).get("schakel_kind") == b"decision"]
        log.decisions += [Decision.model_validate_json(row.value) for row in decisions]
    elif topic == topics.RECEIPTS:
        log.receipts += [Receipt.model_validate_json(row.value) for row in rows]
    else:
        log.notifications.setdefault(topic.removeprefix("notify."), []).extend(rows)


def judge(
    log: Log,
    expected: Iterable[datetime],
    acknowledged: Mapping[str, datetime],
    arrivals: Mapping[str, Sequence[Arrival]],
) -> Findings:
    """Return the findings; ``expected`` are the plans' times, ``acknowledged`` when each person's withdrawal was."""
    found = Findings(hanging_transactions=log.hanging)
    _events(log, set(expected), found)
    _decisions(log, found)
    _deliveries(log, acknowledged, arrivals, found)
    return found


def _events(log: Log, expected: set[datetime], found: Findings) -> None:
    """Every plan gave one event; a person's events stand in the order of the plans."""
    seen: set[str] = set()
    times: set[datetime] = set()
    last: dict[str, datetime] = {}
    for row in log.events:
        envelope = read_envelope(row.headers)
        is_repeat = envelope.id in seen
        found.duplicated += is_repeat
        seen.add(envelope.id)
        if envelope.type != CarePlanStatusChanged.type:
            continue
        at = datetime.fromisoformat(envelope.time)
        found.duplicated += at in times and not is_repeat
        times.add(at)
        found.reordered += at < last.get(envelope.subject, at)
        last[envelope.subject] = at
    found.lost += len(expected - times)


def _decisions(log: Log, found: Findings) -> None:
    """Every event was decided once; every permit was written once, and nothing without one; no gap in a sequence."""
    decided: set[str] = set()
    permitted: set[str] = set()
    for decision in log.decisions:
        found.duplicated += str(decision.event_id) in decided
        decided.add(str(decision.event_id))
        for verdict in decision.verdicts:
            if verdict.outcome is not Outcome.DENY:
                permitted.add(str(verdict.notification_id))
    found.unaudited += sum(read_envelope(row.headers).id not in decided for row in log.events)
    written: set[str] = set()
    for rows in log.notifications.values():
        last: dict[str, int] = defaultdict(int)
        for row in rows:
            envelope = read_envelope(row.headers)
            found.duplicated += envelope.id in written
            found.unaudited += envelope.id not in permitted
            written.add(envelope.id)
            sequence = envelope.sequence or 0
            found.reordered += sequence != last[envelope.subject] + 1
            last[envelope.subject] = sequence
    found.lost += len(permitted - written)


def _deliveries(
    log: Log, acknowledged: Mapping[str, datetime], arrivals: Mapping[str, Sequence[Arrival]], found: Findings
) -> None:
    """Every notification ended once, on the log; what it says was delivered arrived, in order, and none too late."""
    ended: dict[str, Receipt] = {}
    for receipt in log.receipts:
        found.duplicated += str(receipt.notification_id) in ended
        ended[str(receipt.notification_id)] = receipt
    subject_of: dict[str, str] = {}
    for rows in log.notifications.values():
        for row in rows:
            envelope = read_envelope(row.headers)
            subject_of[envelope.id] = envelope.subject
            found.lost += envelope.id not in ended
    for receipt in ended.values():
        told_at = acknowledged.get(receipt.subject)
        late = told_at is not None and receipt.began_at > told_at
        found.after_withdrawal += (
            receipt.outcome is ReceiptOutcome.DELIVERED and receipt.consent_id is not None and late
        )
    for party, got in arrivals.items():
        arrived = {arrival.id for arrival in got}
        delivered = {key for key, r in ended.items() if r.outcome is ReceiptOutcome.DELIVERED and r.recipient == party}
        found.lost += len(delivered - arrived)
        found.unaudited += len(arrived - set(subject_of))
        _arrived(got, ended, subject_of, acknowledged, found)


def _arrived(
    got: Sequence[Arrival],
    ended: Mapping[str, Receipt],
    subject_of: Mapping[str, str],
    acknowledged: Mapping[str, datetime],
    found: Findings,
) -> None:
    """First arrivals of a person come in order; by the recipient's own clock none comes after a withdrawal."""
    last: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for arrival in got:
        if arrival.id in seen:
            continue
        seen.add(arrival.id)
        found.reordered += arrival.sequence < last[arrival.subject]
        last[arrival.subject] = arrival.sequence
        told_at = acknowledged.get(subject_of.get(arrival.id, ""))
        receipt = ended.get(arrival.id)
        by_consent = receipt is not None and receipt.consent_id is not None
        found.after_withdrawal += bool(told_at and by_consent and arrival.at > told_at + ARRIVAL_SLACK)
