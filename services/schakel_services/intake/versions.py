"""What was last published of each record: a counter, a digest and a few characters; never the record."""

from schakel_connectors.interpret import Remembered

POSITION = "position"
"""The key under which the number of the last record without a Kafka position is kept."""

OWNER = "owner"
"""The key under which the process that takes this partner's records says who it is."""


class Versions:
    """All of one partner's ``versions.<partner>``; after a transaction in doubt it is restored from the log."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}
        self.counter = 0
        self.owner: bytes | None = None

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of the topic."""
        if key == POSITION:
            self.counter = int(value or b"0")
        elif key == OWNER:
            self.owner = value
        elif value is None:
            self._known.pop(key, None)
        else:
            self._known[key] = value

    def recall(self, key: str, above: dict[str, bytes]) -> Remembered | None:
        """Return what is remembered, looking first at what this very record changed."""
        found = above.get(key) or self._known.get(key)
        if found is None:
            return None
        version, digest, as_of, memory = found.decode().split("|", 3)
        return Remembered(int(version), digest, memory, as_of or None)

    def remember(self, changed: dict[str, bytes]) -> None:
        """Keep what one accepted record changed."""
        self._known.update(changed)

    def next_number(self) -> int:
        """Return the next number for a record that has no Kafka position."""
        self.counter += 1
        return self.counter

    def __len__(self) -> int:
        """Return how many statements are remembered."""
        return len(self._known)


def packed(remembered: Remembered) -> bytes:
    """Return the value to write."""
    return f"{remembered.version}|{remembered.digest}|{remembered.as_of or ''}|{remembered.memory}".encode()
