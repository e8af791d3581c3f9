"""What a gate remembers of one partition: the next sequence numbers, and which source records it has seen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern

from pydantic_core import from_json, to_json

from schakel_services.gate.heard import Heard

NOTHING = b"\n"
SENT, KEPT_BACK = ">", "-"
"""No party's name begins so."""


@dataclass
class Memory:
    """The committed state, with the changes of the batch at hand beside it until they are committed."""

    sequences: dict[str, bytes] = field(default_factory=dict)
    """For each person the last number of each recipient, as it stands on the log: a third of what a dictionary is.

    Beside it, under ``SENT`` and a party that it sent data, and under ``KEPT_BACK`` how much of what it was told never
    left.
    """

    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    told: dict[str, bytes] = field(default_factory=dict)
    """For each person what they were told of: a line for each first disclosure by law (R16)."""

    asked: dict[str, str] = field(default_factory=dict)
    """By person and request, who passed on the right that the person exercised."""

    partners: dict[str, str] = field(default_factory=dict)
    """Every party that was ever in this chain, and its last role."""

    heard: Heard = field(default_factory=Heard)
    """Which deliveries that were given up their senders know of."""

    new_sequences: dict[str, dict[str, int]] = field(default_factory=dict)
    new_positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    new_told: dict[str, bytes] = field(default_factory=dict)
    new_asked: dict[str, str] = field(default_factory=dict)
    new_partners: dict[str, str] = field(default_factory=dict)

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
        elif kind in {"asked", "partner"}:
            names = self.asked if kind == "asked" else self.partners
            if value is None:
                names.pop(rest, None)
            else:
                names[rest] = value.decode()
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
        return self._count(person, recipient)

    def note_sent(self, person: str, source: str) -> None:
        """Remember that a party sent data of a person."""
        known = self.new_sequences.get(person)
        name = f"{SENT}{source}"
        if name not in known if known is not None else f'"{name}"'.encode() not in self.sequences.get(person, b""):
            self._count(person, name)

    def note_kept_back(self, person: str, recipient: str) -> None:
        """Remember that something that a party was to be told never left."""
        self._count(person, f"{KEPT_BACK}{recipient}")

    def holders(self, person: str) -> frozenset[str]:
        """Return every party that sent data of a person, or was told anything that left: it hears of a right (F43).

        What is on its way counts as told.
        """
        numbers = self.new_sequences.get(person)
        if numbers is None:
            numbers = from_json(self.sequences.get(person, b"{}"))
        sent = {name.removeprefix(SENT) for name in numbers if name.startswith(SENT)}
        told = {
            name
            for name, number in numbers.items()
            if not name.startswith((SENT, KEPT_BACK)) and number > numbers.get(f"{KEPT_BACK}{name}", 0)
        }
        return frozenset(sent | told)

    def _count(self, person: str, name: str) -> int:
        numbers = self.new_sequences.get(person)
        if numbers is None:
            numbers = self.new_sequences[person] = from_json(self.sequences.get(person, b"{}"))
        number = numbers.get(name, 0) + 1
        numbers[name] = number
        return number

    def asker(self, person: str, request: str) -> str | None:
        """Return who passed on a right."""
        key = f"{person}/{request}"
        return self.new_asked.get(key) or self.asked.get(key)

    def note_asker(self, person: str, request: str, source: str) -> None:
        """Remember who passed on a right; the first who did."""
        if self.asker(person, request) is None:
            self.new_asked[f"{person}/{request}"] = source

    def note_partners(self, roles: Iterable[tuple[str, str]]) -> None:
        """Remember who is in the chain."""
        self.new_partners = {name: role for name, role in roles if self.partners.get(name) != role}

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
        written += [(f"asked/{key}", source.encode()) for key, source in self.new_asked.items()]
        written += [(f"partner/{name}", role.encode()) for name, role in self.new_partners.items()]
        written += [(f"heard/{place}", value) for place, value in self.heard.changes()]
        return written

    def commit(self) -> None:
        """The changes are on the log."""
        self.sequences.update((intern(person), to_json(numbers)) for person, numbers in self.new_sequences.items())
        self.positions.update(self.new_positions)
        self.told.update(self.new_told)
        self.asked.update(self.new_asked)
        self.partners.update(self.new_partners)
        self.heard.commit()
        self.drop()

    def drop(self) -> None:
        """The changes may not be on the log: forget them."""
        self.new_sequences = {}
        self.new_positions = {}
        self.new_told = {}
        self.new_asked = {}
        self.new_partners = {}
        self.heard.drop()
