"""A file of many records: each is handed in by itself, with its own place on the log and its own answer."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schakel_connectors.batch import Batch, Part
from schakel_services.intake.counter import Counter
from schakel_services.intake.incoming import Incoming, NotTaken, Result, TooBusy

AT_ONCE = 500
"""So many rows wait for one answer; the rest of the file keeps no other record waiting."""

BUSY_S, BUSY_TRIES = 0.2, 50
"""How long, and how often, to wait for room among other records."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    number: int
    result: Result | None
    """None: not taken; when it is sent again, and was taken after all, it changes nothing."""

    @property
    def accepted(self) -> bool:
        """Say whether it was accepted."""
        return self.result is not None and self.result.outcome == "accepted"

    @property
    def refused(self) -> bool:
        """Say whether something is wrong with it."""
        return self.result is not None and self.result.outcome != "accepted"


async def hand_in_rows(counter: Counter, whole: Incoming, batch: Batch) -> list[RowResult]:
    """Hand in every row in its order, some hundreds at a time; once the intake takes nothing, the rest is left."""
    found: list[RowResult] = []
    for begin in range(0, len(batch.parts), AT_ONCE):
        found += await _some(counter, whole, batch.parts[begin : begin + AT_ONCE])
        if found[-1].result is None:
            break
    return found + [RowResult(part.number, None) for part in batch.parts[len(found) :]]


async def _some(counter: Counter, whole: Incoming, parts: Sequence[Part]) -> list[RowResult]:
    found: list[RowResult] = []
    for _ in range(BUSY_TRIES):
        rest = parts[len(found) :]
        told = await asyncio.gather(*(_one(counter, whole, part) for part in rest))
        # Past a row that found no room nothing counts: the rows are taken in their order, if need be twice.
        free = next((at for at, each in enumerate(told) if each is None), len(told))
        found += [each for each in told[:free] if each is not None]
        if free == len(told) or any(each.result is None for each in found):
            break
        await asyncio.sleep(BUSY_S)
    return found + [RowResult(part.number, None) for part in parts[len(found) :]]


async def _one(counter: Counter, whole: Incoming, part: Part) -> RowResult | None:
    """Return what became of a row; None when there was no room for it."""
    try:
        return RowResult(part.number, await counter.hand_in(replace(whole, raw=part.raw)))
    except TooBusy:
        return None
    except NotTaken:
        return RowResult(part.number, None)


def told(rows: Iterable[RowResult]) -> list[dict[str, Any]]:
    """Return a line for each row: its number, its outcome, and its event ids or what is wrong."""
    return [_told(row) for row in rows]


def _told(row: RowResult) -> dict[str, Any]:
    if row.result is None:
        return {"row": row.number, "outcome": "not_taken"}
    head = {"row": row.number, "outcome": row.result.outcome}
    if row.accepted:
        return head | {"events": list(row.result.events)}
    return head | {"errors": [{"field": error.field, "rule": error.rule} for error in row.result.errors]}
