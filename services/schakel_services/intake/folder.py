"""A watched folder: a file in, moved to ``accepted/`` or to ``rejected/`` beside a problem report.

A file of many records of which some are refused is parted: the accepted rows in ``accepted/``, the others in
``rejected/``, each as a file of the same kind, so that every row is in one of the two.

Files are looked for, not waited for: change notices do not cross network drives, and partners' exports come over
those. A file counts once it stood still between two looks; names that end in .tmp or .part never do.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from schakel_connectors.batch import Batch
from schakel_connectors.rejection import RecordRejected
from schakel_services.intake.counter import Counter
from schakel_services.intake.drive import Drive
from schakel_services.intake.drop import ACCEPTED, REJECTED, Away, Drop, Entry, Mark
from schakel_services.intake.failing import connector_failed
from schakel_services.intake.incoming import Incoming, NotTaken, Result, TooBusy
from schakel_services.intake.room import portions
from schakel_services.intake.rows import hand_in_rows, told
from schakel_services.runtime.crash import place_of
from schakel_services.runtime.log import log

LOOK_S = 0.5
CLEAR_S = 3_600.0
AT_ONCE, BYTES_AT_ONCE = 200, 16 * 1024 * 1024
"""How many files are in memory together; what a file of many records falls apart into takes several times its size."""

KEEP = timedelta(days=14)
"""How long an answered file is kept; as long as what stands on the log of it."""


class Due(NamedTuple):
    """One file of one connector, as it stood still."""

    connector: str
    entry: Entry
    mark: Mark


class WatchedFolder:
    """Hand in every file under ``<folder>/<connector>/``.

    After a crash a file may be handed in twice; the second time changes nothing. All that is done on the drive is done
    beside the loop, within a limit, and is found there at the next look: nothing hangs on when it was done.
    """

    def __init__(self, folder: Path, counter: Counter, now: Callable[[], datetime], keep: timedelta = KEEP) -> None:
        self._counter = counter
        self._now = now
        self._keep = keep
        self._drive = Drive(f"folder-{counter.partner}")
        self._drops = {connector: Drop(folder / connector) for connector in counter.connectors}
        self._seen: dict[tuple[str, Entry], Mark] = {}
        self._answered: dict[Due, Away] = {}
        """Files that could not be put away: their answer stands until they change, and they are not handed in again."""
        self._warned: set[object] = set()
        """Of what trouble was told; it is told once."""

    async def run(self) -> None:
        """Look until cancelled; trouble with one file never keeps the others, and none of it ends the process."""
        loop = asyncio.get_running_loop()
        clear_at = loop.time()
        while True:
            try:
                await self.look()
                if loop.time() >= clear_at:
                    clear_at = loop.time() + CLEAR_S
                    await self.clear()
                self._warned.discard(self)
            except OSError as error:
                self._warn("inbox_unreadable", None, self, error)
            except Exception as error:  # noqa: BLE001 - a mistake of ours: the partners that share the process go on
                log.critical(
                    "folder_failed", partner=self._counter.partner, error=type(error).__name__, place=place_of(error)
                )
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Hand in every file that has settled, so many and so many bytes at once."""
        settled = await self._drive.do(self._settled)
        for some in portions(settled, lambda due: due.mark.size, AT_ONCE, BYTES_AT_ONCE):
            await asyncio.gather(*map(self._take, some))

    async def clear(self) -> None:
        """Remove what was answered so long ago that nobody needs it any more."""
        before_s = (self._now() - self._keep).timestamp()
        for drop in self._drops.values():
            await self._drive.do(partial(drop.clear, before_s))

    def _settled(self) -> list[Due]:
        """Return the files that did not change since the last look, in order of name."""
        now = {(due.connector, due.entry): due.mark for due in self._waiting()}
        settled = [Due(*key, mark) for key, mark in now.items() if self._seen.get(key) == mark]
        self._seen = now
        here = set(settled)
        self._answered = {due: away for due, away in self._answered.items() if due in here}
        self._warned = {what for what in self._warned if not isinstance(what, Due) or what in here}
        return sorted(settled)

    def _waiting(self) -> Iterator[Due]:
        for connector, drop in self._drops.items():
            try:
                yield from (Due(connector, entry, mark) for entry, mark in drop.waiting().items())
                self._warned.discard(connector)
            except OSError as error:
                self._warn("inbox_unreadable", connector, connector, error)

    async def _take(self, due: Due) -> None:
        """Take one file; whatever goes wrong with it refuses it, since a folder that stops would keep all others."""
        try:
            if (away := self._answered.get(due)) is None:
                found = await self._drive.do(partial(self._read, due))
                if found is None:
                    return
                due, raw = found
                away = await self._answer(Incoming(due.connector, raw, self._now()))
        except OSError as error:
            self._warn("file_unreadable", due.connector, due, error)
            return
        if away is not None:
            await self._put_away(due, away)

    def _read(self, due: Due) -> tuple[Due, bytes] | None:
        """Claim a file and read it; None when it is another than the one that stood still: the next look finds it."""
        drop = self._drops[due.connector]
        if not due.entry.claim:
            due = due._replace(entry=drop.claim(due.entry.name))
        raw = drop.read(due.entry, due.mark, self._counter.connectors[due.connector].manifest.size_max)
        return None if raw is None else (due, raw)

    async def _answer(self, item: Incoming) -> Away | None:
        """Return what became of a file; None when it was not taken: it stays claimed, and the next look tries again."""
        try:
            batch = self._counter.split(item)
            if batch is not None:
                return await self._answer_rows(item, batch)
            result = await self._counter.hand_in(item)
        except (NotTaken, TooBusy):
            return None
        except RecordRejected as error:
            result = Result("rejected", errors=error.errors)
        except Exception as error:  # noqa: BLE001 - a mistake of the connector or of ours
            result = Result("rejected", errors=(connector_failed(item.connector, error),))
        errors = [{"field": error.field, "rule": error.rule} for error in result.errors]
        return _whole(result.outcome, {"errors": errors})

    async def _answer_rows(self, item: Incoming, batch: Batch) -> Away | None:
        """Hand in every row; while some are not taken the file stays, and what was taken changes nothing next time."""
        rows = await hand_in_rows(self._counter, item, batch)
        if any(row.result is None for row in rows):
            return None
        refused = [row for row in rows if row.refused]
        lines = told(refused)
        if not refused:
            return _whole("accepted", {})
        if len(refused) == len(rows):
            return _whole(_outcome(lines), {"rows": lines})
        again = [{"row": batch.first + at, "was_row": line.pop("row")} | line for at, line in enumerate(lines)]
        numbers = {row.number for row in refused}
        accepted = {part.number for part in batch.parts} - numbers
        report = _report(_outcome(again), {"rows": again})
        return Away(REJECTED, report, (batch.only(accepted), batch.only(numbers)))

    async def _put_away(self, due: Due, away: Away) -> None:
        put = partial(self._drops[due.connector].put_away, due.entry, due.mark, away, self._now().timestamp())
        try:
            await self._drive.do(put)
        except OSError as error:
            self._answered[due] = away
            self._seen[due.connector, due.entry] = due.mark
            self._warn("file_not_moved", due.connector, due, error)

    def _warn(self, event: str, connector: str | None, what: object, error: Exception) -> None:
        """Tell of trouble once, for as long as it is the same."""
        if what not in self._warned:
            self._warned.add(what)
            log.warning(event, partner=self._counter.partner, connector=connector, error=type(error).__name__)


def _whole(outcome: str, report: dict[str, Any]) -> Away:
    return Away(ACCEPTED) if outcome == "accepted" else Away(REJECTED, _report(outcome, report))


def _outcome(lines: list[dict[str, Any]]) -> str:
    return "unlinked" if all(line["outcome"] == "unlinked" for line in lines) else "rejected"


def _report(outcome: str, report: dict[str, Any]) -> bytes:
    content = {"type": f"urn:schakel:problem:{outcome}"} | report
    return (json.dumps(content, indent=2) + "\n").encode()
