"""Logs that can't leak: structlog with an allow-list of keys, pseudonyms shortened, JSON on stderr."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from schakel_services.runtime.configured import NotConfigured

ALLOWED = frozenset(
    {
        "address", "attempt", "connector", "count", "error", "event", "event_id", "event_type", "failpoints",
        "field", "level", "name", "offset", "outcome", "partition", "partner", "pid", "pipe", "place", "port",
        "reason", "recipient", "rule", "rules", "seconds", "service", "signal", "status", "subject", "timestamp",
        "topic", "version",
    }
)  # fmt: skip
"""Every key that a log line may have; another key is dropped, and its name said in ``dropped``."""

SUBJECT_SHOWN = 11
"""Characters of a pseudonym that are shown: enough to follow one person through a log, too few to join files on."""

Line = MutableMapping[str, Any]


def allow_listed(_logger: object, _method: str, line: Line) -> Line:
    """Keep allowed keys only; what else was passed is named, not shown."""
    dropped = sorted(key for key in line if key not in ALLOWED)
    for key in dropped:
        del line[key]
    if dropped:
        line["dropped"] = dropped
    if isinstance(subject := line.get("subject"), str):
        line["subject"] = subject[:SUBJECT_SHOWN]
    return line


def configure_logs(service: str, level: str = "info") -> None:
    """Send structlog and the libraries' logging to stderr as JSON lines; libraries say warnings only."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise NotConfigured("SCHAKEL_LOG_LEVEL: debug, info, warning, error or critical")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow_listed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Stderr())),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Library())
    logging.basicConfig(level=max(number, logging.ERROR), handlers=[handler], force=True)


class _Stderr:
    """Standard error as it is when something is said; it may have been replaced since."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Library(logging.Formatter):
    """A library's message may quote a record, so only its name and level are written."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        line: Line = {
            "event": "library_log",
            "name": record.name,
            "level": record.levelname.lower(),
            "place": record.lineno,
        }
        if error:
            line["error"] = error
        return str(structlog.processors.JSONRenderer()(None, "", dict(line)))


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
"""The one logger; say facts in snake_case with allowed keys."""
