"""One partner's deliverer: notifications and retries in; sends, receipts and state out."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiokafka import TopicPartition

from schakel_contracts.codes import ReceiptOutcome
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.model import Policy
from schakel_services.deliver.channel import Channel
from schakel_services.deliver.dispatch import Dispatch, Patience
from schakel_services.deliver.doubt import Doubt, Doubtful
from schakel_services.deliver.incoming import Incoming
from schakel_services.deliver.outcome import Ended
from schakel_services.deliver.pending import Pending
from schakel_services.deliver.registry import Registry
from schakel_services.deliver.restoring import AT_REST, DOUBT, OWNER, OWNER_PARTITION, Positions, Restoring
from schakel_services.deliver.second_check import Clock, SecondCheck
from schakel_services.deliver.sending import Sending
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster, Records
from schakel_services.runtime.keys import PartnerKeys, Undecipherable
from schakel_services.runtime.links import Links
from schakel_services.runtime.log import log
from schakel_services.runtime.metrics import BATCH_SIZE, DELIVERIES, TARGET_AWAY, WAITING
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.table import Apply, Table
from schakel_services.runtime.tenure import Tenure
from schakel_services.runtime.writer import Outputs

BATCH_MAX = 500
STOOD_STILL_S = 3.0
"""Turns follow each other within half a second and a commit; a longer gap is a process that was frozen."""

PENDING_MAX = 50_000
"""What waits is in memory too, about 4 KB each; beyond this many the rest stays on ``notify``."""


@dataclass(frozen=True)
class DeliverSetup:
    """What the deliverer of one partner needs."""

    cluster: Cluster
    registry: Registry
    recipient: Addressee
    keys: PartnerKeys
    channel: Channel
    partitions: int
    patience: Patience
    clock: Clock
    instance: bytes
    """Who this process is, so that one that was fenced can tell whether another took over."""

    policy: Policy
    """The chain's, which must still have the way at the second check."""

    senders: Mapping[str, Addressee]
    """Every partner of the chain."""

    @property
    def partner(self) -> str:
        """Return the partner's id."""
        return self.recipient.id


class DeliverStep:
    """Deliver to one partner: at least once, in order per person, nothing on an ended consent.

    A repeat on the log is dropped; what is new is due at once; every wave of sends has its own
    second check; what did not end is kept in the state topic, in the transaction that moves the
    offsets. So the log is never held up, and a restart loses nothing.
    """

    def __init__(self, setup: DeliverSetup) -> None:
        self._setup = setup
        self._wake: Callable[[], None] = lambda: None
        self._links: Table | None = None
        self._dispatch: Dispatch | None = None
        self._positions = Positions()
        self._doubtful = Doubtful(None, BATCH_MAX)
        self._new_doubt: Doubt | None = None
        """What this process found at its opening and has yet to write, with its claim."""

        self._owned = False
        """That this process delivers is on the log; nothing is read or sent before."""

        self.tenure = Tenure(setup.instance)
        self._turned_at = 0.0
        self._draining = False
        self._rests = False
        """That nothing is under way any more is in the last transaction."""

        self._idle = asyncio.Event()
        self._ended: list[Ended] = []

    def connect(self, wake: Callable[[], None]) -> None:
        """Take what lets the pipe turn at once."""
        self._wake = wake

    async def owner(self) -> bytes | None:
        """Return who delivers to this partner, by the log."""
        return (await restore(self._setup)).owner

    def paused(self) -> bool:
        """Say whether new records should wait on the log rather than here."""
        return (
            self._dispatch is None
            or not self._owned
            or self._draining
            or len(self._dispatch.waiting) >= PENDING_MAX
            or self._dispatch.is_behind(BATCH_MAX)
        )

    def notice(self) -> str | None:
        """Return what whoever looks after this partner may want to know, or None."""
        if self._setup.channel.hangs:
            return "target_hangs"
        return None if self._dispatch is None or self._dispatch.breaker.closed else "target_away"

    async def drain(self, limit_s: float) -> None:
        """Begin no new send, and return when those under way have ended and the log says so.

        A successor that does not find this on the log takes what was due for possibly sent.
        """
        self._draining = True
        self._idle.clear()
        if self._dispatch is None:
            return
        self._wake()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), limit_s)

    async def open(self) -> None:
        """Restore what waits and was seen; follow the registry and the partner's own numbers."""
        setup = self._setup
        await setup.registry.open()
        self._owned = self._rests = False
        state = await restore(setup)
        self.tenure.opens(state.owner)
        self._new_doubt = await _doubt(setup) if state.unclean else None
        state.doubt = self._new_doubt or state.doubt
        self._doubtful = Doubtful(state.doubt, BATCH_MAX)
        links = Links(setup.partner, setup.keys)
        self._links = _table(setup, topics.links(setup.partner), _lenient(links))
        await self._links.open()
        await setup.channel.open()
        check = SecondCheck(
            setup.registry, links, self._links, setup.recipient, setup.clock, setup.policy, setup.senders
        )
        sending = Sending(
            setup.channel,
            lambda person: links.number_of(person) or setup.keys.handle(person),
            setup.clock,
            self._wake,
        )
        self._positions = state.positions
        self._dispatch = Dispatch(sending, check, setup.patience, setup.clock, self._wake)
        self._dispatch.add(state.pendings())
        self._wake()

    async def close(self) -> None:
        """Disconnect."""
        await self.failed()
        if self._links is not None:
            await self._links.close()
            self._links = None
        await self._setup.channel.close()

    async def failed(self) -> None:
        """Break off what is under way: it is unknown what the log says of it."""
        dispatch, self._dispatch = self._dispatch, None
        self._ended = []
        if dispatch is not None:
            await dispatch.sending.cancel()
        self._idle.set()

    async def work(self, records: Records) -> Outputs | None:
        """Send what is due; return the receipts of what ended and the state of what did not."""
        dispatch, setup = self._dispatch, self._setup
        if dispatch is None:
            return None
        outputs = Outputs()
        if records:
            incoming = Incoming(setup.partner, setup.partitions, self._positions, setup.clock.now)
            found = incoming.read(records, outputs)
            BATCH_SIZE.labels("deliver").observe(len(found))
            now = dispatch.now()
            doubtful = self._doubtful.take
            dispatch.add(Pending(one, now, now, possibly_arrived=doubtful(one)) for one in found)
        if self._is_owner():
            await dispatch.run(send=not self._draining)
        else:
            self._claim(outputs)
        self._report(dispatch, outputs)
        if self._draining and self._owned and not self._rests and not dispatch.sending.busy:
            self._write(outputs, OWNER_PARTITION, AT_REST.encode(), setup.instance)
            self._rests = True
        self._turned_at = setup.clock.monotonic()
        return outputs or None

    def committed(self) -> None:
        """Count what is on the log now."""
        self._owned = True
        self._turned_at = self._setup.clock.monotonic()
        partner, dispatch = self._setup.partner, self._dispatch
        for ended in self._ended:
            DELIVERIES.labels(partner, ended.outcome.value).inc()
            if ended.outcome is not ReceiptOutcome.DELIVERED:
                log.info(
                    "not_delivered",
                    partner=partner,
                    event_id=ended.pending.notification.id,
                    outcome=ended.outcome.value,
                    reason=ended.reason,
                    attempt=ended.pending.attempts,
                )
        self._ended = []
        if dispatch is not None:
            WAITING.labels(partner).set(len(dispatch.waiting))
            TARGET_AWAY.labels(partner).set(0 if dispatch.breaker.closed else 1)
        if self._rests:
            self._idle.set()

    def _is_owner(self) -> bool:
        """Say whether this process may send; it must claim the partner again after it stood still.

        While it was frozen another may have taken over: then the claim fails, and nothing is sent.
        """
        if self._setup.clock.monotonic() - self._turned_at > STOOD_STILL_S:
            self._owned = False
        return self._owned

    def _claim(self, outputs: Outputs) -> None:
        """Say who delivers, and what may have been sent before."""
        self._write(outputs, OWNER_PARTITION, OWNER.encode(), self._setup.instance)
        if self._new_doubt is not None:
            self._write(outputs, OWNER_PARTITION, DOUBT.encode(), self._new_doubt.model_dump_json().encode())

    def _report(self, dispatch: Dispatch, outputs: Outputs) -> None:
        """Write receipts, what waits, and what was seen."""
        self._ended, changed = dispatch.news()
        for ended in self._ended:
            pending = ended.pending
            partition, person = pending.notification.partition, pending.notification.person
            receipt = ended.receipt(self._setup.recipient)
            outputs.add(topics.RECEIPTS, partition, person.encode(), receipt)
            if pending.stored:
                self._write(outputs, partition, pending.key, None)
        for pending in changed:
            self._write(outputs, pending.notification.partition, pending.key, pending.value())
            pending.stored = True
        for key, at in self._positions.changes():
            self._write(outputs, partition_of(key.decode(), self._setup.partitions), key, at)

    def _write(self, outputs: Outputs, partition: int, key: bytes, value: bytes | None) -> None:
        outputs.add(topics.state_deliver(self._setup.partner), partition, key, value)


async def restore(setup: DeliverSetup) -> Restoring:
    """Read the partner's state topic to its end."""
    found = Restoring()
    table = _table(setup, topics.state_deliver(setup.partner), found.apply)
    try:
        await table.open()
    finally:
        # After the fence nobody else writes it: what is in memory is followed by our own commits.
        await table.close()
    return found


async def _doubt(setup: DeliverSetup) -> Doubt:
    """Return where the log stands now."""
    topic, watermarks = topics.notify(setup.partner), setup.registry.watermarks
    ends = await asyncio.gather(*(watermarks.end(TopicPartition(topic, one)) for one in range(setup.partitions)))
    return Doubt(at=setup.clock.now().timestamp(), ends=dict(enumerate(ends)))


def _table(setup: DeliverSetup, topic: str, apply: Apply) -> Table:
    return Table(setup.cluster, topic, range(setup.partitions), apply, setup.registry.watermarks)


def _lenient(links: Links) -> Apply:
    """Skip a number that can't be deciphered: its person is told of under the handle instead."""

    def apply(key: str, value: bytes | None) -> None:
        try:
            links.apply(key, value)
        except (Undecipherable, ValueError) as error:
            log.error("link_unreadable", error=type(error).__name__)

    return apply
