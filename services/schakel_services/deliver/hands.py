"""A few threads of a partner's own, for calls that may hang."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial


class Hands:
    """Run calls in threads, so many at once; one that hangs keeps its own place and nobody else's.

    The threads are daemons: what hangs does not keep the process from ending.
    """

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)
        self.hanging: set[str] = set()
        """What nobody waits for any more and has not come back."""

    async def do(self, name: str, work: Callable[[], object]) -> None:
        """Wait for a place, and for the call; when this is cancelled the call goes on, and keeps its place."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        back = partial(self._back, name, done)
        thread = threading.Thread(target=_run, args=(work, loop, back), name=f"hand-{name}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._free.release()
            raise OSError("no_thread") from None
        try:
            await done
        except asyncio.CancelledError:
            if done.cancelled():
                self.hanging.add(name)
            else:
                done.exception()  # It came back in the same moment.
            raise

    def _back(self, name: str, done: "asyncio.Future[None]", error: BaseException | None) -> None:
        self._free.release()
        if done.done():
            self.hanging.discard(name)
        elif error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


def _run(
    work: Callable[[], object], loop: asyncio.AbstractEventLoop, back: Callable[[BaseException | None], None]
) -> None:
    error: BaseException | None = None
    try:
        work()
    except BaseException as raised:  # noqa: BLE001 - raised again where it is waited for
        error = raised
    with contextlib.suppress(RuntimeError):  # The loop has ended: nobody waits.
        loop.call_soon_threadsafe(back, error)
