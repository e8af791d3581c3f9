"""The statement of where one benefit stands (F20)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.benefit_status import BenefitStatusChanged
from schakel_contracts.codes import BenefitKind, BenefitStatus, Role

MUNICIPAL = frozenset({BenefitKind.PARTICIPATION_ACT, BenefitKind.IOAW, BenefitKind.IOAZ, BenefitKind.BBZ})
"""The benefits that a municipality grants; UWV grants the others."""

HISTORY_DAYS = 365
"""What was over or asked longer ago than this when it is first seen, is no news to anybody."""


@dataclass(frozen=True, slots=True)
class BenefitStated:
    """A benefit of a kind stands at a status since a day, and may be known to end on another."""

    kind: BenefitKind
    status: BenefitStatus
    effective: date | None = None
    ends: date | None = None
    """Last day of a granted benefit, if it is known; the day after, the benefit has ended."""

    @property
    def slot(self) -> str:
        """Return ``benefit/<kind>``: a kind has one status, however many periods are listed."""
        return f"benefit/{self.kind.value}"

    def on(self, day: date) -> "BenefitStated":
        """Return how it reads on a day: ended in place of granted once the last day has passed."""
        if self.status is not BenefitStatus.GRANTED or self.ends is None or self.ends >= day:
            return self
        since = self.ends + timedelta(days=1)
        return replace(self, status=BenefitStatus.ENDED, effective=since, ends=None)

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> BenefitStatusChanged | None:
        """Return where it stands on the day of receipt, unless that was said before."""
        del identity
        today = received_at.date()
        now = self.on(today)
        if _is_history(now, today) if memory is None else _was_said(now, memory, today):
            return None
        return BenefitStatusChanged(
            benefit_kind=now.kind,
            status=now.status,
            effective=now.effective,
            contact=_contact(now.kind, sender),
        )

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Return None: a benefit is no registry record."""
        del identity, memory, sender, received_at

    def memory(self, previous: str | None) -> str:
        """Remember status, first and last day."""
        del previous
        return f"{self.status.value}|{self.effective or ''}|{self.ends or ''}"


def _is_history(now: BenefitStated, today: date) -> bool:
    if now.status in (BenefitStatus.GRANTED, BenefitStatus.SUSPENDED) or now.effective is None:
        return False
    return (today - now.effective).days > HISTORY_DAYS


def _was_said(now: BenefitStated, memory: str, today: date) -> bool:
    """Say whether the version before gave the same status since the same day.

    A grant whose last day has passed since may have been told as ended, so it doesn't count.
    """
    status, effective, ends = memory.split("|")
    same = status == now.status.value and effective == str(now.effective or "")
    return same and (not ends or date.fromisoformat(ends) >= today)


def _contact(kind: BenefitKind, sender: Sender) -> Role:
    if kind is BenefitKind.OTHER:
        return sender.role
    return Role.INC if kind in MUNICIPAL else Role.UWV
