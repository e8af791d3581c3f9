"""Trouble around a watched folder: a file that changes under way, a crash, a full disk, a drive that hangs."""

import asyncio
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.intake.inbox import REJECTED, Lines, Reception, files, look, until, watched

from schakel_services.intake import folder as module
from schakel_services.intake.drive import Drive
from schakel_services.intake.drop import Drop, Entry, Mark
from schakel_services.intake.folder import WatchedFolder
from schakel_services.intake.incoming import Incoming, Result


async def test_a_file_that_is_replaced_while_it_is_taken_is_taken_too(plans: Path, counter: Reception) -> None:
    """The next export is renamed over the one in hand: each lies in ``accepted`` as it was, and none is unread."""
    (plans / "export.csv").write_bytes(b"first")
    folder = watched(plans, counter)
    await look(folder, 1)
    handed_in = counter.hand_in

    async def hand_in(item: Incoming) -> Result:
        if item.raw == b"first":
            (plans / "next.tmp").write_bytes(b"second")
            (plans / "next.tmp").rename(plans / "export.csv")
        return await handed_in(item)

    counter.hand_in = hand_in  # type: ignore[method-assign]
    await look(folder, 4)
    assert [item.raw for item in counter.got] == [b"first", b"second"]
    kept = {path: (plans / path).read_bytes() for path in files(plans)}
    assert kept == {"accepted/export.csv": b"first", "accepted/export.2.csv": b"second"}


async def test_a_file_that_is_replaced_at_the_last_moment_must_stand_still(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the claim: what was claimed is not what stood still, and is looked at anew."""
    (plans / "a.json").write_bytes(b"first")
    folder = watched(plans, counter)
    await look(folder, 1)
    claim = Drop.claim

    def late(drop: Drop, name: str) -> Entry:
        (plans / name).unlink()
        (plans / name).write_bytes(b"half")
        return claim(drop, name)

    monkeypatch.setattr(Drop, "claim", late)
    await look(folder, 1)
    (claimed,) = (plans / ".taking").rglob("*.json")
    with claimed.open("ab") as still_written:
        still_written.write(b" and half")
    await look(folder, 1)
    assert counter.got == []
    await look(folder, 2)
    assert [item.raw for item in counter.got] == [b"half and half"]
    assert files(plans) == ["accepted/a.json"]


async def test_what_grew_while_it_was_in_hand_is_taken_again(plans: Path, counter: Reception) -> None:
    """Its sender still had it open: what was answered is not all that there is."""
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 1)
    with (plans / "a.json").open("ab", buffering=0) as still_written:
        handed_in = counter.hand_in

        async def hand_in(item: Incoming) -> Result:
            if item.raw == b"a":
                still_written.write(b"b")
            return await handed_in(item)

        counter.hand_in = hand_in  # type: ignore[method-assign]
        await look(folder, 4)
    assert [item.raw for item in counter.got] == [b"a", b"ab"]
    assert files(plans) == ["accepted/a.json"]


async def test_what_was_claimed_before_a_crash_is_taken_again(plans: Path, counter: Reception) -> None:
    """By the process that comes after it."""
    (plans / "a.json").write_bytes(b"a")
    Drop(plans).waiting()
    Drop(plans).claim("a.json")
    (plans / ".taking" / "nothing-in-it").mkdir()
    await look(watched(plans, counter))
    assert [item.raw for item in counter.got] == [b"a"]
    assert files(plans) == ["accepted/a.json"]
    assert list((plans / ".taking").iterdir()) == []


@pytest.mark.parametrize("result", [Result("accepted"), REJECTED], ids=lambda result: str(result.outcome))
async def test_a_file_that_can_not_be_moved_is_handed_in_once(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch, result: Result
) -> None:
    """A full disk: its answer stands, the trouble is told of once, and when there is room it is put away."""
    lines = Lines()
    monkeypatch.setattr(module, "log", lines)
    counter.outcomes[b"a"] = result
    rename, full = os.rename, [True]

    def renamed(name: str, target: str, **where: int) -> None:
        if full and (plans / ".taking").exists() and any((plans / ".taking").rglob("*.json")):
            raise OSError(28, "Jan Jansen")
        rename(name, target, **where)

    monkeypatch.setattr("schakel_services.intake.drop.os.rename", renamed)
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    await look(folder, 6)
    assert len(counter.got) == 1
    assert [path.rpartition("/")[2] for path in files(plans)] == ["a.json"]
    assert lines.said == [("file_not_moved", {"partner": "one", "connector": "fhir_care_plan", "error": "OSError"})]
    full.clear()
    await look(folder, 1)
    assert len(counter.got) == 1
    assert "a.json" in {path.rpartition("/")[2] for path in files(plans) if not path.startswith(".taking")}


async def test_a_long_name_is_cut_where_it_is_put_away(plans: Path, counter: Reception) -> None:
    """Its report has a name too, and a second file of that name hides nothing."""
    counter.outcomes[b"x"] = REJECTED
    folder = watched(plans, counter)
    for name in ("é" * 120 + "a.json", "a." + "b" * 250, "é" * 120 + "a.json"):
        (plans / name).write_bytes(b"x")
        await look(folder)
    assert len(counter.got) == 3
    names = [Path(path).name for path in files(plans)]
    assert len(names) == 6
    assert all(len(os.fsencode(name)) <= 255 for name in names)
    assert sum(name.endswith("é.json") for name in names) == 1


async def test_a_drive_that_hangs_keeps_nobody_but_its_partner(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop goes on; the trouble is told of once; when the drive comes back the file is taken, once."""
    lines, hangs = Lines(), threading.Event()
    monkeypatch.setattr(module, "log", lines)
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    waiting = Drop.waiting

    def slow(drop: Drop) -> dict[Entry, Mark]:
        hangs.wait(10)
        return waiting(drop)

    monkeypatch.setattr(Drop, "waiting", slow)
    (plans / "a.json").write_bytes(b"a")
    folder = watched(plans, counter)
    folder._drive = Drive("one", limit_s=0.05)
    running = asyncio.create_task(folder.run())
    async with asyncio.timeout(5):
        await until(lambda: bool(lines.said))
        await asyncio.sleep(0.2)
        assert [event for event, _ in lines.said] == ["inbox_unreadable"]
        hangs.set()
        await counter.called.wait()
        await until(lambda: files(plans) == ["accepted/a.json"])
    assert len(counter.got) == 1
    running.cancel()


async def test_a_mistake_of_ours_does_not_end_the_process(
    plans: Path, counter: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a folder that can't be made; the log says where it was, and never what the error said."""
    lines, errors = Lines(), [ZeroDivisionError("Jan Jansen"), PermissionError("Jan Jansen")]
    monkeypatch.setattr(module, "log", lines)
    monkeypatch.setattr(module, "LOOK_S", 0)
    waiting = Drop.waiting

    def failing(drop: Drop) -> dict[Entry, Mark]:
        if errors:
            raise errors.pop()
        return waiting(drop)

    monkeypatch.setattr(Drop, "waiting", failing)
    (plans / "a.json").write_bytes(b"a")
    running = asyncio.create_task(watched(plans, counter).run())
    async with asyncio.timeout(5):
        await counter.called.wait()
    running.cancel()
    assert [event for event, _ in lines.said] == ["inbox_unreadable", "folder_failed"]
    assert "Jansen" not in str(lines.said)


async def test_what_was_answered_long_ago_is_removed(plans: Path, counter: Reception) -> None:
    """What waits is not, however old it is; nor what was put away today, however old it was then."""
    counter.outcomes[b"wrong"] = REJECTED
    for name, content in (("a.json", b"a"), ("b.json", b"wrong")):
        (plans / name).write_bytes(content)
        os.utime(plans / name, (1, 1))
    now = datetime.now(UTC)
    folder = WatchedFolder(plans.parent, counter, lambda: now)
    await look(folder)
    (plans / "c.json").write_bytes(b"c")
    os.utime(plans / "c.json", (1, 1))
    await folder.clear()
    assert len(files(plans)) == 4
    now += timedelta(days=14, seconds=5)
    await folder.clear()
    assert files(plans) == ["c.json"]
