"""The smallest service that there is: it writes on what it reads, in order, and fails where a test says so."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from schakel_services.runtime.cluster import Records
from schakel_services.runtime.writer import Outputs


@dataclass
class Copy:
    """A step that copies its input to one topic, and notes what the pipe asks of it."""

    target: str
    before_work: Callable[["Copy"], None] = lambda _: None
    extra: list[bytes] = field(default_factory=list)
    """What to write at the next turn, records or not."""

    asked: list[str] = field(default_factory=list)
    """``open``, ``work``, ``committed``, ``failed`` and ``close``, as they came."""

    worked: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None
    """While it is not set, the step works on."""

    async def open(self) -> None:
        """Note it."""
        self.asked.append("open")
        self.opened.set()

    async def work(self, records: Records) -> Outputs | None:
        """Return a copy of every record, under its own partition."""
        extra, self.extra = self.extra, []
        if not records and not extra:
            return None
        self.asked.append("work")
        self.before_work(self)
        self.worked.set()
        if self.hold is not None:
            await self.hold.wait()
        outputs = Outputs()
        for partition, rows in records.items():
            self._copy(outputs, partition.partition, rows)
        for value in extra:
            outputs.add(self.target, 0, None, value)
        return outputs

    def committed(self) -> None:
        """Note it."""
        self.asked.append("committed")

    async def failed(self) -> None:
        """Note it."""
        self.asked.append("failed")

    async def close(self) -> None:
        """Note it."""
        self.asked.append("close")

    def _copy(self, outputs: Outputs, partition: int, rows: Sequence[ConsumerRecord]) -> None:
        for row in rows:
            outputs.add(self.target, partition, row.key, row.value)
