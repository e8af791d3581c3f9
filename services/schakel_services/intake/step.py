"""One partner's intake: what came in since the last turn, as much as there is room for, in one transaction."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time_ns

from aiokafka import ConsumerRecord

from schakel_contracts.refusal import BrokenRule, Refusal
from schakel_services.intake import aside, quarantine
from schakel_services.intake.handles import Handles, LinkBook
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result
from schakel_services.intake.room import Room, portions
from schakel_services.intake.take import Desk
from schakel_services.intake.taken import Taken
from schakel_services.intake.versions import OWNER, POSITION, Versions
from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster, Records
from schakel_services.runtime.keys import PartnerKeys, Undecipherable
from schakel_services.runtime.links import Links
from schakel_services.runtime.metrics import BATCH_SIZE, RECORDS_IN
from schakel_services.runtime.placement import partition_of
from schakel_services.runtime.table import Apply, Table
from schakel_services.runtime.tenure import Tenure
from schakel_services.runtime.watermark import Watermarks
from schakel_services.runtime.writer import Outputs

BATCH_MAX = 1_000
AT_ONCE, BYTES_AT_ONCE = 100, 256 * 1024
"""How many records are read before the first of them is taken, and taken before the first is written; then others that
share the process have their turn."""

ENCRYPTION, A256GCM = "schakel_enc", b"a256gcm"
"""Header of a raw record that is encrypted with the partner's data key, bound to the name of its topic."""

WITHHOLD = "schakel_withhold"


@dataclass(frozen=True)
class StepSetup:
    """What an intake step needs beside the desk."""

    cluster: Cluster
    watermarks: Watermarks
    partner: str
    keys: PartnerKeys
    partitions: int
    make_desk: Callable[[Versions, LinkBook], Desk]
    inbox: Inbox
    now: Callable[[], datetime]
    instance: bytes
    """Who this process is, so that one that was fenced can see whether another took over."""

    by_handle: bool = False
    """Whether this partner names persons by the handles under which it is told of them: it may read no BSN (R18)."""


async def restore_versions(setup: StepSetup) -> Versions:
    """Return what is on ``versions.<partner>`` now."""
    versions = Versions()
    await _restore(setup, topics.versions(setup.partner), versions.apply)
    return versions


async def _restore(setup: StepSetup, topic: str, apply: Apply) -> None:
    table = Table(setup.cluster, topic, range(setup.partitions), apply, setup.watermarks)
    try:
        await table.open()
    finally:
        # The fence made this process the only writer: its own commits keep memory and log the same.
        await table.close()


class IntakeStep:
    """Take records of one partner; an answer goes out after the commit, never before."""

    def __init__(self, setup: StepSetup) -> None:
        self._setup = setup
        self._desk: Desk | None = None
        self._versions = Versions()
        self._links = Links(setup.partner, setup.keys)
        self._registry: Table | None = None
        """Followed only where persons are named by handle."""
        self._in_hand: list[Incoming] = []
        """What left the inbox and is not taken yet."""
        self._taken: list[tuple[Incoming, Result]] = []
        """In this turn."""
        self._worked: deque[list[tuple[Incoming, Result]]] = deque()
        """In each turn that is not on the log yet, the oldest first: the next is worked at while one is committed."""
        self._owned = False
        self.tenure = Tenure(setup.instance)

    async def owner(self) -> bytes | None:
        """Return who takes this partner's records, by the log."""
        return (await restore_versions(self._setup)).owner

    async def open(self) -> None:
        """Restore what was published, and whose numbers are whose."""
        setup = self._setup
        self._owned = False
        self._links = Links(setup.partner, setup.keys)
        self._versions = await restore_versions(setup)
        self.tenure.opens(self._versions.owner)
        await _restore(setup, topics.links(setup.partner), self._links.apply)
        numbers = await self._with_handles(self._links) if setup.by_handle else self._links
        self._desk = setup.make_desk(self._versions, numbers)

    async def _with_handles(self, links: Links) -> LinkBook:
        """Follow the registry, to know the persons that this partner is involved with."""
        setup = self._setup
        handles = Handles(setup.partner, setup.keys, links)
        partitions = range(setup.partitions)
        self._registry = Table(setup.cluster, topics.REGISTRY, partitions, handles.apply, setup.watermarks)
        await self._registry.open()
        return handles

    async def close(self) -> None:
        """Take nothing more until the next open."""
        self._desk = None
        if self._registry is not None:
            await self._registry.close()
            self._registry = None

    async def work(self, records: Records) -> Outputs | None:
        """Return what the waiting records add to the log; what there is no room for waits, in its order."""
        desk, inbox = self._desk, self._setup.inbox
        if desk is None:
            return None
        waiting = min(BATCH_MAX, len(inbox))
        if self._registry is not None and (waiting or records):
            await self._registry.barrier()
        outputs = Outputs()
        if not self._owned:
            self._write(outputs, topics.versions(self._setup.partner), OWNER, self._setup.instance)
        # Each side has room of its own: neither keeps the other waiting for ever.
        await self._take_from_inbox(desk, waiting, outputs)
        await self._take_from_topics(desk, records, outputs)
        if not self._taken and self._owned and not records:
            return None
        if self._taken:
            BATCH_SIZE.labels("intake").observe(len(self._taken))
        for (connector, outcome), number in Counter((i.connector, r.outcome) for i, r in self._taken).items():
            RECORDS_IN.labels(self._setup.partner, connector, outcome).inc(number)
        self._worked.append(self._taken)
        self._taken = []
        return outputs

    def committed(self) -> None:
        """Answer everybody whose record is on the log."""
        self._owned = True
        for item, result in self._worked.popleft() if self._worked else ():
            if item.answer is not None and not item.answer.done():
                item.answer.set_result(result)

    async def failed(self) -> None:
        """Tell everybody whose record may not be on the log to send it again; the same record is published once."""
        taken = [item for turn in (*self._worked, self._taken) for item, _ in turn]
        waiting = taken + self._in_hand + self._setup.inbox.take(len(self._setup.inbox))
        self._in_hand, self._taken = [], []
        self._worked.clear()
        for item in waiting:
            if item.answer is not None and not item.answer.done():
                item.answer.set_exception(NotTaken())

    async def _take_from_inbox(self, desk: Desk, waiting: int, outputs: Outputs) -> None:
        """Take so many that waited there; who came since did so after the barrier, and is for the next turn."""
        inbox, room = self._setup.inbox, Room()
        while waiting and not room.full:
            before = len(inbox)
            some = inbox.take(min(AT_ONCE, waiting), BYTES_AT_ONCE)
            waiting -= before - len(inbox)
            self._in_hand = some
            taken = self._take(desk, [(self._numbered(item), item) for item in some], room, outputs)
            self._in_hand = []
            inbox.put_back(some[taken:])
            await asyncio.sleep(0)
        if self._taken:
            self._write(outputs, topics.versions(self._setup.partner), POSITION, b"%d" % self._versions.counter)
        outputs.more = bool(inbox)

    async def _take_from_topics(self, desk: Desk, records: Records, outputs: Outputs) -> None:
        """Take what was read there, one partition after the other."""
        room, now = Room(), self._setup.now()
        for partition, rows in records.items():
            done = 0
            for some in portions(rows, _size, AT_ONCE, BYTES_AT_ONCE):
                if room.full:
                    break
                done += self._take(desk, [self._read(row, now) for row in some], room, outputs)
                await asyncio.sleep(0)
            if done < len(rows):
                outputs.left[partition] = rows[done:]

    def _numbered(self, item: Incoming) -> str:
        """Number a record that has no Kafka position; at least the clock, so that a lost state never counts back."""
        self._versions.counter = max(self._versions.counter + 1, time_ns() // 1_000)
        return item.position or f"http.{self._setup.partner}/0/{self._versions.counter}"

    def _take(self, desk: Desk, some: Sequence[tuple[str, Incoming]], room: Room, outputs: Outputs) -> int:
        """Take records from the first on as long as there is room, and return how many were taken.

        All are read, then it is found what each adds, knowing what those before it did, then all of it is written: one
        step for all of them, and not all steps for one, keeps the code in the processor's cache.
        """
        read = [desk.read(item) if item.refused is None else None for _, item in some]
        found = []
        for (position, item), said in zip(some, read, strict=True):
            if room.full:
                break
            taken = desk.take(item, position, said) if item.refused is None else Taken(item.refused)
            taken = room.add(len(item.raw), taken)
            self._versions.remember(taken.versions)
            for person, numbers in taken.links.items():
                self._links.learn(person, numbers)
            found.append((position, item, taken))
        for position, item, taken in found:
            if taken.result.outcome == "accepted":
                self._accept(taken, outputs)
            else:
                self._refuse(position, item, taken.result, outputs)
            self._taken.append((item, taken.result))
        outputs.pack()
        return len(found)

    def _accept(self, taken: Taken, outputs: Outputs) -> None:
        setup = self._setup
        for person, body, headers in taken.events:
            outputs.add(topics.EVENTS, partition_of(person, setup.partitions), person.encode(), body, headers)
        for person, key, record in taken.records:
            outputs.add(topics.REGISTRY, partition_of(person, setup.partitions), key.encode(), record)
        topic = topics.versions(setup.partner)
        for key, value in taken.versions.items():
            self._write(outputs, topic, key, value)
        for person, numbers in taken.links.items():
            self._write(outputs, topics.links(setup.partner), person, self._links.seal(person, numbers))

    def _refuse(self, position: str, item: Incoming, result: Result, outputs: Outputs) -> None:
        """Say on the log that a record was refused; keep the record itself only where nobody waits for an answer."""
        setup = self._setup
        at = setup.now().astimezone(UTC)
        refusal = Refusal(
            kind="rejected" if result.outcome == "rejected" else "unlinked",
            partner=setup.partner,
            connector=item.connector,
            position=position,
            errors=tuple(
                BrokenRule(field=_safe(error.field), rule=_safe_rule(error.rule)) for error in result.errors[:20]
            ),
            at=at,
        )
        outputs.add(
            topics.AUDIT,
            partition_of(position, setup.partitions),
            None,
            refusal.model_dump_json().encode(),
            topics.REFUSAL_HEADERS,
        )
        if item.answer is None:
            key, value = quarantine.seal(setup.partner, setup.keys, position, item, result, at.isoformat())
            self._write(outputs, topics.quarantine(setup.partner), key, value)

    def _write(self, outputs: Outputs, topic: str, key: str, value: bytes) -> None:
        outputs.add(topic, partition_of(key, self._setup.partitions), key.encode(), value)

    def _read(self, row: ConsumerRecord, now: datetime) -> tuple[str, Incoming]:
        """Return a record of a topic and its position; one that the partner's key does not open is refused."""
        position = f"{row.topic}/{row.partition}/{row.offset}"
        headers = row.headers or ()
        withhold = aside.joined(value for name, value in headers if name == WITHHOLD)
        item = Incoming(row.topic.rpartition(".")[2], row.value or b"", now, position, withhold)
        if (ENCRYPTION, A256GCM) in headers:
            try:
                item.raw = self._setup.keys.decrypt(item.raw, row.topic)
            except Undecipherable:
                item.refused = Result("rejected", errors=(quarantine.UNDECIPHERABLE,))
        return position, item


def _size(row: ConsumerRecord) -> int:
    return len(row.value or b"")


def _safe(field: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_.:@*[]/-") else "*" for c in field)[:200] or "record"


def _safe_rule(rule: str) -> str:
    return "".join(c if c.isascii() and (c.islower() or c.isdigit() or c == "_") else "_" for c in rule)[:80] or "rule"
