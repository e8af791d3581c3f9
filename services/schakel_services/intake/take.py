"""Take one record: translate, link, compare with what was known, and say what to write. No broker in here."""

from dataclasses import dataclass
from datetime import UTC
from functools import cached_property

from schakel_connectors.connector import Connector
from schakel_connectors.interpret import Change, Remembered, interpret
from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.statement import Sender, Translation
from schakel_connectors.times import not_from_the_future
from schakel_contracts.codes import Role
from schakel_contracts.envelope import OIN_SOURCE
from schakel_services.chain.load import NOT_ENTITLED
from schakel_services.intake.corrected import Said, about_now, endings, said_of
from schakel_services.intake.failing import connector_failed
from schakel_services.intake.handles import LinkBook
from schakel_services.intake.incoming import Incoming, Result
from schakel_services.intake.taken import News, Origin, Taken
from schakel_services.intake.versions import Versions, packed, unpacked
from schakel_services.runtime.keys import ChainKey, PartnerKeys

ACCEPTED = Result("accepted")
ROLES = frozenset(role.value for role in Role)


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
            _check_veto(item.withhold)
            translations = self.read(item) if read is None else read
            if isinstance(translations, Exception):
                raise translations
            not_from_the_future(translations, item.received_at)
            taken = Taken(ACCEPTED, Origin(self.source, item, position))
            groups: dict[str, list[Said]] = {}
            for translation in translations:
                person = self._person(translation, taken)
                if person is None:
                    return Taken(Result("unlinked", errors=(FieldError("subject", "unlinked"),)))
                marker = self.keys.name(item.connector, translation.record_key)
                said = said_of(translation, person, marker, self.versions)
                if said is None:
                    continue  # from before the record came to be about somebody else
                if changes := self._changes(said, item, taken):
                    time = _time(translation, item)
                    taken.news += [News(person, change, time) for change in changes]
                if len(translations) > 1 or not said.says_all:
                    groups.setdefault(marker, []).append(said)
            for marker, group in groups.items():
                self._end(marker, group, item, taken)
        except RecordRejected as error:
            return Taken(Result("rejected", errors=error.errors))
        except Exception as error:  # noqa: BLE001 - a connector's mistake: this record is refused, those behind it go on
            return Taken(Result("rejected", errors=(connector_failed(item.connector, error),)))
        taken.result = Result("accepted", taken.ids())
        return taken

    def _person(self, translation: Translation, taken: Taken) -> str | None:
        """Return the person's pseudonym, by BSN or by a number that an earlier record linked."""
        subject = translation.subject
        if subject.bsn is None:
            return self._linked(subject.own_numbers, taken)
        if self.sender.role in NOT_ENTITLED:
            raise RecordRejected(FieldError("bsn", "not_entitled"))
        person = self.chain_key.pseudonym(subject.bsn)
        if subject.own_numbers:
            known = taken.links.get(person) or self.links.numbers_of(person)
            if new := [number for number in subject.own_numbers if number not in known]:
                if not {self._owner(number, taken) for number in new} <= {None, person}:
                    # Two persons under one number: a mix-up at the partner that could send to the wrong person.
                    raise RecordRejected(FieldError("subject", "number_belongs_to_another_person"))
                taken.links[person] = (*known, *new)
                taken.owners |= dict.fromkeys(new, person)
        return person

    def _linked(self, numbers: tuple[str, ...], taken: Taken) -> str | None:
        """Return the one person that the numbers belong to; numbers of different persons are a mix-up."""
        found = {person for number in numbers if (person := self._owner(number, taken)) is not None}
        if len(found) > 1:
            raise RecordRejected(FieldError("subject", "numbers_of_different_persons"))
        return found.pop() if found else None

    def _owner(self, number: str, taken: Taken) -> str | None:
        """Return whose number it is, by this very record or by an earlier one."""
        return taken.owners.get(number) or self.links.person_of(number)

    def _changes(self, said: Said, item: Incoming, taken: Taken) -> list[Change]:
        slots = _latest(said.name, said.known, taken)
        changes = list(interpret(said.translation, self.sender, item.connector, slots.get, item.received_at, said.name))
        if changes:
            taken.versions[said.name] = packed(slots | {change.slot: change.remembered for change in changes})
        return changes

    def _end(self, marker: str, group: list[Said], item: Incoming, taken: Taken) -> None:
        """Close what the record no longer says, also of persons whom it is no longer about."""
        time = _time(group[0].translation, item)
        for person, name, known, changes in endings(group, marker, self.versions, self.sender, item):
            slots = _latest(name, known, taken) | {change.slot: change.remembered for change in changes}
            taken.versions[name] = packed(slots)
            taken.news += [News(person, change, time) for change in changes]
        about = about_now(group, marker, self.versions)
        # Of a record that gives nothing, such as a Patient, there is nothing to end.
        if about is not None and any(one.last or one.known or one.name in taken.versions for one in group):
            taken.versions[marker] = about.packed()


def _time(translation: Translation, item: Incoming) -> str:
    """Return when a record came to say what it says: when its partner changed it, else when it came in."""
    return (translation.as_of or item.received_at).astimezone(UTC).isoformat()


def _latest(name: str, known: dict[str, Remembered], taken: Taken) -> dict[str, Remembered]:
    """Return what is known, with what this very record has changed of it."""
    earlier = taken.versions.get(name)
    return known if earlier is None else unpacked(earlier)


def _check_veto(withhold: str | None) -> None:
    """Refuse a record whose sender withholds it from a role that is none: nobody would be kept from it."""
    if not withhold:
        return
    named = {part.partition("=")[0] for part in withhold.replace(",", " ").split()}
    if named - ROLES:
        raise RecordRejected(FieldError("schakel-withhold", "unknown_role"))
