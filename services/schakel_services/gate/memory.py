"""What a gate remembers of one partition: the next sequence numbers, and which source records it has seen."""

from dataclasses import dataclass, field
from sys import intern

from pydantic_core import from_json, to_json

from schakel_services.gate.heard import Heard

NOTHING = b"\n"


@dataclass
class Memory:
    """The committed state, with the changes of the batch at hand beside it until they are committed."""

    sequences: dict[str, bytes] = field(default_factory=dict)
    """For each person the last number of each recipient, as it stands on the log: a third of what a dictionary is."""

    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    told: dict[str, bytes] = field(default_factory=dict)
    """For each person what they were told of: a line for each first disclosure by law (R16)."""

    heard: Heard = field(default_factory=Heard)
    """Which deliveries that were given up their senders know of."""

    new_sequences: dict[str, dict[str, int]] = field(default_factory=dict)
    new_positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    new_told: dict[str, bytes] = field(default_factory=dict)

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of ``state.gate``."""
        kind, _, rest = key.partition("/")
        if kind == "heard":
            self.heard.apply(rest, value)
        elif kind == "position" and value is not None:
            offset, _, number = value.decode().partition("/")
            self.positions[rest] = (int(offset), int(number))
        elif kind == "position":
            self.positions.pop(rest, None)
        else:
            lines = self.told if kind == "told" else self.sequences
            if value is None:
                lines.pop(rest, None)
            else:
                lines[intern(rest)] = value

    def is_new(self, position: str) -> bool:
        """Note a source position; say False when it, or a later one of that source, was seen before."""
        source, offset, number = position.rsplit("/", 2)
        at = (int(offset), int(number))
        last = self.new_positions.get(source) or self.positions.get(source)
        if last is not None and at <= last:
            return False
        self.new_positions[source] = at
        return True

    def next_sequence(self, person: str, recipient: str) -> int:
        """Return the next number for one person's notifications to one recipient; the first is 1."""
        numbers = self.new_sequences.get(person)
        if numbers is None:
            numbers = self.new_sequences[person] = from_json(self.sequences.get(person, b"{}"))
        number = numbers.get(recipient, 0) + 1
        numbers[recipient] = number
        return number

    def received(self, person: str) -> frozenset[str]:
        """Return every party that was ever sent anything of a person: it hears of a right of theirs (F43)."""
        numbers = self.new_sequences.get(person)
        return frozenset(from_json(self.sequences.get(person, b"{}")) if numbers is None else numbers)

    def was_told(self, person: str, line: str) -> bool:
        """Say whether a person was told of this before."""
        known = self.new_told.get(person) or self.told.get(person, NOTHING)
        return b"\n%s\n" % line.encode() in known

    def note_told(self, person: str, line: str) -> None:
        """Remember that a person was told of this; saying it twice changes nothing."""
        if not self.was_told(person, line):
            known = self.new_told.get(person) or self.told.get(person, NOTHING)
            self.new_told[person] = b"%s%s\n" % (known, line.encode())

    def changes(self) -> list[tuple[str, bytes]]:
        """Return what to write to ``state.gate`` for the batch at hand."""
        written = [(f"position/{source}", b"%d/%d" % at) for source, at in self.new_positions.items()]
        written += [(f"sequence/{person}", to_json(numbers)) for person, numbers in self.new_sequences.items()]
        written += [(f"told/{person}", lines) for person, lines in self.new_told.items()]
        written += [(f"heard/{place}", value) for place, value in self.heard.changes()]
        return written

    def commit(self) -> None:
        """The changes are on the log."""
        self.sequences.update((intern(person), to_json(numbers)) for person, numbers in self.new_sequences.items())
        self.positions.update(self.new_positions)
        self.told.update(self.new_told)
        self.heard.commit()
        self.drop()

    def drop(self) -> None:
        """The changes may not be on the log: forget them."""
        self.new_sequences = {}
        self.new_positions = {}
        self.new_told = {}
        self.heard.drop()
