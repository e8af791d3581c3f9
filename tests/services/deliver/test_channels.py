"""The two ways of telling: what reaches a target, and what never does."""

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from schakel_services.chain.model import Webhook
from schakel_services.deliver.channel import Channel, CheckTooOld, Parcel
from schakel_services.deliver.folder import FolderChannel
from schakel_services.deliver.hands import Hands
from schakel_services.deliver.rules import Answer, Reply
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
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert [post.body for post in target.posts] == [PARCEL.body]


async def test_one_connection_serves_many(channel: Channel, target: Target) -> None:
    """Connections are kept, also where the target says something in its answer."""
    for _ in range(5):
        assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert len({post.port for post in target.posts}) == 1


async def test_an_answer_that_takes_too_long_is_no_answer(target: Target) -> None:
    """The target hangs, and may have it: nobody knows what came of it."""
    never = asyncio.Event()

    async def answer(_: Post) -> int:
        await never.wait()
        return 200

    target.answer = answer
    channel = webhook(target.port, timeout_s=0.2)
    await channel.open()
    assert await channel.send(PARCEL, fresh) == Reply(Answer.LOST)
    never.set()
    await channel.close()


async def test_a_connection_that_is_lost_leaves_it_unknown() -> None:
    """The request had left, and the target hung up."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    channel = webhook(server.sockets[0].getsockname()[1])
    await channel.open()
    assert await channel.send(PARCEL, fresh) == Reply(Answer.LOST)
    await channel.close()
    server.close()


@pytest.mark.parametrize(("status", "expected"), [(429, Reply(Answer.BUSY, 30.0)), (503, Reply(Answer.BROKEN, 30.0))])
async def test_a_target_may_ask_for_a_wait(channel: Channel, target: Target, status: int, expected: Reply) -> None:
    """What it asks for comes with its answer."""

    async def answer(_: Post) -> int:
        return status

    target.answer, target.retry_after = answer, "30"
    assert await channel.send(PARCEL, fresh) == expected


async def test_nobody_there_is_away() -> None:
    """A refused connection is no error of ours."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    channel = webhook(port)
    await channel.open()
    assert await channel.send(PARCEL, fresh) == Reply(Answer.AWAY)
    await channel.close()


async def test_a_repeat_replaces_the_file(tmp_path: Path) -> None:
    """The same notification has the same name, so a repeat leaves one file."""
    channel = FolderChannel("a-partner", tmp_path / "out")
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
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
    assert await channel.send(PARCEL, fresh) == Reply(Answer.AWAY)


NAME = f"{PARCEL.sequence:010d}-{PARCEL.id}.json"


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return [file.name for file in folder.iterdir()]


@pytest.mark.parametrize("name", [f".{NAME}.part", NAME])
async def test_a_link_in_the_folder_is_not_followed(tmp_path: Path, name: str) -> None:
    """Who may write in the folder can't have anything else overwritten; the link goes."""
    key, folder = tmp_path / "key.json", tmp_path / "out"
    key.write_text("secret")
    folder.mkdir()
    (folder / name).symlink_to(key)
    channel = FolderChannel("a-partner", folder)
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert key.read_text() == "secret"
    assert [(file.name, file.is_symlink(), file.read_bytes()) for file in folder.iterdir()] == [
        (NAME, False, PARCEL.body)
    ]


async def test_what_a_killed_process_left_unfinished_is_replaced(tmp_path: Path) -> None:
    """Half a file is in nobody's way."""
    (tmp_path / f".{NAME}.part").write_text("half")
    channel = FolderChannel("a-partner", tmp_path)
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert names(tmp_path) == [NAME]


async def test_one_file_that_cannot_be_written_is_not_the_folder(tmp_path: Path) -> None:
    """Something stands in its place that can't be replaced: that is about this one."""
    (tmp_path / f".{NAME}.part").mkdir()
    channel = FolderChannel("a-partner", tmp_path)
    assert await channel.send(PARCEL, fresh) == Reply(Answer.BUSY)


class Share:
    """A share on which one call hangs until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
        self.go = threading.Event()
        self.back = threading.Event()
        self.hung = 0
        real = getattr(os, call)

        def hang(*args: object, **given: object) -> object:
            self.hung += 1
            self.go.wait()
            try:
                return real(*args, **given)
            finally:
                self.back.set()

        monkeypatch.setattr(f"schakel_services.deliver.file_write.os.{call}", hang)


async def until_it_is_back(channel: FolderChannel) -> None:
    """Return when no write hangs any more."""
    while channel.hangs:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("call", "expected"), [("open", Answer.AWAY), ("fsync", Answer.AWAY), ("rename", Answer.LOST)])
async def test_a_folder_that_hangs_is_given_up_and_writes_nothing_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, expected: Answer
) -> None:
    """The call comes back after the time limit: no file is left, and the next try writes it."""
    share, folder = Share(monkeypatch, call), tmp_path / "out"
    channel = FolderChannel("a-partner", folder, limit_s=0.1)
    assert await channel.send(PARCEL, fresh) == Reply(expected)
    assert channel.hangs
    assert await channel.send(PARCEL, fresh) == Reply(Answer.AWAY)
    assert share.hung == 1
    share.go.set()
    await until_it_is_back(channel)
    assert names(folder) == []
    assert await channel.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    assert names(folder) == [NAME]


async def test_a_write_that_is_broken_off_gets_no_name_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliverer stops, or starts anew after a doubt: what hangs is no delivery any more."""
    share, folder = Share(monkeypatch, "fsync"), tmp_path / "out"
    channel = FolderChannel("a-partner", folder)
    sending = asyncio.create_task(channel.send(PARCEL, fresh))
    while not share.hung:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    share.go.set()
    await until_it_is_back(channel)
    assert names(folder) == []


async def test_a_folder_that_hangs_takes_no_place_of_another(tmp_path: Path) -> None:
    """All threads of one partner hang; another partner's folder is written, and the first one's next is given up."""
    go, hands = threading.Event(), Hands(2)
    stuck = [asyncio.create_task(hands.do(str(number), go.wait)) for number in range(2)]
    for task in stuck:
        await asyncio.wait([task], timeout=0.05)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hands.do("next", go.wait), 0.05)
    other = FolderChannel("another", tmp_path / "other")
    assert await other.send(PARCEL, fresh) == Reply(Answer.TAKEN)
    go.set()
    await asyncio.gather(*stuck)
    assert hands.hanging == set()
