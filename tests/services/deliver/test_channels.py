"""The two ways of telling: what reaches a target, and what never does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from schakel_services.chain.model import Webhook
from schakel_services.deliver.channel import Channel, CheckTooOld, Parcel
from schakel_services.deliver.folder import FolderChannel
from schakel_services.deliver.rules import Answer
from schakel_services.deliver.testing.target import Post, Target
from schakel_services.deliver.webhook import WebhookChannel

PARCEL = Parcel(id=str(uuid4()), body=b'{"id":"1"}', sequence=7)
SECRET = "whsec_" + "c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZyE="


def fresh() -> bool:
    """Say that the check is fresh."""
    return True


def stale_after(count: int) -> Callable[[], bool]:
    """Return a check that is fresh so many times."""
    answers = iter([True] * count + [False])
    return lambda: next(answers)


def webhook(port: int, timeout_s: float = 5.0) -> WebhookChannel:
    """Return a channel to a port."""
    model = Webhook.model_validate({"kind": "webhook", "url": f"http://127.0.0.1:{port}/", "timeout_s": timeout_s})
    return WebhookChannel("a-partner", model, SECRET, 4, lambda: datetime.now(UTC))


@pytest.fixture
async def channel(target: Target) -> AsyncIterator[Channel]:
    """An open channel to the target."""
    channel = webhook(target.port)
    await channel.open()
    yield channel
    await channel.close()


async def test_a_check_that_grew_old_while_connecting_sends_nothing(channel: Channel, target: Target) -> None:
    """The connection is there, the check no longer holds: not one byte, and the next send works."""
    with pytest.raises(CheckTooOld):
        await channel.send(PARCEL, stale_after(0))
    assert target.posts == []
    assert await channel.send(PARCEL, fresh) is Answer.TAKEN
    assert [post.body for post in target.posts] == [PARCEL.body]


async def test_one_connection_serves_many(channel: Channel, target: Target) -> None:
    """Connections are kept, also where the target says something in its answer."""
    for _ in range(5):
        assert await channel.send(PARCEL, fresh) is Answer.TAKEN
    assert len({post.port for post in target.posts}) == 1


async def test_an_answer_that_takes_too_long_is_no_answer(target: Target) -> None:
    """The target hangs: it is taken to be away."""
    never = asyncio.Event()

    async def answer(_: Post) -> int:
        await never.wait()
        return 200

    target.answer = answer
    channel = webhook(target.port, timeout_s=0.2)
    await channel.open()
    assert await channel.send(PARCEL, fresh) is Answer.AWAY
    never.set()
    await channel.close()


async def test_nobody_there_is_away() -> None:
    """A refused connection is no error of ours."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    channel = webhook(port)
    await channel.open()
    assert await channel.send(PARCEL, fresh) is Answer.AWAY
    await channel.close()


async def test_a_repeat_replaces_the_file(tmp_path: Path) -> None:
    """The same notification has the same name, so a repeat leaves one file."""
    channel = FolderChannel("a-partner", tmp_path / "out")
    assert await channel.send(PARCEL, fresh) is Answer.TAKEN
    assert await channel.send(PARCEL, fresh) is Answer.TAKEN
    files = list((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [f"0000000007-{PARCEL.id}.json"]
    assert files[0].read_bytes() == PARCEL.body


@pytest.mark.parametrize("times", [0, 1])
async def test_a_check_that_grew_old_while_writing_leaves_nothing(tmp_path: Path, times: int) -> None:
    """Neither the file nor half of it is left."""
    channel = FolderChannel("a-partner", tmp_path / "out")
    with pytest.raises(CheckTooOld):
        await channel.send(PARCEL, stale_after(times))
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    """A disk that is full or gone is tried again."""
    (tmp_path / "out").touch()
    channel = FolderChannel("a-partner", tmp_path / "out")
    assert await channel.send(PARCEL, fresh) is Answer.AWAY
