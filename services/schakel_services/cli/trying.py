"""Try files on a connector, as an intake would take them one after another, without a broker or a key."""

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from schakel_connectors.connector import Connector
from schakel_connectors.rejection import RecordRejected, rejected
from schakel_connectors.statement import Sender, Translation
from schakel_connectors.times import not_from_the_future
from schakel_connectors.trial import Memory, Trial, try_record
from schakel_services.runtime.crash import place_of

Tried = dict[str, Any]
"""``file``, ``row`` in a file of many, ``outcome``, and ``errors`` when rejected, else ``events`` and ``registry``.

``failed``, beside the errors, says where a connector made a mistake of its own.
"""


@dataclass
class Trials:
    """What is known while the files of one command line are tried."""

    connector: Connector
    sender: Sender
    received_at: datetime
    memory: Memory | None = None
    """None: every file is the first of its kind. Else what did not change since an earlier file gives nothing."""

    persons: dict[str, str] = field(default_factory=dict)
    """BSN by own number, as accepted files linked them."""

    def take(self, file: Path) -> Iterator[Tried]:
        """Yield what a file leads to, or each row of one that holds many; whatever is wrong is a rejection."""
        shown = {"file": os.fsencode(file).decode("utf-8", "replace")}
        try:
            raw = _read(file, self.connector.manifest.size_max)
        except RecordRejected as error:
            yield shown | _rejected(error)
            return
        try:
            batch = self.connector.split(raw)
        except Exception as error:  # noqa: BLE001 - a connector's mistake, which the intake answers in the same way
            yield shown | _failed(error)
            return
        if batch is None:
            yield shown | self._taken(raw, self.memory)
            return
        # The rows of one file are one story, also where the files are not.
        memory: Memory = {} if self.memory is None else self.memory
        for part in batch.parts:
            yield shown | {"row": part.number} | self._taken(part.raw, memory)

    def _taken(self, raw: bytes, memory: Memory | None) -> Tried:
        try:
            trial = self._try(raw, memory)
        except RecordRejected as error:
            return _rejected(error)
        except Exception as error:  # noqa: BLE001 - a connector's mistake, which the intake answers in the same way
            return _failed(error)
        if trial["outcome"] == "rejected":
            return {"outcome": "rejected", "errors": trial["errors"]}
        return {"outcome": trial["outcome"], "events": trial["events"], "registry": trial["registry"]}

    def _try(self, raw: bytes, memory: Memory | None) -> Trial:
        translations = self.connector.translate(raw)
        not_from_the_future(translations, self.received_at)
        trial = try_record(
            self.connector,
            raw,
            sender=self.sender,
            linked=self.persons,
            received_at=self.received_at,
            memory=memory,
        )
        if trial["outcome"] != "rejected":
            found = self._linked(translations)
            if trial["outcome"] == "accepted":
                self.persons |= found
        return trial

    def _linked(self, translations: Iterable[Translation]) -> dict[str, str]:
        """Return the numbers that this record links; a mix-up of persons is a rejection, as at the intake."""
        new: dict[str, str] = {}
        known = ChainMap(new, self.persons)
        for translation in translations:
            subject = translation.subject
            owners = {known[number] for number in subject.own_numbers if number in known}
            if subject.bsn is None:
                if len(owners) > 1:
                    raise rejected("subject", "numbers_of_different_persons")
            elif owners - {subject.bsn}:
                raise rejected("subject", "number_belongs_to_another_person")
            else:
                new |= dict.fromkeys(subject.own_numbers, subject.bsn)
        return new


def _rejected(error: RecordRejected) -> Tried:
    return {"outcome": "rejected", "errors": [{"field": one.field, "rule": one.rule} for one in error.errors]}


def _failed(error: Exception) -> Tried:
    """Return what the intake answers to a connector's mistake, and where that is: what it logs."""
    place = f"{type(error).__name__} at {place_of(error)}"
    return _rejected(rejected("record", "connector_failed")) | {"failed": place}


def _read(file: Path, size_max: int) -> bytes:
    """Read as much as a connector may take, and one byte more; what is in the way is a rejection."""
    try:
        with file.open("rb") as opened:
            return opened.read(size_max + 1)
    except FileNotFoundError:
        raise rejected("file", "not_found") from None
    except IsADirectoryError:
        raise rejected("file", "is_a_directory") from None
    except PermissionError:
        raise rejected("file", "not_permitted") from None
    except OSError:
        raise rejected("file", "unreadable") from None
