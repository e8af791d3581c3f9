"""How a partner is told: one notification at a time, and never on a check that grew old."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from schakel_services.deliver.rules import Reply


class CheckTooOld(Exception):
    """The moment to send had come, and the check was too old by then; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out."""

    id: str
    body: bytes
    """A CloudEvent in structured mode."""

    sequence: int
    traceparent: str | None = None


class Channel(Protocol):
    """One partner's way of being told."""

    @property
    def hangs(self) -> bool:
        """Say whether a send was given up that has not come back."""

    async def open(self) -> None:
        """Get ready."""

    async def send(self, parcel: Parcel, is_fresh: Callable[[], bool]) -> Reply:
        """Send and return what the target made of it; never raises for what a target does.

        ``is_fresh`` is asked at the last moment before the recipient gets anything; when it says
        no, nothing is sent and ``CheckTooOld`` is raised.
        """

    async def close(self) -> None:
        """Let go of connections."""
