"""How much one turn takes from one side: soon over, sure to fit in one transaction, and never nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schakel_connectors.rejection import FieldError
from schakel_services.intake.incoming import Result
from schakel_services.intake.taken import Taken

READ_MAX = 4 * 1024 * 1024
"""Bytes of records: two thousand of the usual size, four of the largest."""

ROWS_MAX, WRITTEN_MAX = 20_000, 16 * 1024 * 1024
"""Rows for the log, and their bytes: about a second of work. A turn of small records has fewer."""

RECORD_ROWS_MAX, RECORD_WRITTEN_MAX = 100_000, 32 * 1024 * 1024
"""What one record may add by itself. One of the largest size adds 30,000 rows; more comes only of what it takes back:
of all whom it was about before."""

TOO_MUCH = Result("rejected", errors=(FieldError("record", "too_much"),))

T = TypeVar("T")


@dataclass(slots=True)
class Room:
    """What was taken so far; there is always room for the first record, however large."""

    read: int = 0
    rows: int = 0
    written: int = 0

    @property
    def full(self) -> bool:
        """Say whether the next record is for another turn."""
        return self.read >= READ_MAX or self.rows >= ROWS_MAX or self.written >= WRITTEN_MAX

    def add(self, size: int, taken: Taken) -> Taken:
        """Count one record of this size, and return what it adds: a refusal if that is too much for one record.

        It would not surely fit in a transaction, and would stop all that comes behind it.
        """
        self.read += size
        self.rows += taken.rows
        self.written += taken.written
        too_much = taken.rows > RECORD_ROWS_MAX or taken.written > RECORD_WRITTEN_MAX
        return Taken(TOO_MUCH) if too_much else taken


def portions(waiting: Sequence[T], size: Callable[[T], int], count_max: int, bytes_max: int) -> Iterator[Sequence[T]]:
    """Yield what waits, in its order: at most so many and so many bytes at once, and one of any size."""
    begin, so_far = 0, 0
    for at, each in enumerate(waiting):
        here = size(each)
        if at > begin and (at - begin == count_max or so_far + here > bytes_max):
            yield waiting[begin:at]
            begin, so_far = at, 0
        so_far += here
    if begin < len(waiting):
        yield waiting[begin:]
