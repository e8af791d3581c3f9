"""What is under way to one partner: a few sends at a time, each on a check that is fresh."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from schakel_services.deliver.channel import Channel, CheckTooOld, Parcel
from schakel_services.deliver.pending import Pending
from schakel_services.deliver.rules import Reply
from schakel_services.deliver.second_check import Checked, Clock
from schakel_services.runtime.failpoint import pass_failpoint

SLOTS = 32


@dataclass(frozen=True, slots=True)
class Sent:
    """How one send ended."""

    checked: Checked
    reply: Reply | None
    """None: the check was too old when it could have left, so it did not."""

    probe: bool


class Sending:
    """Send in the background; ``finished`` gives what has ended."""

    def __init__(
        self,
        channel: Channel,
        subject_of: Callable[[str], str],
        clock: Clock,
        on_end: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._subject_of = subject_of
        self._clock = clock
        self._on_end = on_end
        self._tasks: dict[asyncio.Task[Sent], Pending] = {}

    @property
    def free(self) -> int:
        """Return how many more may go."""
        return SLOTS - len(self._tasks)

    @property
    def busy(self) -> bool:
        """Say whether anything is under way, or ended and not yet asked for."""
        return bool(self._tasks)

    def start(self, checked: Checked, *, probe: bool = False) -> "asyncio.Task[Sent]":
        """Send one that holds."""
        task = asyncio.create_task(self._send(checked, probe=probe))
        task.add_done_callback(lambda _: self._on_end())
        self._tasks[task] = checked.pending
        return task

    def new(self) -> "list[asyncio.Task[Sent]]":
        """Return what is under way and not yet in the state topic."""
        return [task for task, pending in self._tasks.items() if not pending.stored]

    def finished(self) -> Iterable[Sent]:
        """Return what has ended since the last call; a programmer's error is raised here."""
        ended = [task for task in self._tasks if task.done()]
        for task in ended:
            del self._tasks[task]
        return [task.result() for task in ended]

    async def cancel(self) -> None:
        """Break off everything; what had arrived by then will arrive again, under the same id."""
        tasks, self._tasks = list(self._tasks), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, checked: Checked, *, probe: bool) -> Sent:
        pass_failpoint("before_send")
        parcel = self._parcel(checked.pending)
        try:
            reply = await self._channel.send(parcel, partial(self._is_fresh, checked))
        except CheckTooOld:
            return Sent(checked, None, probe)
        return Sent(checked, reply, probe)

    def _is_fresh(self, checked: Checked) -> bool:
        return self._clock.monotonic() <= checked.fresh_until

    def _parcel(self, pending: Pending) -> Parcel:
        notification = pending.notification
        return Parcel(
            id=notification.id,
            body=notification.structured(self._subject_of(notification.person)),
            sequence=notification.envelope.sequence or 0,
            traceparent=notification.envelope.traceparent,
        )
