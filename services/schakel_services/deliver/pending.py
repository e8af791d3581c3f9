"""A notification on its way, and how it survives a restart."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schakel_contracts.consent import ConsentWithdrawn
from schakel_services.deliver.notification import Notification, read_notification
from schakel_services.deliver.rules import REACHED, Answer

PREFIX = "pending/"


@dataclass(frozen=True, slots=True)
class LastCheck:
    """What the receipt says of the check before the last attempt."""

    began_at: datetime
    consent_id: UUID | None = None
    rules: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Pending:
    """A notification that has not ended in any way; times are seconds since 1970."""

    notification: Notification
    first_at: float
    """When it was first due; the time in which it must arrive runs from here."""

    next_at: float
    attempts: int = 0
    last: LastCheck | None = None
    stored: bool = False
    """It stands in the partner's state topic, and must be taken out at its end."""

    possibly_arrived: bool = False
    """Nobody knows what came of a try: the target may have it."""

    turn_at: float | None = None
    """Since when nothing was in front of it; a restart counts anew."""

    answer: Answer | None = None
    """What the target said last, since then; None: it was not tried."""

    @property
    def is_stop_notice(self) -> bool:
        """Say whether it tells of a withdrawal."""
        return self.notification.envelope.type == ConsentWithdrawn.type

    @property
    def reached(self) -> bool:
        """Say whether the target had it before it, and did not take it."""
        return self.answer in REACHED

    @property
    def key(self) -> bytes:
        """Return its key in the state topic."""
        return f"{PREFIX}{self.notification.person}/{self.notification.id}".encode()

    def value(self) -> bytes:
        """Return what stands under the key: all that is needed to try again."""
        return (
            Stored(
                headers=[(name, value.decode()) for name, value in self.notification.headers],
                body=self.notification.body.decode(),
                attempts=self.attempts,
                first_at=self.first_at,
                next_at=self.next_at,
                partition=self.notification.partition,
                order=self.notification.order,
                began_at=self.last.began_at if self.last else None,
                consent_id=self.last.consent_id if self.last else None,
                rules=self.last.rules if self.last else (),
                possibly_arrived=self.possibly_arrived,
            )
            .model_dump_json(exclude_defaults=True)
            .encode()
        )


class Stored(BaseModel):
    """The value under ``pending/<person>/<notification>``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    headers: list[tuple[str, str]]
    body: str
    attempts: int = 0
    first_at: float
    next_at: float
    partition: int
    order: int
    began_at: datetime | None = None
    consent_id: UUID | None = None
    rules: tuple[str, ...] = ()
    possibly_arrived: bool = False


def restored(value: bytes) -> Pending:
    """Read back what ``value`` wrote; raises ``ValueError`` for anything else."""
    stored = Stored.model_validate_json(value)
    headers = tuple((name, text.encode()) for name, text in stored.headers)
    last = None
    if stored.began_at is not None:
        last = LastCheck(stored.began_at, stored.consent_id, stored.rules)
    return Pending(
        read_notification(stored.partition, stored.order, headers, stored.body.encode()),
        first_at=stored.first_at,
        next_at=stored.next_at,
        attempts=stored.attempts,
        last=last,
        stored=True,
        possibly_arrived=stored.possibly_arrived,
    )
