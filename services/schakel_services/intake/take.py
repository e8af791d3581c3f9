"""Take one record: translate, link, compare with what was known, and say what to write. No broker in here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from functools import cached_property

from schakel_connectors.connector import Connector
from schakel_connectors.interpret import Change, Remembered, interpret, left
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.statement import Sender, Translation
from schakel_connectors.times import not_from_the_future
from schakel_contracts.envelope import OIN_SOURCE
from schakel_contracts.policy.civil_time import end_of
from schakel_services.chain.load import NOT_ENTITLED
from schakel_services.intake import aside
from schakel_services.intake.closing_only import closes
from schakel_services.intake.corrected import Said, about_now, endings, hanging, left_alone, name_of, said_of
from schakel_services.intake.failing import connector_failed
from schakel_services.intake.handles import LinkBook
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.intake.linking import CLAIM_CHARS, Linking
from schakel_services.intake.taken import News, Origin, Taken
from schakel_services.intake.versions import Versions, packed, unpacked
from schakel_services.runtime.keys import ChainKey, PartnerKeys

ACCEPTED = Result("accepted")
SLOTS_MAX = 1_000
"""So much one record may say of a person, in all of its versions: what it no longer says is remembered too, and all of
it is written anew at each change."""


@dataclass(frozen=True)
class Desk:
    """What one partner's intake knows: who it is, its connectors and its keys."""

    partner: str
    oin: str
    sender: Sender
    connectors: dict[str, Connector]
    chain_key: ChainKey
    keys: PartnerKeys
    versions: Versions
    links: LinkBook
    until: date | None = None
    """The last day of this partner's agreement."""

    @cached_property
    def source(self) -> str:
        """Return the name of this partner's system as events bear it."""
        return OIN_SOURCE.format(oin=self.oin, partner=self.partner)

    def read(self, item: Incoming) -> list[Translation] | Exception:
        """Return what the record says, or why it can't be read: for ``take``, which then need not read it."""
        try:
            return self.connectors[item.connector].translate(item.raw)
        except Exception as error:  # noqa: BLE001 - ``take`` says what becomes of it
            return error

    def take(self, item: Incoming, position: str, read: list[Translation] | Exception | None = None) -> Taken:
        """Return what the record adds; a rejected or unlinked one adds nothing and says why."""
        try:
            withhold = aside.veto(item.withhold)
            translations = self.read(item) if read is None else read
            if isinstance(translations, Exception):
                raise translations
            not_from_the_future(translations, item.received_at)
            taken = Taken(ACCEPTED, Origin(self.source, item, position, withhold))
            if not self._add(translations, item, taken):
                return Taken(Result("unlinked", errors=(FieldError("subject", "unlinked"),)))
            taken.write()
        except RecordRejected as error:
            return Taken(Result("rejected", errors=error.errors))
        except Exception as error:  # noqa: BLE001 - a connector's mistake: this record is refused, those behind it go on
            return Taken(Result("rejected", errors=(connector_failed(item.connector, error),)))
        taken.result = Result("accepted", taken.ids())
        return taken

    def _add(self, translations: list[Translation], item: Incoming, taken: Taken) -> bool:
        """Find all that the record adds; False when it does not say who somebody is."""
        markers = [self.keys.name(item.connector, translation.record_key) for translation in translations]
        linking = Linking(self.links)
        self._take_back(translations, markers, linking)
        groups: dict[str, list[Said]] = {}
        for translation, marker in zip(translations, markers, strict=True):
            person = self._person(translation, marker, linking)
            if person is None:
                return False
            said = said_of(translation, person, marker, self.versions, self._under(translation, item))
            if said is None:
                continue  # from before the record came to be about somebody else
            if changes := self._changes(said, item, taken):
                time = _time(translation, item)
                taken.news += [News(person, change, time) for change in changes]
            if len(translations) > 1 or not said.says_all:
                groups.setdefault(marker, []).append(said)
        for marker, group in groups.items():
            self._end(marker, group, item, taken, linking)
        if gone := linking.gone():
            self._end_what_hung(gone, markers, item, taken)
        taken.links = linking.changed
        return True

    def _under(self, translation: Translation, item: Incoming) -> tuple[str, ...]:
        """Return the connector and the numbers, when a record names the person by nothing else."""
        if translation.subject.bsn is not None:
            return ()
        return (item.connector, *sorted(map(self._number, translation.subject.own_numbers)))

    def _number(self, number: str) -> str:
        """Return what a number is called where it may not be read."""
        return self.keys.name("number", number)[:CLAIM_CHARS]

    def _end_what_hung(self, gone: list[tuple[str, str]], markers: list[str], item: Incoming, taken: Taken) -> None:
        """Close what other records gave a person under a number that turned out to be somebody else's."""
        time = item.received_at.astimezone(UTC).isoformat()
        for person, number in gone:
            for connector, marker, nobody in hanging(self._number(number), person, self.versions):
                if marker in markers:
                    continue
                name = name_of(marker, person)
                known = _latest(name, self.versions.recall(name), taken)
                changes = list(left(known, self.sender, connector, item.received_at, name))
                taken.versions[marker] = nobody.packed()
                if changes:
                    taken.versions[name] = _packed(known, changes)
                    taken.news += [News(person, change, time) for change in changes]

    def _take_back(self, translations: list[Translation], markers: list[str], linking: Linking) -> None:
        """Forget which numbers are whose by a record that is about one other person now."""
        for marker, here in _by_marker(translations, markers):
            if (person := left_alone(here, self._by_bsn, marker, self.versions)) is not None:
                linking.take_back(marker, person)

    def _by_bsn(self, translation: Translation) -> str | None:
        bsn = translation.subject.bsn
        return None if bsn is None else self.chain_key.pseudonym(bsn)

    def _person(self, translation: Translation, marker: str, linking: Linking) -> str | None:
        """Return the person's pseudonym, by BSN or by a number that an earlier record linked."""
        subject = translation.subject
        if subject.bsn is None:
            return linking.person_of(subject)
        if self.sender.role in NOT_ENTITLED:
            raise RecordRejected(FieldError("bsn", "not_entitled"))
        person = self.chain_key.pseudonym(subject.bsn)
        if subject.own_numbers:
            linking.say(marker, person, subject.own_numbers)
        return person

    def _changes(self, said: Said, item: Incoming, taken: Taken) -> list[Change]:
        slots = _latest(said.name, said.known, taken)
        changes = list(interpret(said.translation, self.sender, item.connector, slots.get, item.received_at, said.name))
        if changes:
            self._check_agreement(changes, slots, item)
            taken.versions[said.name] = _packed(slots, changes)
        return changes

    def _end(self, marker: str, group: list[Said], item: Incoming, taken: Taken, linking: Linking) -> None:
        """Close what the record no longer says, also of persons whom it is no longer about."""
        for person, name, known, changes in endings(group, marker, self.versions, self.sender, item):
            if changes:
                time = _time(group[0].translation, item)
                taken.versions[name] = _packed(_latest(name, known, taken), changes)
                taken.news += [News(person, change, time) for change in changes]
        about = about_now(group, marker, self.versions)
        # Of a record that gives nothing and links nothing there is nothing to end.
        gives = any(one.last or one.known or one.name in taken.versions for one in group)
        if about is not None and (gives or any(linking.says(marker, one.person) for one in group)):
            taken.versions[marker] = about.packed()

    def _check_agreement(self, changes: list[Change], known: Mapping[str, Remembered], item: Incoming) -> None:
        """Past the last day of its agreement a partner can still close what is open, and nothing else (A18)."""
        if self.until is None or item.received_at < end_of(self.until):
            return
        if not all(closes(change, known.get(change.slot), item.received_at) for change in changes):
            raise RecordRejected(FieldError("record", "agreement_expired"))


def _by_marker(translations: list[Translation], markers: list[str]) -> Iterable[tuple[str, list[Translation]]]:
    """Group what a record says by the name under which it is kept: nearly always there is one."""
    if len(markers) == 1:
        return [(markers[0], translations)]
    found: dict[str, list[Translation]] = {}
    for translation, marker in zip(translations, markers, strict=True):
        found.setdefault(marker, []).append(translation)
    return found.items()


def _time(translation: Translation, item: Incoming) -> str:
    """Return when a record came to say what it says: when its partner changed it, else when it came in."""
    moment = translation.as_of or item.received_at
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()


def _latest(name: str, known: dict[str, Remembered], taken: Taken) -> dict[str, Remembered]:
    """Return what is known, with what this very record has changed of it."""
    earlier = taken.versions.get(name)
    return known if earlier is None else unpacked(earlier)


def _packed(known: dict[str, Remembered], changes: Iterable[Change]) -> bytes:
    """Return what is remembered of a record from now on; refuse one that keeps adding to it."""
    slots = known | {change.slot: change.remembered for change in changes}
    if len(slots) > max(SLOTS_MAX, len(known)):
        raise RecordRejected(FieldError("record", "too_much"))
    return packed(slots)
