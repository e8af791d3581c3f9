"""From what a record says to what changed: pure, used by the intake, ``connector try`` and the acceptance kit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError

from schakel_connectors.rejection import from_validation
from schakel_connectors.stated.closing import CLOSED_BY_SILENCE, ERASED, NOTHING_TO_CLOSE, closing, standing
from schakel_connectors.stated.left_out import left_out, stop_notice, with_all
from schakel_connectors.statement import Sender, Statement, Translation, digest
from schakel_contracts.consent import ConsentWithdrawn, Recipient
from schakel_contracts.event import Event
from schakel_contracts.identifiers import deterministic_text
from schakel_contracts.quick import NEW
from schakel_contracts.registry import Record


class Remembered(NamedTuple):
    """What is kept of the last version of one statement: a counter, a digest and a few characters."""

    version: int
    digest: str
    memory: str
    as_of: str | None = None
    stands: str = ""
    """What it gave in the registry, in the words with which that is closed; empty: nothing."""

    @property
    def must_be_said(self) -> bool:
        """Say whether a version that no longer states it closes it."""
        return self.stands.startswith(CLOSED_BY_SILENCE)


class Change(NamedTuple):
    """A statement that is new or different: its event (if anybody needs to know), its registry record (if any).

    One that leaves out whom it named before is followed by a change of the same slot with what they hear.
    """

    slot: str
    remembered: Remembered
    event_id: str
    event: Event | None
    record: Record | None
    erases: str | None = None
    """``<kind>/<id>`` of a registry record of this person that must not stand any longer."""


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
            change = _change(record_name, statement, sender, connector, known, mark, as_of, received_at)
            dropped = left_out(statement, known.stands, known.memory or None, sender) if known else ()
        except ValidationError as error:
            raise from_validation(error) from None
        if dropped and change.record is not None:
            yield from _told(change, change.record.id, dropped, received_at)
        else:
            yield change


def _told(change: Change, consent: UUID, dropped: tuple[Recipient, ...], received_at: datetime) -> Iterator[Change]:
    """Yield a change, and beside it what those hear whom a permission named and no longer names."""
    if isinstance(change.event, ConsentWithdrawn):
        yield change._replace(event=with_all(change.event, dropped))
    else:
        stop = stop_notice(consent, dropped, received_at)
        yield change
        yield change._replace(event_id=deterministic_text(change.event_id, "left_out"), event=stop, record=None)


def gone(
    said: Sequence[Translation],
    known: Mapping[str, Remembered],
    sender: Sender,
    connector: str,
    received_at: datetime,
    record_name: str | None = None,
) -> Iterator[Change]:
    """Yield what ends because a record no longer says it of a person; nothing for an older version.

    ``said`` is all that one version says of one person, ``known`` what was kept of the versions before it. A slot on
    which the version is silent (``Translation.silent_on``) stays as it is.
    """
    # Nearly every version states again what stands, so whatever else there is to ask comes after that.
    absent = [slot for slot, remembered in known.items() if remembered.must_be_said and not _states(said, slot)]
    if not absent or is_older(said, known.values()):
        return
    as_of = said[0].as_of.isoformat() if said[0].as_of else None
    for slot in absent:
        if any(slot.startswith(each.silent_on) for each in said):
            continue
        remembered = known[slot]
        statement = closing(slot, remembered.stands, moved=False)
        name = record_name or said[0].record_key
        mark = digest(statement)
        yield _closed(_change(name, statement, sender, connector, remembered, mark, as_of, received_at))


def _closed(change: Change) -> Change:
    return change._replace(remembered=change.remembered._replace(stands=NOTHING_TO_CLOSE))


def _states(said: Sequence[Translation], slot: str) -> bool:
    for each in said:
        for statement in each.statements:
            if statement.slot == slot:
                return True
    return False


def left(
    known: Mapping[str, Remembered], sender: Sender, connector: str, received_at: datetime, record_name: str
) -> Iterator[Change]:
    """Yield what ends for a person of a record that is about somebody else now: all that opens a way.

    The rest is forgotten but for its number, so that all of it is told again if the record comes back; only how
    something in the registry ended is remembered, so that what was withdrawn stays so.
    """
    for slot, remembered in known.items():
        stands = remembered.stands
        if remembered.must_be_said:
            statement = closing(slot, stands, moved=True)
            mark = digest(statement)
            yield _closed(_change(record_name, statement, sender, connector, remembered, mark, None, received_at))
            continue
        erases = stands.removeprefix(ERASED) if stands.startswith(ERASED) else None
        kept = Remembered(remembered.version, "", remembered.memory if stands else "")
        yield Change(slot, kept, "", None, None, erases)


def is_older(said: Sequence[Translation], known: Iterable[Remembered]) -> bool:
    """Say whether a version was changed before one of which something is known."""
    times = [each.as_of for each in said if each.as_of]
    before = [datetime.fromisoformat(each.as_of) for each in known if each.as_of]
    return bool(times and before) and max(times) < max(before)


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
    memory = (known.memory or None) if known else None
    name = deterministic_text(sender.party, connector, record_name, statement.slot)
    identity = UUID(name)
    event = statement.event(identity, memory, sender, received_at)
    record = statement.record(identity, memory, sender, received_at)
    stands = standing(record) if record is not None else known.stands if known else ""
    remembered = NEW(Remembered, (version, mark, statement.memory(memory), as_of, stands))
    return NEW(Change, (statement.slot, remembered, deterministic_text(name, str(version)), event, record, None))
