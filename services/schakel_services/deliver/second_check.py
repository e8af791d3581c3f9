"""The second look: what opened the way must stand, in a registry no older than the look."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.openings import Openings, Seen
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.recheck import Recheck, still_holds
from schakel_contracts.policy.reminding import asked_no_longer
from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import LastCheck, Pending
from schakel_services.deliver.registry import Registry
from schakel_services.runtime.links import Links
from schakel_services.runtime.metrics import BARRIER_SECONDS
from schakel_services.runtime.table import Table

FRESH_S = 0.5
"""How old a check may be when the first byte leaves; a withdrawal counts within 60 s (R11)."""


@dataclass(frozen=True)
class Clock:
    """Wall time for what is written down, and a clock that runs while this process is frozen."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Checked:
    """A notification with the outcome of its check, which does not keep."""

    pending: Pending
    recheck: Recheck
    last: LastCheck
    fresh_until: float
    """On the monotonic clock."""


class Check(Protocol):
    """Looks whether notifications may leave now."""

    async def check(self, pendings: Sequence[Pending]) -> list[Checked]:
        """Return an outcome for each, or raise ``TableBehind``."""


class SecondCheck:
    """Check notifications to one partner."""

    def __init__(
        self,
        registry: Registry,
        links: Links,
        links_table: Table,
        recipient: Addressee,
        clock: Clock,
        policy: Policy,
        senders: Mapping[str, Addressee],
    ) -> None:
        self._registry = registry
        self._links = links
        self._links_table = links_table
        self._recipient = recipient
        self._clock = clock
        self._policy = policy
        self._openings = Openings(policy, recipient)
        self._senders = senders

    async def check(self, pendings: Sequence[Pending]) -> list[Checked]:
        """Return an outcome for each; ``TableBehind``: the registry can't be read, send nothing.

        The barrier comes first, so a withdrawal that was acknowledged before this call is seen.
        """
        began_at, began = self._clock.now(), self._clock.monotonic()
        people, _ = await asyncio.gather(
            self._registry.seen({pending.notification.partition for pending in pendings}),
            self._see_numbers(pendings),
        )
        BARRIER_SECONDS.labels("deliver").observe(max(0.0, self._clock.monotonic() - began))
        now = self._clock.now()
        found = []
        for pending in pendings:
            notification = pending.notification
            recheck = self._look(notification, people.of(notification.person), now)
            last = LastCheck(began_at, recheck.consent_id, recheck.rules)
            found.append(Checked(pending, recheck, last, began + FRESH_S))
        return found

    def _look(self, notification: Notification, person: PersonRegistry, now: datetime) -> Recheck:
        basis = notification.envelope.basis or ""
        sender = self._senders.get(notification.source or "")
        opening = self._openings.of(
            Seen(
                notification.envelope.type,
                notification.purpose,
                basis,
                notification.fields,
                None if sender is None else sender.role,
                shows_source=notification.source is not None,
            )
        )
        found = still_holds(
            notification.consent_id,
            self._recipient,
            notification.purpose,
            notification.relation_required,
            person,
            now,
            opening=opening,
            sender=sender,
            source=notification.consent_source,
            decided_at=notification.decided_at,
            basis=basis,
            text_major=self._policy.consent_text_major,
        )
        if not found.holds or notification.question is None:
            return found
        asker, question = notification.question
        recipient, policy = self._recipient, self._policy
        return asked_no_longer(question, self._senders.get(asker), recipient, person, policy, now) or found

    async def _see_numbers(self, pendings: Sequence[Pending]) -> None:
        """Look again for a person without a number: it may be in the record that this came from.

        Intake writes both in one transaction, but their markers can arrive up to 200 ms apart.
        """
        unknown = {
            pending.notification.partition
            for pending in pendings
            if self._links.number_of(pending.notification.person) is None
        }
        if unknown:
            await self._links_table.barrier(partitions=unknown)
