"""Registry records as files: what a registry holds of a person, one record a file, in JSON."""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from schakel_contracts.registry import REGISTRY_RECORD, ConsentRecord, Record, RequestRecord

SIZE_MAX = 65_536
Shape = TypeVar("Shape")
CONSENT: TypeAdapter[ConsentRecord] = TypeAdapter(ConsentRecord)
REQUEST: TypeAdapter[RequestRecord] = TypeAdapter(RequestRecord)


class FileRefused(ValueError):
    """A file is no record of this kind; the text names file, field and rule, never a value."""


def read_consent(path: Path) -> ConsentRecord:
    """Return a consent or an objection."""
    return _read(path, CONSENT)


def read_request(path: Path) -> RequestRecord:
    """Return a statutory request."""
    return _read(path, REQUEST)


def read_record(path: Path) -> Record:
    """Return a record of any kind; the file says which in ``kind``."""
    return _read(path, REGISTRY_RECORD)


def _read(path: Path, shape: TypeAdapter[Shape]) -> Shape:
    try:
        if path.stat().st_size > SIZE_MAX:
            raise FileRefused(f"{path}: file: larger_than_{SIZE_MAX}_bytes")
        return shape.validate_json(path.read_bytes())
    except OSError as error:
        raise FileRefused(f"{path}: file: {error.strerror}") from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        says = "; ".join(f"{_field(one['loc'])}: {one['type']}" for one in found)
        raise FileRefused(f"{path}: {says}") from None


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"
