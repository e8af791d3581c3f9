"""What a process that did not come to a clean end may have sent without having written so."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from schakel_services.deliver.notification import Notification
from schakel_services.deliver.pending import Pending


class Doubt(BaseModel):
    """Where the log stood when a successor found that its predecessor had not come to rest."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: float
    """Seconds since 1970: what was due by then may have been sent."""

    ends: Mapping[int, int]
    """The end of each partition of ``notify``; what lies behind it was written later."""

    def covers(self, pending: Pending) -> bool:
        """Say whether one that was found waiting may have been sent once more than it says."""
        return pending.next_at <= self.at


@dataclass
class Doubtful:
    """Says of new notifications whether a predecessor may have sent them.

    It can have read no more than one batch whose end is not on the log.
    """

    doubt: Doubt | None
    batch_max: int
    _read: Counter[int] = field(default_factory=Counter)

    def take(self, notification: Notification) -> bool:
        """Look at the next one of its partition."""
        if self.doubt is None or notification.order >= self.doubt.ends.get(notification.partition, 0):
            return False
        self._read[notification.partition] += 1
        return self._read[notification.partition] <= self.batch_max
