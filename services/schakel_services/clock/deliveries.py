"""Notifications that are on their way: which must be there when, and which were not (F46).

All of one person stand in one value, so that a burst of them costs one record. A delivery is set by the decision and
ended by its receipt; a receipt may be read before its decision, and is remembered until that must have been read too.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import from_json, to_json

from schakel_contracts.codes import Outcome, Reason, Remedy, Stage
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_services.clock.days import day_of, seconds
from schakel_services.clock.working_time import closing, working_days_after, working_hours_after

DELIVERIES = "deliveries"
"""The key, after the person."""

QUARTER = timedelta(minutes=15)
FOUR = 4
T1D, T5D = 1, 5


class Awaited(NamedTuple):
    """One notification, and who must hear when it is late."""

    due: int
    notification_id: str
    event_id: str
    event_type: str
    recipient: str
    role: str
    source: str


class Deliveries(NamedTuple):
    """What is on its way to whom, of one person."""

    awaited: tuple[Awaited, ...] = ()
    ended: tuple[tuple[int, str], ...] = ()
    """Receipts without a decision yet: when they were read, and the notification's id."""

    def with_decision(self, awaited: Iterable[Awaited]) -> "Deliveries":
        """Add what a decision sent, but for what has arrived already."""
        arrived = {notification for _, notification in self.ended}
        known = {one.notification_id for one in self.awaited}
        sent = {one.notification_id: one for one in awaited}
        new = (one for name, one in sent.items() if name not in arrived | known)
        return Deliveries((*self.awaited, *new), tuple(one for one in self.ended if one[1] not in sent))

    def with_receipt(self, notification: str, now: int) -> "Deliveries":
        """Take away what has ended, however it did."""
        left = tuple(one for one in self.awaited if one.notification_id != notification)
        if len(left) < len(self.awaited):
            return self._replace(awaited=left)
        return self._replace(ended=(*self.ended, (now, notification)))

    def late(self, now: int) -> tuple[tuple[Awaited, ...], "Deliveries"]:
        """Return what should have been there by now, and what is left."""
        late = tuple(sorted(one for one in self.awaited if one.due <= now))
        left = tuple(one for one in self.awaited if one.due > now)
        return late, Deliveries(left, tuple(one for one in self.ended if one[0] > now))

    def value(self) -> bytes | None:
        """Return it as it stands on the log; None when there is nothing left."""
        if not self.awaited and not self.ended:
            return None
        due = min((*(one.due for one in self.awaited), *(at for at, _ in self.ended)))
        return to_json((due, self.awaited, self.ended))


def read_deliveries(value: bytes | None) -> Deliveries:
    """Return the deliveries of a value."""
    if value is None:
        return Deliveries()
    _, awaited, ended = from_json(value)
    return Deliveries(tuple(Awaited(*one) for one in awaited), tuple((at, name) for at, name in ended))


def awaited_of(decision: Decision, time_class: dict[str, str]) -> Iterator[Awaited]:
    """Yield what a decision sent, with the end of the time that its row allows.

    Nothing of what goes to the sender itself: that it was told late helps nobody.
    """
    for verdict in decision.verdicts:
        if verdict.outcome is Outcome.DENY or verdict.notification_id is None or verdict.recipient == decision.source:
            continue
        if decision.event_type == DeliveryNotCompleted.type:
            continue
        allowed = time_class.get(verdict.row or "")
        if allowed is not None:
            yield _awaited(decision, verdict, seconds(end_of_class(decision.decided_at, allowed)))


@lru_cache(maxsize=1_024)
def end_of_class(decided_at: datetime, time_class: str) -> datetime:
    """Return when a notification must be there at the latest.

    What is due some time before a date (``L-28d``) was said in time by the clock; it must be there the next working
    day. A gate decides about a whole batch at one moment, so this is found once for all of it.
    """
    if time_class == "T15":
        return decided_at + QUARTER
    if time_class == "T4h":
        return working_hours_after(decided_at, FOUR)
    count = T5D if time_class == "T5d" else T1D
    return closing(working_days_after(day_of(decided_at), count))


def too_late(one: Awaited) -> DeliveryNotCompleted:
    """Return what the sender hears; the delivery is still tried, and may come."""
    return DeliveryNotCompleted.model_validate(
        {
            "event_id": one.event_id,
            "event_type": one.event_type,
            "recipient": one.recipient,
            "recipient_role": one.role,
            "stage": Stage.DELIVERY,
            "reason": Reason.TOO_LATE,
            "remedy": Remedy.CONTACT_RECIPIENT,
        }
    )


def _awaited(decision: Decision, verdict: Verdict, due: int) -> Awaited:
    return Awaited(
        due,
        str(verdict.notification_id),
        str(decision.event_id),
        decision.event_type,
        verdict.recipient,
        verdict.role.value,
        decision.source,
    )
