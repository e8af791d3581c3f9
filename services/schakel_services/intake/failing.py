"""A connector's mistake: the record is refused, those behind it go on, and the log says where it was."""

from schakel_connectors.rejection import FieldError
from schakel_services.runtime.crash import place_of
from schakel_services.runtime.log import log


def connector_failed(connector: str, error: Exception) -> FieldError:
    """Return what the sender is told, and log the place and the kind of the error: its text could quote the record."""
    log.error("connector_failed", connector=connector, error=type(error).__name__, place=place_of(error))
    return FieldError("record", "connector_failed")
