"""The statement of a permission or an objection of the person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schakel_connectors.rejection import RecordRejected, rejected
from schakel_connectors.stated.later_day import later_day
from schakel_connectors.statement import OrganisationRef, Sender
from schakel_contracts.codes import (
    Category,
    ConsentEffect,
    ConsentForm,
    FreelyGivenCheck,
    Grantor,
    Purpose,
    Role,
)
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn, Recipient
from schakel_contracts.registry import ConsentRecord


class Standing(StrEnum):
    """Whether the consent holds, was withdrawn or replaced, or never had or no longer has this part."""

    HOLDS = "holds"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is permitted, or objected to, towards whom; in an objection an empty field means any."""

    effect: ConsentEffect
    purposes: tuple[Purpose, ...] = ()
    categories: tuple[Category, ...] = ()
    recipients: tuple[tuple[OrganisationRef, Role | None], ...] = ()
    source: OrganisationRef | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """How it was given (AVG 7(1))."""

    grantor: Grantor = Grantor.SUBJECT
    co_grantor: Grantor | None = None
    form: ConsentForm = ConsentForm.VERBAL
    freely_given: tuple[FreelyGivenCheck, ...] = ()
    text_version: str | None = None
    granted_at: datetime | None = None


AHEAD = timedelta(days=1)
"""A permission can't have been given later than this after it was received: the clock of its keeper may run ahead."""

NOTHING = Terms(ConsentEffect.PERMIT)
"""The terms of a part that is no more: only ever written together with the moment of its withdrawal."""


@dataclass(frozen=True, slots=True)
class ConsentStated:
    """One part of a consent: terms that hold or were withdrawn; without terms, that the part is not there (any more).

    Withdrawn is for good: a later version that is active again raises ``RecordRejected`` with the rule
    ``withdrawn_before``, and a new permission takes a new consent. One that was given in days to come raises
    ``date_in_future``: it would last longer than a consent may.
    """

    given_field: ClassVar[str] = "Consent.dateTime"
    """What the date of giving is called in a refusal."""

    slot: str
    standing: Standing
    terms: Terms | None = None
    proof: Proof = Proof()
    withdrawn_at: datetime | None = None
    """None: when the record was received."""

    def event(
        self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime
    ) -> ConsentGranted | ConsentWithdrawn | None:
        """Return granted for terms that hold, withdrawn for those that end; nothing for what was never known.

        An objection that is lifted names nobody: whom it named has nothing to stop, and may not learn of it.
        """
        if self.standing is Standing.HOLDS and self.terms:
            if memory == Standing.WITHDRAWN:
                raise rejected("Consent.status", "withdrawn_before")
            self._check_given(self.terms, received_at)
            return self._granted(identity, self.terms, sender)
        if not self._ends(memory):
            return None
        return ConsentWithdrawn(
            consent_id=identity,
            effective=self._ended_at(received_at),
            recipients=() if self._objects() else self._known_recipients(sender),
        )

    def record(self, identity: UUID, memory: str | None, sender: Sender, received_at: datetime) -> ConsentRecord | None:
        """Return the consent as it now stands; None for what was never known or ended before."""
        holds = self.standing is Standing.HOLDS and self.terms is not None
        if not holds and not self._ends(memory):
            return None
        terms = self.terms or NOTHING
        recipients = self._recipients(sender) if holds else self._known_recipients(sender)
        return ConsentRecord(
            id=identity,
            effect=terms.effect,
            purposes=terms.purposes,
            categories=terms.categories,
            recipients=recipients,
            source=_source(terms, sender, strictly=holds),
            grantor=self.proof.grantor,
            co_grantor=self.proof.co_grantor,
            form=self.proof.form,
            freely_given=self.proof.freely_given,
            text_version=self.proof.text_version,
            granted_at=self.proof.granted_at,
            valid_from=_begin(terms, received_at),
            valid_until=terms.valid_until,
            withdrawn_at=None if holds else self._ended_at(received_at),
            collected_by=sender.party,
        )

    def still_named(self, memory: str | None, sender: Sender) -> frozenset[str]:
        """Return the partners that may go on, and hear so: nobody, unless it permits and holds."""
        del memory
        if self.standing is not Standing.HOLDS or self.terms is None or self.terms.effect is not ConsentEffect.PERMIT:
            return frozenset()
        return frozenset(recipient.party for recipient in self._recipients(sender))

    def memory(self, previous: str | None) -> str:
        """Remember how it stands; withdrawn is never forgotten."""
        return Standing.WITHDRAWN if previous == Standing.WITHDRAWN else self.standing.value

    def _check_given(self, terms: Terms, received_at: datetime) -> None:
        given = self.proof.granted_at
        ahead = given is not None and given > received_at + AHEAD
        if ahead and terms.effect is ConsentEffect.PERMIT:
            raise rejected(self.given_field, "date_in_future")

    def _objects(self) -> bool:
        return (self.terms or NOTHING).effect is ConsentEffect.DENY

    def _ends(self, memory: str | None) -> bool:
        """What held ends; a withdrawal that comes first is told too, since it names who may know the consent."""
        if memory == Standing.HOLDS:
            return True
        return self.standing is Standing.WITHDRAWN and memory is None and self.terms is not None

    def _ended_at(self, received_at: datetime) -> datetime:
        """A clock that runs ahead at the partner must not postpone a withdrawal."""
        return min(self.withdrawn_at or received_at, received_at)

    def _granted(self, identity: UUID, terms: Terms, sender: Sender) -> ConsentGranted:
        return ConsentGranted(
            consent_id=identity,
            effect=terms.effect,
            purposes=terms.purposes,
            categories=terms.categories,
            recipients=self._recipients(sender),
            grantor=self.proof.grantor,
            form=self.proof.form,
            text_version=self.proof.text_version,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
        )

    def _recipients(self, sender: Sender) -> tuple[Recipient, ...]:
        return tuple(_recipient(ref, role, sender) for ref, role in (self.terms or NOTHING).recipients)

    def _known_recipients(self, sender: Sender) -> tuple[Recipient, ...]:
        """A withdrawal never fails because of whom it names."""
        found = []
        for ref, role in (self.terms or NOTHING).recipients:
            try:
                found.append(_recipient(ref, role, sender))
            except RecordRejected:
                continue
        return tuple(found)


def _recipient(ref: OrganisationRef, role: Role | None, sender: Sender) -> Recipient:
    party = sender.resolve(ref, role)
    return Recipient(party=party.id, role=role or party.role)


def _begin(terms: Terms, received_at: datetime) -> datetime | None:
    """An objection counts at once, unless it names a later day; a permission begins when it says."""
    if terms.effect is ConsentEffect.PERMIT:
        return terms.valid_from
    return later_day(terms.valid_from, received_at)


def _source(terms: Terms, sender: Sender, *, strictly: bool) -> str | None:
    if terms.source is None:
        return None
    try:
        return sender.resolve(terms.source, None).id
    except RecordRejected:
        if strictly:
            raise
        return None
