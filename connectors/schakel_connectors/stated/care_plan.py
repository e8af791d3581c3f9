"""The statement of where a care plan stands."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from schakel_connectors.statement import Sender
from schakel_contracts.care_plan import CarePlanStatusChanged
from schakel_contracts.codes import CarePlanStatus

HISTORY_DAYS = 365
"""A plan that ended longer ago than this before it is first seen is history, and nobody's business."""


@dataclass(frozen=True, slots=True)
class CarePlanStated:
    """A care plan is active, paused or ended, and is looked at again in a certain month."""

    status: CarePlanStatus
    effective: date | None = None
    review_month: str | None = None
    mistaken: bool = False
    """The partner says that the plan was entered in error: it ends, but only for those who were told of it."""

    spelt_alike: ClassVar[bool] = True
    slot: str = "care_plan"

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> CarePlanStatusChanged | None:
        """Return the change; nothing for history, nor for a plan entered in error that nobody here knew of."""
        del identity, sender
        if self.mistaken and memory not in {CarePlanStatus.ACTIVE, CarePlanStatus.PAUSED}:
            return None
        if memory is None and self._is_history(received_at.date()):
            return None
        return _changed(self.status, self.effective, self.review_month)

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> None:
        """Keep nothing in the registry: a plan is no permission."""
        del identity, memory, sender, received_at

    def memory(self, previous: str | None) -> str:
        """Remember the status."""
        del previous
        return self.status.value

    def _is_history(self, today: date) -> bool:
        if self.status != "ended" or self.effective is None:
            return False
        return (today - self.effective).days > HISTORY_DAYS


@lru_cache(maxsize=2_048)
def _changed(status: CarePlanStatus, effective: date | None, review_month: str | None) -> CarePlanStatusChanged:
    """Return the event, which many persons share: it is immutable, and to check it anew takes time."""
    return CarePlanStatusChanged(status=status, effective=effective, review_month=review_month)
