"""A watched folder: a file in, moved to ``accepted/`` or to ``rejected/`` beside a problem report.

A file of many records of which some are refused is parted: the accepted rows in ``accepted/``, the others in
``rejected/``, each as a file of the same kind, so that every row is in one of the two.

Files are looked for, not waited for: change notices do not cross network drives, and partners' exports come over
those. A file counts once its size and time stood still between two looks; names that end in .tmp or .part never do.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from schakel_connectors.batch import Batch
from schakel_connectors.rejection import RecordRejected
from schakel_services.intake.counter import Counter
from schakel_services.intake.failing import connector_failed
from schakel_services.intake.incoming import Incoming, NotTaken, Result, TooBusy
from schakel_services.intake.rows import hand_in_rows, told
from schakel_services.runtime.log import log

LOOK_S = 0.5
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")
AT_ONCE = 200


class WatchedFolder:
    """Hand in every file under ``<folder>/<connector>/``.

    After a crash a file may be handed in twice; the second time changes nothing.
    """

    def __init__(self, folder: Path, counter: Counter, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._counter = counter
        self._now = now
        self._seen: dict[Path, tuple[int, int]] = {}

    async def run(self) -> None:
        """Look until cancelled; trouble with one file never keeps the others."""
        for connector in self._counter.connectors:
            for name in ("", "accepted", "rejected"):
                (self._folder / connector / name).mkdir(parents=True, exist_ok=True)
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Hand in every file that has settled, so many at once."""
        settled = self._settled()
        for begin in range(0, len(settled), AT_ONCE):
            await asyncio.gather(*(self._take(path) for path in settled[begin : begin + AT_ONCE]))

    def _settled(self) -> list[Path]:
        """Return the files that did not change since the last look, in order of name."""
        now: dict[Path, tuple[int, int]] = {}
        for connector in self._counter.connectors:
            try:
                entries = list(os.scandir(self._folder / connector))
            except OSError as error:
                log.warning(
                    "inbox_unreadable", partner=self._counter.partner, connector=connector, error=type(error).__name__
                )
                continue
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED):
                    continue
                try:
                    if entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        now[Path(entry.path)] = (stat.st_size, stat.st_mtime_ns)
                except OSError:
                    continue
        settled = sorted(path for path, mark in now.items() if self._seen.get(path) == mark)
        self._seen = now
        return settled

    async def _take(self, path: Path) -> None:
        """Take one file; whatever goes wrong with it refuses it, since a folder that stops would keep all others."""
        connector = path.parent.name
        size_max = self._counter.connectors[connector].manifest.size_max
        try:
            with path.open("rb") as file:
                raw = file.read(size_max + 1)
            await self._hand_in(path, Incoming(connector, raw, self._now()))
        except (NotTaken, TooBusy):
            return  # it stays where it is, and the next look tries again
        except OSError as error:
            log.warning(
                "file_unreadable", partner=self._counter.partner, connector=connector, error=type(error).__name__
            )
        except RecordRejected as error:
            self._answer(path, Result("rejected", errors=error.errors))
        except Exception as error:  # noqa: BLE001 - a mistake of the connector or of ours
            self._answer(path, Result("rejected", errors=(connector_failed(connector, error),)))

    async def _hand_in(self, path: Path, item: Incoming) -> None:
        batch = self._counter.split(item)
        if batch is not None:
            await self._take_rows(path, item, batch)
        else:
            self._answer(path, await self._counter.hand_in(item))

    def _answer(self, path: Path, result: Result) -> None:
        errors = [{"field": error.field, "rule": error.rule} for error in result.errors]
        with self._moving(path.parent.name):
            self._move(path, result.outcome, {"errors": errors})

    async def _take_rows(self, path: Path, item: Incoming, batch: Batch) -> None:
        """Hand in every row; while some are not taken the file stays, and what was taken changes nothing next time."""
        rows = await hand_in_rows(self._counter, item, batch)
        if any(row.result is None for row in rows):
            return
        refused = [row for row in rows if row.refused]
        lines = told(refused)
        with self._moving(item.connector):
            if not refused:
                self._move(path, "accepted", {})
            elif len(refused) == len(rows):
                self._move(path, _outcome(lines), {"rows": lines})
            else:
                again = [{"row": batch.first + at, "was_row": line.pop("row")} | line for at, line in enumerate(lines)]
                self._part(path, batch, {row.number for row in refused}, {"rows": again})

    def _move(self, path: Path, outcome: str, report: dict[str, Any]) -> None:
        target = _free(path, "accepted" if outcome == "accepted" else "rejected")
        if outcome != "accepted":
            _report(target, outcome, report)
        path.rename(target)
        self._seen.pop(path, None)

    def _part(self, path: Path, batch: Batch, refused: set[int], report: dict[str, Any]) -> None:
        """Write the refused rows first: a crash in between leaves the file where it is, to be handed in again."""
        target = _free(path, "rejected")
        _report(target, _outcome(report["rows"]), report)
        target.write_bytes(batch.only(refused))
        accepted = {part.number for part in batch.parts} - refused
        _free(path, "accepted").write_bytes(batch.only(accepted))
        path.unlink()
        self._seen.pop(path, None)

    @contextmanager
    def _moving(self, connector: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            log.warning(
                "file_not_moved", partner=self._counter.partner, connector=connector, error=type(error).__name__
            )


def _outcome(lines: list[dict[str, Any]]) -> str:
    return "unlinked" if all(line["outcome"] == "unlinked" for line in lines) else "rejected"


def _free(path: Path, folder: str) -> Path:
    """Return where a file of this name can go without writing over another."""
    target = path.parent / folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.stem}.{number}{path.suffix}")
    return target


def _report(target: Path, outcome: str, report: dict[str, Any]) -> None:
    content = {"type": f"urn:schakel:problem:{outcome}"} | report
    target.with_name(target.name + ".problem.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
