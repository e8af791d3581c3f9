"""A watched folder: a file in, moved to ``accepted/`` or to ``rejected/`` beside a problem report.

Files are looked for, not waited for: change notices do not cross network drives, and partners' exports come over
those. A file counts once its size and time stood still between two looks; names that end in .tmp or .part never do.
"""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from schakel_services.intake.counter import Counter
from schakel_services.intake.incoming import Incoming, NotTaken, Result, TooBusy
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
        connector = path.parent.name
        size_max = self._counter.connectors[connector].manifest.size_max
        try:
            with path.open("rb") as file:
                raw = file.read(size_max + 1)
            result = await self._counter.hand_in(Incoming(connector, raw, self._now()))
        except (NotTaken, TooBusy):
            return  # it stays where it is, and the next look tries again
        except OSError as error:
            log.warning(
                "file_unreadable", partner=self._counter.partner, connector=connector, error=type(error).__name__
            )
            return
        try:
            self._move(path, result)
        except OSError as error:
            log.warning(
                "file_not_moved", partner=self._counter.partner, connector=connector, error=type(error).__name__
            )

    def _move(self, path: Path, result: Result) -> None:
        folder = path.parent / ("accepted" if result.outcome == "accepted" else "rejected")
        target = folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{path.stem}.{number}{path.suffix}"
        if result.outcome != "accepted":
            report = {
                "type": f"urn:schakel:problem:{result.outcome}",
                "errors": [{"field": error.field, "rule": error.rule} for error in result.errors],
            }
            target.with_name(target.name + ".problem.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
        path.rename(target)
        self._seen.pop(path, None)
