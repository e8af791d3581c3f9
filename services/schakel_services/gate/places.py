"""Where each notification of one record stands: in the order in which its recipient reads them."""


class Places:
    """The positions of what is told of one record.

    Its deliverer drops what does not lie behind what it has seen, so those of one recipient are numbered as they are
    written, whatever else is told of the record to whom.
    """

    __slots__ = ("_next", "_record")

    def __init__(self, record: str) -> None:
        """``record`` is ``<topic>/<partition>/<offset>``."""
        self._record = record
        self._next: dict[str, int] = {}

    def next_for(self, recipient: str) -> str:
        """Return the position of the next notification to a recipient."""
        number = self._next.get(recipient, 0)
        self._next[recipient] = number + 1
        return f"{self._record}/{number}"
