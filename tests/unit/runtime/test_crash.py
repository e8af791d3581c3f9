"""A programmer's error ends the process, and says where it was without quoting anything."""

import asyncio
import os
import signal

import pytest

from schakel_services.runtime.crash import end_process_on_crash, place_of


def fail() -> None:
    """Raise with a text that quotes a record."""
    raise ValueError("999990019")


def test_a_place_is_file_and_line() -> None:
    """Of where it was raised, without the folder and without the text."""
    with pytest.raises(ValueError, match="999990019") as caught:
        fail()
    assert place_of(caught.value) == f"test_crash.py:{fail.__code__.co_firstlineno + 2}"
    assert place_of(ValueError("999990019")) == "unknown"


async def test_a_loop_that_fails_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for a clean stop: other loops finish what is in hand, and the supervisor starts it again."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))

    async def crash() -> None:
        fail()

    task = asyncio.create_task(crash())
    end_process_on_crash(task)
    await asyncio.wait({task})
    await asyncio.sleep(0)
    assert sent == [(os.getpid(), signal.SIGTERM)]


async def test_a_loop_that_ends_or_is_cancelled_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop is no crash."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(number + pid))
    ended = asyncio.create_task(asyncio.sleep(0))
    cancelled = asyncio.create_task(asyncio.sleep(60))
    for task in (ended, cancelled):
        end_process_on_crash(task)
    cancelled.cancel()
    await asyncio.wait({ended, cancelled})
    await asyncio.sleep(0)
    assert sent == []
