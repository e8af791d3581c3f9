"""Whose the partner's own numbers are, while one record is taken: what it links, and what it no longer links.

A number stays with a person for as long as a record says so. A record that comes to be about somebody else takes back
what it said, and a number of which no record says any longer whose it is, is nobody's: free for whom it was meant.
"""

from collections.abc import Iterable, Iterator

from schakel_connectors.rejection import rejected
from schakel_connectors.statement import Subject
from schakel_services.intake.handles import LinkBook
from schakel_services.runtime.links import MANY

CLAIM_CHARS = 12
"""Of the name of a record, to tell the records of one partner apart: 72 bits of a keyed hash."""

CLAIMS_MAX = 20
"""So many records can say whose a number is and take it back; beyond that it stays with whom it is."""

NUMBERS_MAX = 100
"""Of one person."""


class Linking:
    """The numbers as this record has them; nothing is learnt until it is accepted."""

    def __init__(self, links: LinkBook) -> None:
        self._links = links
        self.changed: dict[str, dict[str, str]] = {}
        """Person, and all of their numbers with the records that say so."""

        self._owners: dict[str, str] = {}
        """Number and person, of what this very record links."""

    def take_back(self, marker: str, person: str) -> None:
        """Forget that a record said of a person which numbers are theirs; what no other record says goes."""
        claim = marker[:CLAIM_CHARS]
        claims = self._claims_of(person)
        if any(claim in each.split(" ") for each in claims.values()):
            without = {number: _without(each, claim) for number, each in claims.items()}
            self.changed[person] = {number: each for number, each in without.items() if each}

    def say(self, marker: str, person: str, numbers: Iterable[str]) -> None:
        """Link numbers to a person, because this record names both; refuse one that is somebody else's."""
        claim = marker[:CLAIM_CHARS]
        claims = self._claims_of(person)
        news = {number: _with(claims.get(number), claim) for number in numbers}
        if all(claims.get(number) == each for number, each in news.items()):
            return
        if not {self._owner(number) for number in news} <= {None, person}:
            # Two persons under one number: a mix-up at the partner that could send to the wrong person.
            raise rejected("subject", "number_belongs_to_another_person")
        both = claims | news
        if len(both) > max(NUMBERS_MAX, len(claims)):
            raise rejected("subject", "too_much")
        self.changed[person] = both
        self._owners |= dict.fromkeys(news, person)

    def gone(self) -> list[tuple[str, str]]:
        """Return person and number of what is theirs no longer."""
        if not self.changed:
            return []
        before = {person: self._links.claims_of(person) for person in self.changed}
        return [(person, n) for person, numbers in before.items() for n in numbers if n not in self.changed[person]]

    def person_of(self, subject: Subject) -> str | None:
        """Return the one person that the numbers belong to; numbers of different persons are a mix-up."""
        found = set(self._found(subject.own_numbers))
        if len(found) > 1:
            raise rejected("subject", "numbers_of_different_persons")
        return found.pop() if found else None

    def says(self, marker: str, person: str) -> bool:
        """Say whether this record said anew which numbers are a person's."""
        claim = marker[:CLAIM_CHARS]
        return any(claim in each.split(" ") for each in self.changed.get(person, {}).values())

    def _found(self, numbers: Iterable[str]) -> Iterator[str]:
        for number in numbers:
            if (person := self._owner(number)) is not None:
                yield person

    def _owner(self, number: str) -> str | None:
        """Return whose number it is, by this very record or by an earlier one."""
        if (person := self._owners.get(number)) is not None:
            return person
        person = self._links.person_of(number)
        taken_back = person is not None and person in self.changed and number not in self.changed[person]
        return None if taken_back else person

    def _claims_of(self, person: str) -> dict[str, str]:
        changed = self.changed.get(person)
        return self._links.claims_of(person) if changed is None else changed


def _with(claims: str | None, claim: str) -> str:
    """Return who says it with one more."""
    if not claims:
        return claim
    each = claims.split(" ")
    if claims == MANY or claim in each:
        return claims
    return f"{claims} {claim}" if len(each) < CLAIMS_MAX else MANY


def _without(claims: str, claim: str) -> str:
    """Return who else says it; of many it is not known."""
    return claims if claims == MANY else " ".join(each for each in claims.split(" ") if each != claim)
