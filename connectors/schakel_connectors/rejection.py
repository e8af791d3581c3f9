"""Why a record was refused: fields and rules, never values."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True, order=True)
class FieldError:
    """One field that breaks one rule; ``field`` is a dotted path, ``rule`` a snake_case name."""

    field: str
    rule: str


class RecordRejected(ValueError):
    """The partner's record can't be accepted; says which fields break which rules, and never quotes the record."""

    def __init__(self, *errors: FieldError) -> None:
        self.errors: tuple[FieldError, ...] = tuple(sorted(set(errors)))
        super().__init__("; ".join(f"{e.field}: {e.rule}" for e in self.errors))


def rejected(field: str, rule: str) -> RecordRejected:
    """Return the rejection of one field by one rule."""
    return RecordRejected(FieldError(field, rule))


def from_validation(error: ValidationError, known: Iterable[str] = ()) -> RecordRejected:
    """Translate pydantic's errors; names that the sender chose (extra keys) become ``*`` unless they are known."""
    names = frozenset(known)
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return RecordRejected(
        *(
            FieldError(
                ".".join(_part(part, kind=item["type"], names=names) for part in item["loc"]) or "record", item["type"]
            )
            for item in found
        )
    )


def _part(part: int | str, *, kind: str, names: frozenset[str]) -> str:
    """A list index says nothing of a person; a key that the sender made up could."""
    if isinstance(part, int) or kind != "extra_forbidden" or part in names:
        return str(part)
    return "*"
