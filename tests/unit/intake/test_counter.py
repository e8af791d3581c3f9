"""How a record is handed in: an answer when it is on the log, and otherwise none was accepted."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from schakel_services.intake import counter as module
from schakel_services.intake.counter import Counter
from schakel_services.intake.incoming import Inbox, Incoming, NotTaken, Result, TooBusy
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys

KEYS = PartnerKeys(bytes(32), "sk_one", "whsec_one")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass
class Waker:
    """A pipe that says when it was woken."""

    woken: int = 0

    def wake(self) -> None:
        """Count."""
        self.woken += 1


def a_counter(waker: Any, inbox: Inbox | None = None, *, is_up: bool = True) -> Counter:
    """Return a partner's counter on a pipe."""
    return Counter("one", {}, KEYS, Inbox() if inbox is None else inbox, Progress("loop", is_up=is_up), waker)


def record() -> Incoming:
    """Return a record."""
    return Incoming("fhir_care_plan", b"{}", NOW)


async def test_the_answer_is_what_became_of_the_record() -> None:
    """The pipe is woken, and the sender waits until it says what was committed."""
    waker = Waker()
    counter, item = a_counter(waker), record()
    handing = asyncio.create_task(counter.hand_in(item))
    await asyncio.sleep(0)
    assert (waker.woken, counter.inbox.take(5), handing.done()) == (1, [item], False)
    assert item.answer is not None
    item.answer.set_result(Result("accepted", ("an-id",)))
    assert await handing == Result("accepted", ("an-id",))


@pytest.mark.parametrize(("waker", "is_up"), [(None, True), (Waker(), False)])
async def test_nothing_is_taken_while_the_loop_is_not_open(waker: Waker | None, *, is_up: bool) -> None:
    """Kafka is away: at once, and nothing waits that might be taken later without the sender knowing."""
    counter = a_counter(waker, is_up=is_up)
    with pytest.raises(NotTaken):
        await counter.hand_in(record())
    assert len(counter.inbox) == 0


async def test_a_full_inbox_is_said_at_once() -> None:
    """The sender slows down."""
    counter = a_counter(Waker(), Inbox(count_max=0))
    with pytest.raises(TooBusy):
        await counter.hand_in(record())


async def test_a_record_that_nobody_answers_for_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit it is withdrawn from the inbox too."""
    monkeypatch.setattr(module, "ANSWER_S", 0.01)
    counter = a_counter(Waker())
    with pytest.raises(NotTaken):
        await counter.hand_in(record())
    assert counter.inbox.take(5) == []


async def test_a_sender_that_hangs_up_takes_its_record_along() -> None:
    """It was not told, so it will send it again."""
    counter = a_counter(Waker())
    handing = asyncio.create_task(counter.hand_in(record()))
    await asyncio.sleep(0)
    handing.cancel()
    await asyncio.wait({handing})
    assert counter.inbox.take(5) == []


async def test_what_the_pipe_could_not_commit_was_not_taken() -> None:
    """The refusal of the pipe reaches the sender as it is."""
    counter, item = a_counter(Waker()), record()
    handing = asyncio.create_task(counter.hand_in(item))
    await asyncio.sleep(0)
    assert item.answer is not None
    item.answer.set_exception(NotTaken())
    with pytest.raises(NotTaken):
        await handing
