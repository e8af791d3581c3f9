"""Which consent carries a disclosure, or why none does."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import ConsentForm, Purpose, Reason
from schakel_contracts.policy.ends import Lack
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.model import Attempt, Cell
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.standing import ALL_CHECKS, NOT_NAMED, STRENGTH, Standing

WRITTEN = STRENGTH[ConsentForm.WRITTEN]


Found = tuple[Purpose | None, UUID | None, Lack | None]
"""The purpose under which it goes and the consent that carries it, if one does; or, without a purpose, why not."""


def carrying(
    attempt: Attempt,
    event: EventFacts,
    recipient: Addressee,
    cell: Cell,
    person: PersonRegistry,
    text_major: int,
    now: datetime,
) -> Found:
    """Return the first permission that covers it all, or what stands in the way.

    Of several reasons the one nearest to a permit is told: a consent of the wrong form, or by whom it
    could not be given, before an objection, that before one that ended (the last to end), that before none.
    ``text_major`` is the text that counts: a consent to an older one has ended (R10).
    """
    unfit: Lack | None = None
    ended: Lack | None = None
    stopped = False
    party, role = recipient.id, recipient.role
    permissions, objections = person.about(party, cell.category)
    for consent in permissions:
        purpose = _purpose(consent, event, recipient, cell)
        if purpose is None or now < consent.begin:
            continue
        if now >= consent.end:
            ended = ended or consent.ended_by
        elif consent.text_major < text_major:
            ended = ended or Reason.CONSENT_EXPIRED
        elif objections and any(
            not consent.outweighs(objection, party, role)
            for objection in objections
            if _concerns(objection, event, recipient, cell, purpose, now)
        ):
            stopped = True
        else:
            lack: Lack | None = consent.flaw
            if lack is None and attempt.lacking:
                lack = lacks(consent, attempt.lacking)
            if lack is None:
                return purpose, consent.id, None
            unfit = unfit or lack
    if unfit is not None:
        return None, None, unfit
    if stopped or (objections and objected(event, recipient, cell, objections, now)):
        return None, None, Reason.OBJECTION
    return None, None, ended or Reason.NO_CONSENT


def objected(
    event: EventFacts, recipient: Addressee, cell: Cell, objections: Sequence[Standing], now: datetime
) -> bool:
    """Say whether an objection stands in the way of what goes without consent, to every party involved."""
    return any(_concerns(objection, event, recipient, cell, cell.purposes[0], now) for objection in objections)


def _purpose(consent: Standing, event: EventFacts, recipient: Addressee, cell: Cell) -> Purpose | None:
    """Return the purpose under which a permission that names a party covers it, whether it stands or not."""
    if consent.source is not None and consent.source != event.source.id:
        return None
    roles = consent.parties[recipient.id]
    if recipient.role not in roles and None not in roles:
        return None
    for purpose in cell.purposes:
        if purpose in consent.purposes:
            return purpose
    return None


def _concerns(
    objection: Standing, event: EventFacts, recipient: Addressee, cell: Cell, purpose: Purpose, now: datetime
) -> bool:
    """Say whether an objection stands and is about this recipient, source and purpose.

    An objection to the row's own purpose counts even where a consent for the recipient's primary
    purpose would carry.
    """
    return (
        objection.stands(now)
        and objection.names(recipient.id, recipient.role) != NOT_NAMED
        and (objection.source is None or objection.source == event.source.id)
        and (not objection.purposes or purpose in objection.purposes or cell.purposes[0] in objection.purposes)
    )


def lacks(consent: Standing, lacking: frozenset[Reason]) -> Reason | None:
    """Return why the form of a consent, or what was asked of the person, does not do for what asks it (R5, R12).

    Of both the form is told: a consent that is given anew can meet the other too.
    """
    if consent.strength < WRITTEN and Reason.NOT_WRITTEN in lacking:
        return Reason.NOT_WRITTEN
    if consent.checks != ALL_CHECKS and Reason.NOT_FREELY_GIVEN in lacking:
        return Reason.NOT_FREELY_GIVEN
    return None
