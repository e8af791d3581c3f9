"""Whom a partner without a right to the BSN means: persons it is involved with, by the handle that it knows."""

import json
from typing import Protocol

from schakel_services.runtime.keys import PartnerKeys


class LinkBook(Protocol):
    """A partner's own client numbers."""

    def person_of(self, own_number: str) -> str | None:
        """Return the person that a number belongs to."""

    def claims_of(self, person: str) -> dict[str, str]:
        """Return the numbers that a person has, each with the records that say so."""


class Handles:
    """Every person that has, or had, a relation with one partner, by the partner's own handle of the person (R19)."""

    def __init__(self, partner: str, keys: PartnerKeys, numbers: LinkBook) -> None:
        self._marked = json.dumps(partner).encode()
        self._partner = partner
        self._keys = keys
        self._numbers = numbers
        self._persons: dict[str, str] = {}

    def apply(self, key: str, value: bytes | None) -> None:
        """Take in one record of the registry."""
        person, _, rest = key.partition("/")
        if not rest.startswith("relation/") or value is None or self._marked not in value:
            return
        if json.loads(value).get("party") == self._partner:
            self._persons[self._keys.handle(person)] = person

    def person_of(self, own_number: str) -> str | None:
        """Return the person that a handle, or a number of the partner's own, belongs to."""
        return self._persons.get(own_number) or self._numbers.person_of(own_number)

    def claims_of(self, person: str) -> dict[str, str]:
        """Return the numbers of the partner's own that a person has, each with the records that say so."""
        return self._numbers.claims_of(person)
