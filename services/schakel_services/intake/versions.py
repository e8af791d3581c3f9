"""What was last published of each record: a counter, a digest and a few characters; never the record."""

from typing import NamedTuple

from schakel_connectors.interpret import Remembered
from schakel_contracts.quick import NEW

POSITION = "position"
"""The key under which the number of the last record without a Kafka position is kept."""

OWNER = "owner"
"""The key under which the process that takes this partner's records says who it is."""


UNDER = b" ~"
"""Before the numbers under which a record names its person; no pseudonym begins so."""


class About(NamedTuple):
    """Whom a record was last about, and when the partner changed it so."""

    changed_ms: int
    """Since 1970; 0: not known."""

    persons: tuple[str, ...]
    """Pseudonyms, in order."""

    under: tuple[str, ...] = ()
    """The connector, and keyed hashes of the numbers under which alone the record named its one person; empty: it named
    a BSN, or several persons."""

    def packed(self) -> bytes:
        """Return the value to write."""
        said = " ".join((str(self.changed_ms), *self.persons)).encode()
        return said + UNDER + " ".join(self.under).encode() if self.under else said


def _about(value: bytes) -> About:
    said, _, under = value.partition(UNDER)
    changed_ms, *persons = said.decode().split(" ")
    return About(int(changed_ms), tuple(persons), tuple(under.decode().split(" ")) if under else ())


class Versions:
    """All of one partner's ``versions.<partner>``; after a transaction in doubt it is restored from the log."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}
        self._read: tuple[bytes, About] = (b"0", About(0, ()))
        """What was read last of whom a record is about: it is asked for twice for nearly every record."""
        self._named: dict[str, list[str]] | None = None
        """By keyed hash of a number, the records that named (or once named) somebody by it; made when first asked."""
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

    def recall(self, key: str) -> dict[str, Remembered]:
        """Return what is remembered of one record, by slot."""
        found = self._known.get(key)
        return {} if found is None else unpacked(found)

    def about(self, key: str) -> About | None:
        """Return whom a record was last about; None when nothing is known of it."""
        found = self._known.get(key)
        if found is None:
            return None
        if found is not self._read[0]:
            self._read = found, _about(found)
        return self._read[1]

    def named_under(self, number: str) -> list[tuple[str, About]]:
        """Return every record that names its person under this number alone (a keyed hash), and whom it is about.

        The first time it looks through all that there is: most partners never link a number to the wrong person.
        """
        if self._named is None:
            self._named = {}
            self._note(self._known)
        found = {key: self.about(key) for key in self._named.get(number, ())}
        return [(key, about) for key, about in found.items() if about is not None and number in about.under]

    def _note(self, changed: dict[str, bytes]) -> None:
        if self._named is not None:
            for key, value in changed.items():
                if UNDER in value and b"|" not in value:
                    for number in _about(value).under[1:]:
                        self._named.setdefault(number, []).append(key)

    def remember(self, changed: dict[str, bytes]) -> None:
        """Keep what one accepted record changed."""
        self._known.update(changed)
        self._note(changed)

    def __len__(self) -> int:
        """Return how many entries there are: two for most records."""
        return len(self._known)


def packed(slots: dict[str, Remembered]) -> bytes:
    """Return the value to write for one record: a line for each slot.

    Raises ``ValueError`` for a slot or a memory that would not be read back as it is: a mistake of its connector.
    """
    lines: list[str] = []
    for slot, (version, digest, memory, as_of, stands) in slots.items():
        if "|" in slot or "\n" in slot or "\n" in memory:
            raise ValueError("a slot holds no | and no line break, a memory no line break")
        when = f"{as_of or ''};{stands}" if stands else as_of or ""
        lines.append(f"{slot}|{version}|{digest}|{when}|{memory}")
    return "\n".join(lines).encode()


def unpacked(value: bytes) -> dict[str, Remembered]:
    """Return the slots of one record; what ``packed`` wrote."""
    found: dict[str, Remembered] = {}
    for line in value.decode().split("\n"):
        slot, version, digest, as_of, memory = line.split("|", 4)
        as_of, _, stands = as_of.partition(";")
        found[slot] = NEW(Remembered, (int(version), digest, memory, as_of or None, stands))
    return found
