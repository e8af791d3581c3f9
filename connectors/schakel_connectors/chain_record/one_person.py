"""One key in one file, one person: rows that were copied with their key would take the fact from all but the last."""

from collections.abc import Iterable

from schakel_connectors.chain_record.meaning import record_key
from schakel_connectors.chain_record.reading import Item
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_contracts.identifiers import is_bsn


def check_persons(items: Iterable[Item]) -> None:
    """Raise ``RecordRejected`` with each row under whose key an earlier one names another person.

    A record that comes to be about somebody else is a correction, and ends what it said of the first: a consent is
    withdrawn for good. In one file it is a key that was not filled in, so nothing of the file is taken.
    """
    known: dict[str, tuple[str, str]] = {}
    broken = []
    for number, item in items:
        if not isinstance(item, dict):
            continue
        type_, key, bsn, client = (_text(item.get(name)) for name in ("type", "record", "bsn", "client"))
        if not type_ or not key:
            continue
        if not is_bsn(bsn):
            bsn = ""  # refused in its own row, and no other person's
        name = record_key(type_.casefold(), key)
        first = known.get(name, ("", ""))
        if _differ(first, (bsn, client)):
            broken.append(FieldError(f"rows.{number}.record", "key_of_another_person"))
        else:
            known[name] = (first[0] or bsn, first[1] or client)
    if broken:
        raise RecordRejected(*broken)


def _differ(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """The BSN tells persons apart; own numbers do where it is not in both."""
    for one, other in zip(first, second, strict=True):
        if one and other:
            return one != other
    return False


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
