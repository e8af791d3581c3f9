"""Find, load and run connectors.

A connector is a folder with ``manifest.toml`` and ``mapping.py``. The mapping offers ``Record``, the fields that are
read, as a pydantic model; ``parse``, from bytes to a ``Record``; and ``to_translations``, a pure function from one
record to what it means for each person in it. All three raise ``RecordRejected`` or pydantic's ``ValidationError``.
Where a file may hold many records, it also offers ``split``, from bytes to a ``Batch``, so that each row is answered by
itself.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from traceback import extract_tb
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import schakel_connectors
from schakel_connectors.batch import Batch
from schakel_connectors.rejection import RecordRejected, from_validation, rejected
from schakel_connectors.statement import Translation
from schakel_connectors.times import within_years
from schakel_contracts.codes import Role

SIZE_MAX = 1_048_576
"""No record is larger, in bytes; a manifest may ask for less."""


class Manifest(BaseModel):
    """What a privacy officer needs to know about a connector, and what the intake holds it to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(description="What it reads, in one line (Dutch).")
    standard: str = Field(description="The format and its versions.")
    owner: str = Field(description="Who to call about it.")
    purpose: str = Field(description="Why the data is read (Dutch).")
    legal_basis: str = Field(description="On which ground a partner hands it over (Dutch).")
    content_types: tuple[str, ...] = Field(description="Media types that it accepts.")
    roles: frozenset[Role] = Field(
        description="Which partners may use it; all but those in without_bsn are entitled to the BSN if bsn is true."
    )
    bsn: bool = Field(description="Whether it reads a BSN.")
    without_bsn: frozenset[Role] = Field(
        default=frozenset(), description="Roles of these that may use it all the same, and from which no BSN is taken."
    )
    emits: frozenset[str] = Field(description="Short event types that it can give.")
    registry: frozenset[str] = Field(description="Kinds of registry record that it can give.")
    size_max: int = Field(default=SIZE_MAX, gt=0, le=SIZE_MAX, description="Largest record, in bytes.")
    reads: dict[str, str] = Field(description="Every field that is read, with the reason why (Dutch).")
    never_reads: tuple[str, ...] = Field(default=(), description="What stands in the format and is left unread.")


@dataclass(frozen=True)
class Connector:
    """A manifest together with the mapping that it describes."""

    name: str
    manifest: Manifest
    record: type[BaseModel]
    parse: Callable[[bytes], Any]
    to_translations: Callable[[Any], Iterable[Translation]]
    splitter: Callable[[bytes], Batch | None] | None = None

    def translate(self, raw: bytes) -> list[Translation]:
        """Translate one raw record, or raise ``RecordRejected`` that names fields and rules and never a value."""
        if len(raw) > self.manifest.size_max:
            raise rejected("record", "too_large")
        try:
            found = list(self.to_translations(self.parse(raw)))
        except ValidationError as error:
            raise from_validation(error) from None
        except RecursionError:
            raise rejected("record", "too_deep") from None
        for translation in found:
            if translation.as_of is not None:
                within_years("as_of", translation.as_of)
        return found

    def split(self, raw: bytes) -> Batch | None:
        """Return the records of a file that holds several; None for one record, and for what can't be read.

        Each part may be translated by itself. What can't be read is refused whole, by ``translate``.
        """
        if self.splitter is None or len(raw) > self.manifest.size_max:
            return None
        try:
            return self.splitter(raw)
        except (RecordRejected, RecursionError):
            return None


class UnknownConnector(LookupError):
    """There is no connector of that name."""


class BrokenConnector(RuntimeError):
    """A connector can't be used as it is written: names it, where, and what is wrong; nothing in it is of a person."""

    rule = "broken_connector"

    def __init__(self, name: str, says: str) -> None:
        super().__init__(f"connector {name}: {says}")


@cache
def load(name: str) -> Connector:
    """Load one connector; a missing name, or one that is wrongly written (``BrokenConnector``), fails at start-up."""
    manifest = manifest_of(name)
    try:
        return assembled(name, manifest, import_module(f"{schakel_connectors.__name__}.{name}.mapping"))
    except SyntaxError as error:
        raise BrokenConnector(name, f"{Path(error.filename or name).name}:{error.lineno}: no Python") from error
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        raise BrokenConnector(name, f"{Path(last.filename).name}:{last.lineno}: {error}") from error


@cache
def manifest_of(name: str) -> Manifest:
    """Return what a connector says of itself, without its mapping: all that most need, and quick to read."""
    if name not in names():
        raise UnknownConnector(name)
    content = files(f"{schakel_connectors.__name__}.{name}").joinpath("manifest.toml").read_bytes()
    told: dict[str, Any] = {}
    try:
        told = tomllib.loads(content.decode("utf-8"))
        return Manifest.model_validate(told)
    except ValidationError as error:
        raise BrokenConnector(name, f"manifest.toml: {from_validation(error, told)}") from error
    except ValueError as error:
        raise BrokenConnector(name, f"manifest.toml: {error}") from error


def assembled(name: str, manifest: Manifest, mapping: ModuleType) -> Connector:
    """Return the connector of a manifest and a mapping; ``split`` is there only if files hold several records."""
    return Connector(
        name,
        manifest,
        mapping.Record,
        mapping.parse,
        mapping.to_translations,
        getattr(mapping, "split", None),
    )


@cache
def names() -> tuple[str, ...]:
    """Return the names of all connectors: the folders that hold a manifest."""
    return tuple(
        module.name
        for module in iter_modules(schakel_connectors.__path__)
        if module.ispkg and files(f"{schakel_connectors.__name__}.{module.name}").joinpath("manifest.toml").is_file()
    )


def discover() -> Iterator[Connector]:
    """Load every connector, in alphabetical order."""
    for name in names():
        yield load(name)


__all__ = [
    "BrokenConnector",
    "Connector",
    "Manifest",
    "RecordRejected",
    "UnknownConnector",
    "assembled",
    "discover",
    "load",
    "manifest_of",
    "names",
]
