"""Words that every page for privacy officers shares."""

from collections.abc import Iterable

from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_services.cli.policy.reading import UNSIGNED
from schakel_services.cli.reference.markdown import code
from schakel_services.cli.reference.privacy import dutch
from schakel_services.runtime.topics import TABLE, Topic

MADE = "Deze pagina is gemaakt uit de tabellen die de gate leest; `schakel docs build` maakt haar opnieuw."
FOR_GOOD = "zolang de keten bestaat: van elk blijft de laatste stand"


def stamp(policy: Policy) -> str:
    """Return version, validity and signature in a sentence."""
    head = policy.header
    until = f" tot en met {head.valid_until}" if head.valid_until else ""
    by = head.signed_by
    signature = f"ondertekend door {by.organisation} op {by.on}" if policy.signed else f"**{UNSIGNED}**"
    return f"Versie {policy.version}, geldig vanaf {head.valid_from}{until}, {signature}."


def fields_of(row: FlowRow) -> str:
    """Return the fields that a row gives, each with what it says."""
    return "; ".join(f"{code(name)} ({dutch.fields()[name]})" for name in row.fields)


def sentence(parts: Iterable[str]) -> str:
    """Return parts one after the other, as one cell of a table."""
    return " ".join(part for part in parts if part)


def kept(topic: Topic) -> str:
    """Return how long a topic keeps what stands on it."""
    if topic.compacted:
        return FOR_GOOD
    return FOR_GOOD if topic.retention_days is None else f"{topic.retention_days} dagen"


def topic(name: str) -> Topic:
    """Return a topic of the table."""
    return next(one for one in TABLE if one.name == name)
