"""Registry records as files: what a registry holds of a person, one record a file, in JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schakel_contracts.event import Contract
from schakel_contracts.registry import REGISTRY_RECORD, ConsentRecord, Record, RequestRecord
from schakel_services.cli.output import WrongUsage

SIZE_MAX = 65_536
Shape = TypeVar("Shape", bound=Contract)
CONSENT: TypeAdapter[ConsentRecord] = TypeAdapter(ConsentRecord)
REQUEST: TypeAdapter[RequestRecord] = TypeAdapter(RequestRecord)
DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*")
NAME = re.compile(r"[a-z_]+|[0-9]{1,3}")
"""A field, or a place in a list; any other name in a file may tell something of somebody."""
KINDS = {"union_tag_not_found": "missing", "union_tag_invalid": "enum"}


def read_consent(path: Path) -> ConsentRecord:
    """Return a consent or an objection; anything else is ``WrongUsage`` of ``--consent``."""
    return RecordFile("--consent", path).read(CONSENT)


def read_request(path: Path) -> RequestRecord:
    """Return a statutory request; anything else is ``WrongUsage`` of ``--request``."""
    return RecordFile("--request", path).read(REQUEST)


def read_record(path: Path) -> Record:
    """Return a record of any kind, which the file says in ``kind``; anything else is ``WrongUsage`` of ``--record``."""
    return RecordFile("--record", path).read(REGISTRY_RECORD)


@dataclass(frozen=True)
class RecordFile:
    """A file and the option that named it: what is wrong with it is said with both, in a sentence, without a value."""

    option: str
    path: Path

    def read(self, shape: TypeAdapter[Shape]) -> Shape:
        """Return the record in a file, or raise ``WrongUsage``; where a contract is broken, with field and rule."""
        text = self._text()
        found = self._parsed(text)
        try:
            record = shape.validate_json(text)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            broken = [_broken(one, found.get("kind")) for one in wrong]
            says = "; ".join(f"{field}: {rule}" for field, rule in broken)
            raise self._wrong("contract", f"no such record: {says}", broken) from None
        if days := [name for name in _moments(record) if DAY.fullmatch(str(found.get(name)))]:
            says = f"{', '.join(days)}: a day alone, where a moment belongs, such as 2026-12-15T23:59:59+01:00"
            raise self._wrong("day_without_time", says, [(name, "day_without_time") for name in days])
        return record

    def _text(self) -> str:
        """Return what the file holds, without the mark that some editors put first."""
        try:
            if self.path.stat().st_size > SIZE_MAX:
                raise self._wrong("too_large", f"larger than {SIZE_MAX} bytes, as no record is")
            text = self.path.read_text("utf-8-sig")
        except FileNotFoundError:
            raise self._wrong("no_such_file", "there is no such file") from None
        except OSError as error:
            raise self._wrong("unreadable", f"can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise self._wrong("not_utf8", "not in UTF-8") from None
        if not text.strip():
            raise self._wrong("empty", "an empty file")
        return text

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise self._wrong("not_json", "not JSON") from None
        if not isinstance(found, dict):
            raise self._wrong("not_an_object", "no JSON object: a file holds one record, between braces")
        return found

    def _wrong(self, rule: str, says: str, fields: Sequence[tuple[str, str]] = ()) -> WrongUsage:
        return WrongUsage(says, self.option, rule, file=self.path, fields=fields)


def _broken(error: ErrorDetails, kind: object) -> tuple[str, str]:
    """Return which field breaks which rule of its contract."""
    if error["type"] in KINDS:
        return "kind", KINDS[error["type"]]
    where = [str(part) for part in error["loc"]]
    inside = where[1:] if where[:1] == [kind] else where
    return ".".join(part if NAME.fullmatch(part) else "?" for part in inside) or "record", error["type"]


def _moments(record: Contract) -> Iterator[str]:
    """Yield the fields that hold an instant; those that hold a day are days."""
    for name, field in type(record).model_fields.items():
        if field.annotation is datetime or datetime in get_args(field.annotation):
            yield name
