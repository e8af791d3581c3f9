"""What the clock hears on ``events``: who said it, when, and the timers of that person as they stand."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from schakel_contracts.codes import Role
from schakel_contracts.event import Event
from schakel_services.clock.days import day_of
from schakel_services.clock.series import Change, Known


class Heard(NamedTuple):
    """The surroundings of one event."""

    event_id: str
    source: str
    at: datetime
    """When it happened, as its source says."""

    known: Known
    roles: Mapping[str, Role]
    """Every partner of the chain, and its role."""

    @property
    def day(self) -> date:
        """Return the day on which it happened."""
        return day_of(self.at)


Says = Callable[[Event, Heard], Iterable[Change]]
"""What one type of event sets, moves and cancels."""
