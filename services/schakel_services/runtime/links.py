"""A partner's own client numbers: encrypted on the log with its key, readable by that partner alone."""

import json

from schakel_services.runtime.keys import PartnerKeys
from schakel_services.runtime.topics import links as topic_of


class Links:
    """Own numbers (``system|value``) by person and the other way round, for one partner."""

    def __init__(self, partner: str, keys: PartnerKeys) -> None:
        self._bound = topic_of(partner)
        self._keys = keys
        self._numbers: dict[str, tuple[str, ...]] = {}
        self._person: dict[str, str] = {}

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of ``links.<partner>``; raises ``Undecipherable`` with another partner's key."""
        if value is None:
            for number in self._numbers.pop(key, ()):
                self._person.pop(number, None)
            return
        self.learn(key, tuple(json.loads(self._keys.decrypt(value, f"{self._bound}/{key}"))))

    def learn(self, person: str, numbers: tuple[str, ...]) -> None:
        """Know a person by these numbers, and by no others."""
        for number in self._numbers.get(person, ()):
            self._person.pop(number, None)
        self._numbers[person] = numbers
        for number in numbers:
            self._person[number] = person

    def seal(self, person: str, numbers: tuple[str, ...]) -> bytes:
        """Return the value to write for a person."""
        return self._keys.encrypt(json.dumps(numbers).encode(), f"{self._bound}/{person}")

    def person_of(self, own_number: str) -> str | None:
        """Return the person that a number belongs to."""
        return self._person.get(own_number)

    def numbers_of(self, person: str) -> tuple[str, ...]:
        """Return a person's numbers, in the order in which they were learnt."""
        return self._numbers.get(person, ())

    def number_of(self, person: str) -> str | None:
        """Return the number under which the partner is told of a person: the first in sorted order."""
        numbers = self._numbers.get(person)
        return min(numbers) if numbers else None
