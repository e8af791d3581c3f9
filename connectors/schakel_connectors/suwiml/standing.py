"""Where a benefit stands, from everything that a message says of it.

There is one answer for each kind, whatever its history: a nightly answer that lists the same
periods and applications again says nothing new.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from schakel_connectors.stated.benefit import BenefitStated
from schakel_contracts.codes import BenefitKind, BenefitStatus


@dataclass(frozen=True, slots=True)
class Run:
    """A benefit is or was received; without a first day: unknown, without a last: no end known."""

    kind: BenefitKind
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Application:
    """A benefit was asked for and perhaps decided on; no status: a decision of unknown meaning."""

    kind: BenefitKind
    asked: date | None
    decided: date | None
    status: BenefitStatus | None


def standing(runs: Iterable[Run], applications: Iterable[Application]) -> tuple[BenefitStated, ...]:
    """Return where each kind of benefit stands, in the order of the kinds.

    What is received counts. An application counts if it is from after the last day of what was
    received. Of several the last one does, and nothing is said if its decision is not known.
    """
    runs, applications = tuple(runs), tuple(applications)
    kinds = {run.kind for run in runs} | {each.kind for each in applications}
    found = (
        _of_kind(
            kind,
            [run for run in runs if run.kind is kind],
            [application for application in applications if application.kind is kind],
        )
        for kind in sorted(kinds)
    )
    return tuple(benefit for benefit in found if benefit)


def _of_kind(kind: BenefitKind, runs: list[Run], applications: list[Application]) -> BenefitStated | None:
    run = _last_run(runs)
    later = [each for each in applications if run is None or _is_after(each, run)]
    if later:
        return _applied(max(later, key=_order))
    return BenefitStated(kind, BenefitStatus.GRANTED, run.first, run.last) if run else None


def _is_after(application: Application, run: Run) -> bool:
    return run.last is not None and _order(application)[0] > run.last


def _applied(application: Application) -> BenefitStated | None:
    if application.status is None:
        return None
    requested = application.status is BenefitStatus.REQUESTED
    effective = application.asked if requested else application.decided
    return BenefitStated(application.kind, application.status, effective)


def _order(application: Application) -> tuple[date, date, str]:
    decided = application.decided or date.min
    return application.asked or decided, decided, application.status or ""


def _last_run(runs: list[Run]) -> Run | None:
    """Join what touches or overlaps, and return the last."""
    joined: Run | None = None
    for run in sorted(runs, key=lambda each: (each.first or date.min, each.last or date.max)):
        if joined is None or not _touches(joined, run):
            joined = run
        else:
            last = max(joined.last, run.last) if joined.last and run.last else None
            joined = Run(run.kind, joined.first, last)
    return joined


def _touches(earlier: Run, later: Run) -> bool:
    return earlier.last is None or (later.first or date.min) <= earlier.last + timedelta(days=1)
