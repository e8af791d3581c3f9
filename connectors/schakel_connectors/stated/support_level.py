"""The statement of how much support a person gets."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.codes import Role, SupportDirection
from schakel_contracts.support_level import SupportLevelChanged


@dataclass(frozen=True, slots=True)
class SupportLevelStated:
    """Support is at a level from 0 (none) to 4 (daily); only the direction in which it moved is ever told."""

    spelt_alike: ClassVar[bool] = True
    level: int
    effective: date | None = None
    review_date: date | None = None
    slot: str = "support_level"
    asserted: bool = True
    """Whether somebody of the sender's says so; what a system works out by itself goes nowhere (R21)."""

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> SupportLevelChanged | None:
        """Return up or down, or set for the first level; nothing when the level is the same, or first and none."""
        del identity, received_at
        direction = self._direction(memory)
        if direction is None:
            return None
        return _changed(direction, self.effective, self.review_date, sender.role if self.asserted else None)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Keep nothing in the registry."""
        del identity, memory, sender, received_at

    def memory(self, previous: str | None) -> str:
        """Remember the level."""
        del previous
        return str(self.level)

    def _direction(self, memory: str | None) -> SupportDirection | None:
        if not memory:
            return SupportDirection.SET if self.level else None
        before = int(memory)
        if self.level == before:
            return None
        return SupportDirection.UP if self.level > before else SupportDirection.DOWN


@lru_cache(maxsize=2_048)
def _changed(
    direction: SupportDirection, effective: date | None, review_date: date | None, asserted_by: Role | None
) -> SupportLevelChanged:
    """Return the event, which many persons share: it is immutable, and to check it anew takes time."""
    return SupportLevelChanged(
        direction=direction, effective=effective, review_date=review_date, asserted_by=asserted_by
    )
