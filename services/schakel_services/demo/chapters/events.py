"""Find one event among what came of a record."""

from collections.abc import Iterable

from schakel_services.demo.expectations import StoryStopped
from schakel_services.demo.happened import Happened


def the(event_type: str, found: Iterable[Happened]) -> Happened:
    """Return the one event of a type; raises ``StoryStopped`` when the record gave none."""
    for happened in found:
        if happened.type == event_type:
            return happened
    raise StoryStopped(f"no {event_type} came of a record")
