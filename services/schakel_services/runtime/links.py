"""A partner's own client numbers: encrypted on the log with its key, readable by that partner alone."""

import json
from collections.abc import Iterable, Mapping

from schakel_services.runtime.keys import PartnerKeys
from schakel_services.runtime.topics import links as topic_of

MANY = "*"
"""Instead of the records that say whose a number is: they are too many to keep, or unknown."""


def written_numbers(claims: Mapping[str, str]) -> bytes:
    """Return what is kept of one person, before it is encrypted: each number, and the records that say so."""
    return json.dumps(claims).encode()


class Links:
    """Own numbers (``system|value``) by person and the other way round, for one partner.

    With each number stand the records that say whose it is (by keyed hash): an intake needs them to correct one.
    """

    def __init__(self, partner: str, keys: PartnerKeys) -> None:
        self._bound = topic_of(partner)
        self._keys = keys
        self._numbers: dict[str, tuple[str, ...]] = {}
        self._claims: dict[str, tuple[str, ...]] = {}
        """By person, one text for each number; missing where all are ``MANY``."""
        self._person: dict[str, str] = {}
        self._also: dict[str, set[str]] = {}
        """Other persons under whom a number stands: partitions are read one by one, and one person's row can come
        before the row that takes the number away from another."""

    def apply(self, key: str, value: bytes | None) -> None:
        """Restore one record of ``links.<partner>``; raises ``Undecipherable`` with another partner's key."""
        if value is None:
            self.learn(key, ())
            return
        found = json.loads(self._keys.decrypt(value, f"{self._bound}/{key}"))
        self.learn(key, found if isinstance(found, dict) else tuple(found))

    def learn(self, person: str, numbers: Mapping[str, str] | Iterable[str]) -> None:
        """Know a person by these numbers, and by no others."""
        known = tuple(numbers)
        for number in self._numbers.pop(person, ()):
            if number not in known:
                self._forget(number, person)
        if known:
            self._numbers[person] = known
        for number in known:
            holder = self._person.get(number)
            if holder is not None and holder != person:
                self._also.setdefault(number, set()).add(holder)
            self._person[number] = person
        self._claims.pop(person, None)
        if isinstance(numbers, Mapping) and any(claims != MANY for claims in numbers.values()):
            self._claims[person] = tuple(numbers.values())

    def _forget(self, number: str, person: str) -> None:
        others = self._also.pop(number, set()) - {person}
        if self._person.get(number) == person:
            del self._person[number]
            if others:
                self._person[number] = others.pop()
        if others:
            self._also[number] = others

    def seal(self, person: str, numbers: Mapping[str, str] | Iterable[str]) -> bytes:
        """Return the value to write for a person."""
        claims = numbers if isinstance(numbers, Mapping) else dict.fromkeys(numbers, MANY)
        return self._keys.encrypt(written_numbers(claims), f"{self._bound}/{person}")

    def person_of(self, own_number: str) -> str | None:
        """Return the person that a number belongs to."""
        return self._person.get(own_number)

    def numbers_of(self, person: str) -> tuple[str, ...]:
        """Return a person's numbers, in the order in which they were learnt."""
        return self._numbers.get(person, ())

    def claims_of(self, person: str) -> dict[str, str]:
        """Return a person's numbers, each with the records that say so, separated by spaces; or ``MANY``."""
        numbers = self.numbers_of(person)
        return dict(zip(numbers, self._claims.get(person) or (MANY,) * len(numbers), strict=True))

    def number_of(self, person: str) -> str | None:
        """Return the number under which the partner is told of a person: the first in sorted order."""
        numbers = self._numbers.get(person)
        return min(numbers) if numbers else None
