"""From what a record says to what changed: pure, used by the intake, ``connector try`` and the acceptance kit."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError

from schakel_connectors.rejection import from_validation
from schakel_connectors.statement import Record, Sender, Statement, Translation, digest
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_text


class Remembered(NamedTuple):
    """What is kept of the last version of one statement: a counter, a digest and a few characters."""

    version: int
    digest: str
    memory: str
    as_of: str | None = None


class Change(NamedTuple):
    """A statement that is new or different: its event (if anybody needs to know), its registry record (if any)."""

    slot: str
    remembered: Remembered
    event_id: str
    event: Event | None
    record: Record | None


def interpret(
    translation: Translation,
    sender: Sender,
    connector: str,
    recall: Callable[[str], Remembered | None],
    received_at: datetime,
    record_name: str | None = None,
) -> Iterator[Change]:
    """Yield what changed; nothing for a repeat or for a version older than the one remembered.

    ``recall`` gives what was kept for a slot of this record. The same input gives the same ids: they are made from
    ``record_name``, which the intake makes with a key, since a partner's record key can hold a BSN and an id that is
    made from a BSN without a key can be guessed (R19). A value that fails in a contract raises ``RecordRejected``.
    """
    as_of = translation.as_of.isoformat() if translation.as_of else None
    record_name = record_name or translation.record_key
    for stated in translation.statements:
        turn: Callable[[date], Statement] | None = getattr(stated, "on", None)
        statement = stated if turn is None else turn(received_at.date())
        known = recall(statement.slot)
        mark = digest(statement)
        if known is not None and (known.digest == mark or _older(as_of, known.as_of)):
            continue
        try:
            yield _change(record_name, statement, sender, connector, known, mark, as_of, received_at)
        except ValidationError as error:
            raise from_validation(error) from None


def _older(as_of: str | None, known: str | None) -> bool:
    return as_of is not None and known is not None and datetime.fromisoformat(as_of) < datetime.fromisoformat(known)


def _change(  # noqa: PLR0913, PLR0917 - one call site; each argument is a fact of the record
    record_name: str,
    statement: Statement,
    sender: Sender,
    connector: str,
    known: Remembered | None,
    mark: str,
    as_of: str | None,
    received_at: datetime,
) -> Change:
    version = known.version + 1 if known else 1
    memory = known.memory if known else None
    name = deterministic_text(sender.party, connector, record_name, statement.slot)
    identity = UUID(name)
    return Change(
        slot=statement.slot,
        remembered=Remembered(version, mark, statement.memory(memory), as_of),
        event_id=deterministic_text(name, str(version)),
        event=statement.event(identity, memory, sender, received_at),
        record=statement.record(identity, memory, sender, received_at),
    )
