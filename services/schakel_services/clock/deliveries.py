"""Notifications that are on their way: which must be there when, and which were not (F46).

All of one person stand in one value, so that a burst of them costs one record. A delivery is set by the decision and
ended by its receipt; a receipt may be read before its decision, and is remembered until that must have been read too.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from schakel_contracts.codes import Outcome, Reason, Remedy, Stage
from schakel_contracts.decision import Decision, Verdict
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.policy.tables_format import Hurry
from schakel_services.clock.days import day_of, seconds
from schakel_services.clock.working_time import closing, working_days_after, working_hours_after

DELIVERIES = "deliveries"
"""The key, after the person."""

QUARTER = timedelta(minutes=15)
FOUR = 4
T1D, T5D = 1, 5
CASE_KEPT_S = int(timedelta(days=7).total_seconds())
"""How long an event that can't wait is remembered: a gate that was away decides about it later."""


class Term(NamedTuple):
    """How soon what a policy row sends must be there."""

    time_class: str
    sooner: Mapping[Hurry, str] = MappingProxyType({})
    """By case that can't wait so long."""


class Awaited(NamedTuple):
    """One notification, and who must hear when it is late."""

    due: int
    notification_id: str
    event_id: str
    event_type: str
    recipient: str
    role: str
    source: str
    sooner: tuple[tuple[str, int], ...] = ()
    """When it is late if its event is a case that can't wait, for each case that its row knows."""

    def hurried(self, cases: Iterable[str]) -> "Awaited":
        """Return it with the end that these cases leave."""
        known = frozenset(cases)
        return self._replace(due=min([self.due, *(at for case, at in self.sooner if case in known)]))


class Case(NamedTuple):
    """One event that can't wait."""

    forgotten_at: int
    event_id: str
    case: str


class Deliveries(NamedTuple):
    """What is on its way to whom, of one person."""

    awaited: tuple[Awaited, ...] = ()
    ended: tuple[tuple[int, str], ...] = ()
    """Receipts without a decision yet: when they were read, and the notification's id."""

    cases: tuple[Case, ...] = ()
    """Events that can't wait, of which the decision may still have to be read."""

    def with_decision(self, awaited: Iterable[Awaited]) -> "Deliveries":
        """Add what a decision sent, but for what has arrived already."""
        arrived = {notification for _, notification in self.ended}
        known = {one.notification_id for one in self.awaited}
        sent = {one.notification_id: one.hurried(self._cases_of(one.event_id)) for one in awaited}
        new = (one for name, one in sent.items() if name not in arrived | known)
        left = tuple(one for one in self.ended if one[1] not in sent)
        return self._replace(awaited=(*self.awaited, *new), ended=left)

    def with_case(self, event_id: str, case: str, now: int) -> "Deliveries":
        """Take in that an event can't wait, whether its decision was read before or comes after."""
        awaited = tuple(one.hurried([case]) if one.event_id == event_id else one for one in self.awaited)
        others = (one for one in self.cases if (one.event_id, one.case) != (event_id, case))
        return self._replace(awaited=awaited, cases=(*others, Case(now + CASE_KEPT_S, event_id, case)))

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
        ended = tuple(one for one in self.ended if one[0] > now)
        return late, Deliveries(left, ended, tuple(one for one in self.cases if one.forgotten_at > now))

    def value(self) -> bytes | None:
        """Return it as it stands on the log; None when there is nothing left."""
        moments = [one.due for one in self.awaited] + [at for at, _ in self.ended]
        moments += [one.forgotten_at for one in self.cases]
        return to_json((min(moments), *self)) if moments else None

    def _cases_of(self, event_id: str) -> Iterator[str]:
        return (one.case for one in self.cases if one.event_id == event_id)


def read_deliveries(value: bytes | None) -> Deliveries:
    """Return the deliveries of a value; none where it can't be read: nobody is told of a delay for a guess."""
    if value is None:
        return Deliveries()
    try:
        _, awaited, ended, *cases = from_json(value)
        return Deliveries(
            tuple(_read_awaited(*one) for one in awaited),
            tuple((at, name) for at, name in ended),
            tuple(Case(*one) for one in (cases[0] if cases else ())),
        )
    except (TypeError, ValueError):
        return Deliveries()


def _read_awaited(*parts: Any) -> Awaited:
    """Read one; those of an earlier version know no case."""
    one = Awaited(*parts)
    return one._replace(sooner=tuple((case, at) for case, at in one.sooner))


def awaited_of(decision: Decision, terms: Mapping[str, Term]) -> Iterator[Awaited]:
    """Yield what a decision sent, with the end of the time that its row allows.

    Nothing of what goes to the sender itself: that it was told late helps nobody.
    """
    for verdict in decision.verdicts:
        if verdict.outcome is Outcome.DENY or verdict.notification_id is None or verdict.recipient == decision.source:
            continue
        if decision.event_type == DeliveryNotCompleted.type:
            continue
        term = terms.get(verdict.row or "")
        if term is not None:
            yield _awaited(decision, verdict, term)


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


def _awaited(decision: Decision, verdict: Verdict, term: Term) -> Awaited:
    def end(time_class: str) -> int:
        return seconds(end_of_class(decision.decided_at, time_class))

    return Awaited(
        end(term.time_class),
        str(verdict.notification_id),
        str(decision.event_id),
        decision.event_type,
        verdict.recipient,
        verdict.role.value,
        decision.source,
        tuple((case, end(allowed)) for case, allowed in sorted(term.sooner.items())),
    )
