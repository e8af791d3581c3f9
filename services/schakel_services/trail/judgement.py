"""Whether a withdrawal was honoured, by what stands on the log, and what is lacking: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from schakel_contracts.codes import Outcome, Reason, ReceiptOutcome
from schakel_services.trail.proof import Proof

UNDER_WAY = "under_way"


class Lacking(StrEnum):
    """Why it can't be said that a withdrawal was honoured."""

    LEFT_AFTER = "left_after"
    NOT_TOLD_TO_STOP = "not_told_to_stop"
    STOP_NOTICE_FAILED = "stop_notice_failed"
    NOT_WITHDRAWN = "not_withdrawn"
    BEFORE_THE_LOG = "before_the_log"
    UNDER_WAY = "under_way"
    STOP_NOTICE_UNDER_WAY = "stop_notice_under_way"


BROKEN = frozenset({Lacking.LEFT_AFTER, Lacking.NOT_TOLD_TO_STOP, Lacking.STOP_NOTICE_FAILED})
"""It was not honoured; what else is lacking leaves it open."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One party that was told to stop, and how that ended; the person's own notice is among them."""

    recipient: str
    outcome: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Untold:
    """One party that was told something under the consent, and is not told to stop."""

    recipient: str
    reason: Reason | None
    """None: it was not considered, since the chain has no such partner any more."""


def stops(proof: Proof) -> list[Stop]:
    """Return who was told to stop, in the order in which that was decided; of several notices the best."""
    found: dict[str, Stop] = {}
    for _, verdict, receipt in proof.stopping():
        if verdict.notification_id is None:
            continue
        known = found.get(verdict.recipient)
        if known is None or known.outcome != ReceiptOutcome.DELIVERED:
            found[verdict.recipient] = Stop(
                verdict.recipient,
                UNDER_WAY if receipt is None else receipt.outcome.value,
                None if receipt is None else receipt.ended_at,
            )
    return list(found.values())


def untold(proof: Proof) -> list[Untold]:
    """Return who was told something under the consent, and is not told to stop though all is decided.

    Who withdrew it knows that, and is told nothing.
    """
    if not (proof.reaches_back() and proof.stops_decided()):
        return []
    notices = {stop.recipient for stop in stops(proof)}
    said_so = {decision.source for decision, _, _ in proof.stopping()}
    reasons = {v.recipient: v.reason for _, v, _ in proof.stopping() if v.outcome is Outcome.DENY}
    return [Untold(one, reasons.get(one)) for one in sorted(proof.told() - notices - said_so)]


def lacking(proof: Proof) -> list[Lacking]:
    """Return all that keeps one from saying that it was honoured; empty: it was."""
    return list(_lacking(proof))


def _lacking(proof: Proof) -> Iterator[Lacking]:
    if proof.t0 is None:
        yield Lacking.NOT_WITHDRAWN
        return
    outcomes = {stop.outcome for stop in stops(proof)}
    if proof.late():
        yield Lacking.LEFT_AFTER
    if untold(proof):
        yield Lacking.NOT_TOLD_TO_STOP
    if outcomes & {ReceiptOutcome.FAILED, ReceiptOutcome.WITHHELD}:
        yield Lacking.STOP_NOTICE_FAILED
    if not proof.reaches_back():
        yield Lacking.BEFORE_THE_LOG
    if proof.under_way():
        yield Lacking.UNDER_WAY
    if UNDER_WAY in outcomes or not proof.stops_decided():
        yield Lacking.STOP_NOTICE_UNDER_WAY


def honoured(found: list[Lacking]) -> bool | None:
    """Return yes or no; None where the log does not, or not yet, say."""
    if not found:
        return True
    return None if BROKEN.isdisjoint(found) else False


def as_json(proof: Proof) -> dict[str, Any]:
    """Return a proof with stable keys."""
    found = lacking(proof)
    before = [receipt for receipt in proof.delivered() if proof.t0 is None or receipt.began_at <= proof.t0]
    return {
        "consent_id": str(proof.kept.consent.id),
        "withdrawn": proof.t0 is not None,
        "t0": _text(proof.t0),
        "effective": _text(proof.kept.consent.withdrawn_at),
        "read": {"since": _text(proof.since), "until": _text(proof.until)},
        "delivered_before": len(before),
        "last_delivery_before": _text(before[-1].began_at) if before else None,
        "possibly_arrived": len(proof.possibly_arrived()),
        "under_way": proof.under_way(),
        "blocked_after": {"at_gate": proof.denied(), "at_delivery": proof.withheld()},
        "delivered_after": len(proof.late()),
        "stop_notices": [
            {"recipient": stop.recipient, "outcome": stop.outcome, "ended_at": _text(stop.ended_at)}
            for stop in stops(proof)
        ],
        "not_told_to_stop": [{"recipient": one.recipient, "reason": one.reason} for one in untold(proof)],
        "honoured": honoured(found),
        "lacking": [one.value for one in found],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
