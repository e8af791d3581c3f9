"""What a record no longer says: slots that are gone from it, and persons whom it is no longer about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from schakel_connectors.interpret import Change, Remembered, gone, is_older, left
from schakel_connectors.statement import Sender, Translation
from schakel_services.intake.incoming import Incoming
from schakel_services.intake.versions import About, Versions

PERSON_CHARS = 12
"""Of a pseudonym, to tell the persons of one record apart: 72 bits of a keyed hash."""


class Said(NamedTuple):
    """One translation of a record that came in, and what was known before it."""

    translation: Translation
    person: str
    name: str
    """Under which it is kept what this record says of this person."""

    known: dict[str, Remembered]
    last: About | None
    """Whom the record was about before."""

    under: tuple[str, ...] = ()
    """The connector and the numbers, when the record names the person by nothing else (``About.under``)."""

    @property
    def says_all(self) -> bool:
        """Say whether the record is about the same person alone, and states all of what stands: nearly always."""
        last = self.last
        if last is None or last.persons != (self.person,) or last.under != self.under:
            return False
        standing = [slot for slot, remembered in self.known.items() if remembered.must_be_said]
        if not standing:
            return True
        stated = [statement.slot for statement in self.translation.statements]
        return all(slot in stated for slot in standing)


class Ending(NamedTuple):
    """What ends for one person."""

    person: str
    name: str
    known: dict[str, Remembered]
    changes: list[Change]


def name_of(marker: str, person: str) -> str:
    """Return under which name it is kept what a record says of a person.

    With the person: a record that was about somebody else before is no repeat, but news about this one.
    """
    return marker + person[-PERSON_CHARS:]


def said_of(
    translation: Translation, person: str, marker: str, versions: Versions, under: tuple[str, ...] = ()
) -> Said | None:
    """Return what was known; None for a version from before the record came to be about others: it changes nothing."""
    last = versions.about(marker)
    if last is not None and person not in last.persons and _is_stale(translation, last, marker, versions):
        return None
    name = name_of(marker, person)
    return Said(translation, person, name, versions.recall(name), last, under)


def left_alone(
    translations: Sequence[Translation],
    person_of: Callable[[Translation], str | None],
    marker: str,
    versions: Versions,
) -> str | None:
    """Return whom alone a record was about and is no longer: every place that is left of it names another by BSN.

    None when it was about several, and for a version from before the record came to be about whom it is about.
    """
    last = versions.about(marker)
    if last is None or len(last.persons) != 1:
        return None
    (before,) = last.persons
    for translation in translations:
        if (person := person_of(translation)) is None or person == before:
            return None
    return None if _is_stale(translations[0], last, marker, versions) else before


def endings(said: Sequence[Said], marker: str, versions: Versions, sender: Sender, item: Incoming) -> Iterator[Ending]:
    """Yield what ends for the persons of one record key, and for those whom it is no longer about."""
    if said[0].last is None and not any(one.known for one in said):
        return
    for first, *more in _by_person(said):
        translations = [first.translation, *(one.translation for one in more)]
        changes = list(gone(translations, first.known, sender, item.connector, item.received_at, first.name))
        if changes:
            yield Ending(first.person, first.name, first.known, changes)
    for person in _leaving(said, marker, versions):
        name = name_of(marker, person)
        known = versions.recall(name)
        yield Ending(person, name, known, list(left(known, sender, item.connector, item.received_at, name)))


def about_now(said: Sequence[Said], marker: str, versions: Versions) -> About | None:
    """Return whom the record is about from now on; None when that is as it was."""
    last = said[0].last
    if last is None:
        persons = tuple(sorted({one.person for one in said}))
        return About(_changed_ms(said), persons, _under(said, persons))
    stay = set(last.persons).difference(_leaving(said, marker, versions))
    now = tuple(sorted(stay.union(one.person for one in said)))
    under = _under(said, now)
    if now == last.persons and (under == last.under or _is_stale(said[0].translation, last, marker, versions)):
        return None
    return About(max(_changed_ms(said), last.changed_ms), now, under)


def _under(said: Sequence[Said], persons: tuple[str, ...]) -> tuple[str, ...]:
    """Return under which numbers alone a version names its one person; nothing where a BSN says it too."""
    if len(persons) != 1 or not all(one.under for one in said):
        return ()
    connector = said[0].under[0]
    return (connector, *sorted({number for one in said for number in one.under[1:]}))


def hanging(number: str, person: str, versions: Versions) -> Iterator[tuple[str, str, About]]:
    """Yield each record that gave a person something under a number that is theirs no longer, with its connector."""
    for marker, about in versions.named_under(number):
        if about.persons == (person,):
            yield about.under[0], marker, about._replace(persons=(), under=())


def _leaving(said: Sequence[Said], marker: str, versions: Versions) -> list[str]:
    """Return who was in the last version and is not in this one; nobody when this one is the older."""
    last = said[0].last
    if last is None:
        return []
    here = [one.person for one in said]
    absent = [person for person in last.persons if person not in here]
    return [] if not absent or _is_stale(said[0].translation, last, marker, versions) else absent


def _is_stale(translation: Translation, last: About, marker: str, versions: Versions) -> bool:
    """Say whether a version was changed before the record came to be about whom it is about, or before it changed."""
    if translation.as_of is None:
        return False
    if int(translation.as_of.timestamp() * 1000) < last.changed_ms:
        return True
    return any(is_older([translation], versions.recall(name_of(marker, p)).values()) for p in last.persons)


def _by_person(said: Sequence[Said]) -> Iterable[Sequence[Said]]:
    """Group what is said by person: a record may say something of one in several places."""
    found: dict[str, list[Said]] = {}
    for one in said:
        found.setdefault(one.person, []).append(one)
    return found.values()


def _changed_ms(said: Sequence[Said]) -> int:
    return max((int(one.translation.as_of.timestamp() * 1000) for one in said if one.translation.as_of), default=0)
