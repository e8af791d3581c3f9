"""What is done with a file on the disk: nothing is written over, no link is followed, and others may not read it."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from schakel_services.intake.drop import ACCEPTED, REJECTED, Away, Drop, Entry, Mark

WHOLE, REFUSED = Away(ACCEPTED), Away(REJECTED, b"{}")
PARTED = Away(REJECTED, b"{}", (b"good", b"bad"))


class Killed(BaseException):
    """The process ends here."""


def claimed(drop: Drop) -> tuple[Entry, Mark]:
    """Return the one file that is claimed."""
    ((entry, mark),) = drop.waiting().items()
    return entry, mark


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """A folder with one file, which is claimed."""
    found = Drop(tmp_path / "in")
    found.waiting()
    (tmp_path / "in" / "a.csv").write_bytes(b"all")
    found.claim("a.csv")
    return found


def lying(folder: Path) -> dict[str, bytes]:
    """Return what lies below a folder that is not waiting, by path."""
    found = [path for path in folder.rglob("*") if path.is_file() and ".taking" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("away", [WHOLE, REFUSED, PARTED], ids=["accepted", "refused", "parted"])
@pytest.mark.parametrize("step", range(12))
def test_a_crash_at_any_step_loses_nothing(
    drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: Away, step: int
) -> None:
    """The file lies where it is taken again, or all of it is put away."""
    left = [step]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **more: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*given, **more)

        return called

    entry, mark = claimed(drop)
    with monkeypatch.context() as patched:
        for name in ("open", "rename", "unlink", "fsync", "rmdir"):
            patched.setattr(f"schakel_services.intake.drop.os.{name}", counted(getattr(os, name)))
        with suppress(Killed):
            drop.put_away(entry, mark, away, 1.0)
    there = drop.waiting()
    if not there:
        done = {b"all"} if away.parts is None else {b"good", b"bad"}
        assert done <= set(lying(tmp_path / "in").values())
        return
    assert there == {entry: mark}
    drop.put_away(entry, mark, away, 1.0)
    assert drop.waiting() == {}


def test_a_file_whose_rights_can_not_be_set_is_kept(
    drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another user's, or the drive does not know them: it lies where it was put all the same."""

    def no(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("schakel_services.intake.drop.os.fchmod", no)
    drop.put_away(*claimed(drop), WHOLE, 1.0)
    assert lying(tmp_path / "in") == {"accepted/a.csv": b"all"}


@pytest.mark.parametrize("away", [WHOLE, REFUSED, PARTED], ids=["accepted", "refused", "parted"])
def test_what_has_a_name_is_whole(drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: Away) -> None:
    """Who waits for a name reads all of it, and finds the report beside a refused file."""
    whole = {
        "accepted/a.csv": {b"all", b"good"},
        "rejected/a.csv": {b"all", b"bad"},
        "rejected/a.csv.problem.json": {b"{}"},
    }
    looks = []

    def looked(real: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **more: object) -> object:
            answer = real(*given, **more)
            named = {path: content for path, content in lying(tmp_path / "in").items() if "/." not in path}
            assert all(content in whole[path] for path, content in named.items())
            assert "rejected/a.csv" not in named or "rejected/a.csv.problem.json" in named
            looks.append(named)
            return answer

        return called

    with monkeypatch.context() as patched:
        for name in ("open", "rename", "unlink", "fsync", "fchmod"):
            patched.setattr(f"schakel_services.intake.drop.os.{name}", looked(getattr(os, name)))
        drop.put_away(*claimed(drop), away, 1.0)
    assert looks[0] == {}
    assert looks[-1] == lying(tmp_path / "in")
    assert (
        set(looks[-1].values()) == {WHOLE: {b"all"}, REFUSED: {b"all", b"{}"}, PARTED: {b"good", b"bad", b"{}"}}[away]
    )


@pytest.mark.parametrize("away", [WHOLE, REFUSED, PARTED], ids=["accepted", "refused", "parted"])
def test_two_processes_that_put_a_name_away_at_once_keep_both(
    drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: Away
) -> None:
    """The second one comes at any moment of the first."""
    entry, mark = claimed(drop)
    rename, inner = os.rename, Drop(tmp_path / "in")

    def renamed(*given: Any, **more: Any) -> None:
        monkeypatch.setattr("schakel_services.intake.drop.os.rename", rename)
        (tmp_path / "in" / "a.csv").write_bytes(b"other")
        other = inner.claim("a.csv")
        inner.put_away(other, inner.waiting()[other], Away(away.folder), 1.0)
        rename(*given, **more)

    monkeypatch.setattr("schakel_services.intake.drop.os.rename", renamed)
    drop.put_away(entry, mark, away, 1.0)
    found = lying(tmp_path / "in")
    done = {b"all"} if away.parts is None else {b"good", b"bad"}
    assert done | {b"other"} <= set(found.values())
    assert not any("/." in path for path in found)
    assert inner.waiting() == {}


@pytest.mark.parametrize("away", [WHOLE, REFUSED, PARTED], ids=["accepted", "refused", "parted"])
def test_nothing_is_written_over(drop: Drop, tmp_path: Path, away: Away) -> None:
    """Neither a file of that name nor one that is called as the report would be, nor what a link points to."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"key")
    for folder in (ACCEPTED, REJECTED):
        (tmp_path / "in" / folder / "a.csv").symlink_to(secret)
        (tmp_path / "in" / folder / "a.2.csv.problem.json").write_bytes(b"theirs")
        (tmp_path / "in" / folder / "a.2.csv").write_bytes(b"older")
    drop.put_away(*claimed(drop), away, 1.0)
    assert secret.read_bytes() == b"key"
    found = lying(tmp_path / "in")
    assert [content for path, content in found.items() if path.endswith("a.2.csv")] == [b"older"] * 2
    assert [content for path, content in found.items() if "a.2.csv.problem" in path] == [b"theirs"] * 2
    news = {path for path in found if "a.3" in path}
    assert len(news) == {WHOLE: 1, REFUSED: 2, PARTED: 3}[away]


@pytest.mark.parametrize("name", [ACCEPTED, REJECTED, ".taking"])
def test_a_folder_that_is_a_link_is_not_entered(drop: Drop, tmp_path: Path, name: str) -> None:
    """Its sender may write here, and could so have the intake write elsewhere."""
    entry, mark = claimed(drop)
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "in" / name
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        drop.put_away(entry, mark, PARTED, 1.0)
    assert {path.name for path in elsewhere.rglob("*") if path.is_file()} <= {"a.csv"}


def test_a_link_is_not_read(tmp_path: Path) -> None:
    """Also when it comes in the place of a file at the last moment."""
    drop = Drop(tmp_path / "in")
    drop.waiting()
    (tmp_path / "secret").write_bytes(b"key")
    (tmp_path / "in" / "a.csv").symlink_to(tmp_path / "secret")
    assert drop.waiting() == {}
    entry = drop.claim("a.csv")
    mark = (tmp_path / "secret").stat()
    assert drop.read(entry, Mark(mark.st_size, mark.st_mtime_ns, mark.st_ino), 100) is None
    assert drop.waiting() == {}


def test_a_folder_with_an_access_list_keeps_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like the rights of its group is the most that the list may give."""
    monkeypatch.setattr("schakel_services.intake.drop.os.getxattr", lambda *_: b"list")
    (tmp_path / ACCEPTED).mkdir(parents=True)
    (tmp_path / ACCEPTED).chmod(0o775)
    Drop(tmp_path).waiting()
    assert stat.S_IMODE((tmp_path / ACCEPTED).stat().st_mode) == 0o770


@pytest.mark.parametrize(
    ("mode", "folders", "rights"),
    [(0o755, 0o700, 0o600), (0o777, 0o700, 0o600), (0o2775, 0o2770, 0o640), (0o700, 0o700, 0o600)],
)
def test_others_may_not_read_what_lies_there(tmp_path: Path, mode: int, folders: int, rights: int) -> None:
    """It names persons. A group may, where the folder was given to it."""
    here = tmp_path / "in"
    for name in (ACCEPTED, REJECTED):
        (here / name).mkdir(parents=True)
        (here / name).chmod(mode)
    drop = Drop(here)
    drop.waiting()
    for away in (WHOLE, REFUSED, PARTED):
        (here / "a.csv").write_bytes(b"all")
        drop.put_away(drop.claim("a.csv"), next(iter(drop.waiting().values())), away, 1.0)
    assert stat.S_IMODE((here / ".taking").stat().st_mode) == 0o700
    for name in (ACCEPTED, REJECTED):
        assert stat.S_IMODE((here / name).stat().st_mode) == folders
        assert {stat.S_IMODE(path.stat().st_mode) for path in (here / name).iterdir()} == {rights}
