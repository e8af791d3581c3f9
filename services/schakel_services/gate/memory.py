"""What a gate remembers of one partition: the next sequence numbers, and which source records it has seen."""

import json
from dataclasses import dataclass, field


@dataclass
class Memory:
    """The committed state, with the changes of the batch at hand beside it until they are committed."""

    sequences: dict[str, bytes | dict[str, int]] = field(default_factory=dict)
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    new_sequences: dict[str, dict[str, int]] = field(default_factory=dict)
    new_positions: dict[str, tuple[int, int]] = field(default_factory=dict)

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of ``state.gate``."""
        kind, _, rest = key.partition("/")
        if value is None:
            (self.positions if kind == "position" else self.sequences).pop(rest, None)
        elif kind == "position":
            offset, _, number = value.decode().partition("/")
            self.positions[rest] = (int(offset), int(number))
        else:
            self.sequences[rest] = value

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
            known = self.sequences.get(person)
            numbers = dict(known) if isinstance(known, dict) else json.loads(known or b"{}")
            self.new_sequences[person] = numbers
        number = numbers.get(recipient, 0) + 1
        numbers[recipient] = number
        return number

    def changes(self) -> list[tuple[str, bytes]]:
        """Return what to write to ``state.gate`` for the batch at hand."""
        written = [(f"position/{source}", b"%d/%d" % at) for source, at in self.new_positions.items()]
        for person, numbers in self.new_sequences.items():
            written.append((f"sequence/{person}", json.dumps(numbers, separators=(",", ":")).encode()))
        return written

    def commit(self) -> None:
        """The changes are on the log."""
        self.sequences.update(self.new_sequences)
        self.positions.update(self.new_positions)
        self.drop()

    def drop(self) -> None:
        """The changes may not be on the log: forget them."""
        self.new_sequences = {}
        self.new_positions = {}
