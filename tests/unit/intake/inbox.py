"""A partner's inbox on this disk, and a counter that says what a test wants."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schakel_connectors.connector import load
from schakel_connectors.rejection import FieldError
from schakel_services.intake.counter import Counter
from schakel_services.intake.folder import WatchedFolder
from schakel_services.intake.incoming import Inbox, Incoming, Result
from schakel_services.runtime.health import Progress
from schakel_services.runtime.keys import PartnerKeys

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEYS = PartnerKeys(bytes(32), "sk_one", "whsec_of_the_test")
REJECTED = Result("rejected", errors=(FieldError("subject", "bsn_invalid"),))
UNLINKED = Result("unlinked", errors=(FieldError("subject", "unlinked"),))


@dataclass
class Reception(Counter):
    """A counter that takes what it is told to, and keeps what it got."""

    outcomes: dict[bytes, Result | Exception] = field(default_factory=dict)
    got: list[Incoming] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def hand_in(self, item: Incoming) -> Result:
        """Answer by what stands in the file."""
        self.got.append(item)
        self.called.set()
        outcome = self.outcomes.get(item.raw, Result("accepted"))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Lines:
    """A logger that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def warning(self, event: str, **more: Any) -> None:
        """Keep one line."""
        self.said.append((event, more))

    critical = warning


def reception() -> Reception:
    """Return the counter of a partner with two connectors."""
    connectors = {name: load(name) for name in ("fhir_care_plan", "fhir_consent")}
    return Reception("one", connectors, KEYS, Inbox(), Progress("one"))


def folder_of_plans(inbox: Path, counter: Reception) -> Path:
    """Return the folder of one connector, with what stands beside it."""
    for connector in counter.connectors:
        for name in ("accepted", "rejected"):
            (inbox / connector / name).mkdir(parents=True)
    return inbox / "fhir_care_plan"


async def look(folder: WatchedFolder, times: int = 2) -> None:
    """Look so many times, and take what has settled."""
    for _ in range(times):
        await folder.look()


async def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so; the drive is worked on beside the loop."""
    while not is_so():  # noqa: ASYNC110 - what another thread does to the disk sets no event
        await asyncio.sleep(0.01)


def watched(plans: Path, counter: Reception) -> WatchedFolder:
    """Return the folder as the intake watches it."""
    return WatchedFolder(plans.parent, counter, lambda: NOW)


def files(folder: Path) -> list[str]:
    """Return the files below a folder, by path."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
