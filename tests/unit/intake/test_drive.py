"""A drive that hangs keeps its own thread, and whoever waits for it no longer than the limit."""

import asyncio
import threading
from functools import partial

import pytest

from schakel_services.intake.drive import Drive


async def test_what_is_done_comes_back() -> None:
    """One after the other, beside the loop; also what it raises."""
    drive = Drive("one")
    done: list[int] = []
    told = await asyncio.gather(*(drive.do(partial(_note, done, number)) for number in range(3)))
    assert (done, set(told)) == ([0, 1, 2], {drive._thread.ident if drive._thread else None})
    assert threading.get_ident() not in told
    with pytest.raises(PermissionError):
        await drive.do(_refuse)


async def test_nobody_waits_longer_than_the_limit() -> None:
    """What was begun goes on, and what nobody waits for is not begun."""
    drive, hangs, done = Drive("one", limit_s=0.05), threading.Event(), []
    for work in (lambda: done.append(hangs.wait(10)), lambda: done.append(False)):
        with pytest.raises(TimeoutError):
            await drive.do(work)
    hangs.set()
    drive._limit_s = 5
    assert await drive.do(lambda: list(done)) == [True]


def _note(done: list[int], number: int) -> int:
    done.append(number)
    return threading.get_ident()


def _refuse() -> None:
    raise PermissionError
