"""Which deliveries a sender has heard of: a receipt that stands on the log twice is told once."""

from dataclasses import dataclass, field

HEARD_MAX = 10_000
"""So many are remembered of a partition.

What doubles a receipt breaks between two tries, a day apart at most, and so many of one partition do not fail in a day.
"""


@dataclass
class Heard:
    """The notifications whose failure was told last: a ring on the log, so that it never grows.

    With the changes of the batch at hand beside it until they are committed.
    """

    ring: dict[int, str] = field(default_factory=dict)
    """By place in the ring."""

    last: int = 0
    """The number of the newest."""

    known: set[str] = field(default_factory=set)
    new: dict[str, None] = field(default_factory=dict)

    def apply(self, place: str, value: bytes | None) -> None:
        """Restore one place of the ring."""
        number, _, notification = (value or b"0").decode().partition(" ")
        self._put(int(place), notification)
        self.last = max(self.last, int(number))

    def is_new(self, notification: str) -> bool:
        """Note a notification; say False when it was noted before."""
        if notification in self.known or notification in self.new:
            return False
        self.new[notification] = None
        return True

    def changes(self) -> list[tuple[str, bytes]]:
        """Return places and what to write there for the batch at hand."""
        return [
            (str(number % HEARD_MAX), f"{number} {notification}".encode())
            for number, notification in enumerate(self.new, self.last + 1)
        ]

    def commit(self) -> None:
        """The changes are on the log."""
        for notification in self.new:
            self.last += 1
            self._put(self.last % HEARD_MAX, notification)
        self.new = {}

    def drop(self) -> None:
        """The changes may not be on the log: forget them."""
        self.new = {}

    def _put(self, place: int, notification: str) -> None:
        self.known.discard(self.ring.pop(place, ""))
        if notification:
            self.ring[place] = notification
            self.known.add(notification)
