"""Which consent carries a disclosure, or why none does."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schakel_contracts.codes import ConsentForm, Purpose, Reason
from schakel_contracts.policy.ends import Lack
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.standing import ALL_CHECKS, NOT_NAMED, STRENGTH, Standing

WRITTEN = STRENGTH[ConsentForm.WRITTEN]


class Carried(NamedTuple):
    """The consent that carries it, if one does, and the purpose under which it goes."""

    consent_id: UUID | None
    purpose: Purpose


class Wanted(NamedTuple):
    """What a consent must cover: whom, whose data, and for one of which purposes."""

    recipient: Addressee
    source: str
    purposes: tuple[Purpose, ...]
    lacking: Reason | None
    """Why one that covers it all may still not do: its form, or the five questions."""
    text_major: int
    """The text that counts: a consent to an older one has ended (R10)."""


def carrying(
    wanted: Wanted, permissions: Sequence[Standing], objections: Sequence[Standing], now: datetime
) -> Carried | Lack:
    """Return the first permission that covers it all, or what stands in the way.

    Of several reasons the one nearest to a permit is told: a consent of the wrong form, or by whom it
    could not be given, before an objection, that before one that ended (the last to end), that before none.
    """
    unfit: Lack | None = None
    ended: Lack | None = None
    stopped = False
    party, role = wanted.recipient.id, wanted.recipient.role
    for consent in permissions:
        purpose = _purpose(consent, wanted)
        if purpose is None or now < consent.begin:
            continue
        if now >= consent.end:
            ended = ended or consent.ended_by
        elif consent.text_major < wanted.text_major:
            ended = ended or Reason.CONSENT_EXPIRED
        elif objections and any(
            not consent.outweighs(objection, party, role)
            for objection in objections
            if _concerns(objection, wanted, purpose, now)
        ):
            stopped = True
        else:
            lack = consent.flaw or (wanted.lacking and lacks(consent, wanted.lacking))
            if lack is None:
                return Carried(consent.id, purpose)
            unfit = unfit or lack
    if unfit is not None:
        return unfit
    if stopped or objected(wanted, objections, now):
        return Reason.OBJECTION
    return ended or Reason.NO_CONSENT


def objected(wanted: Wanted, objections: Sequence[Standing], now: datetime) -> bool:
    """Say whether an objection stands in the way of what goes without consent, to every party involved."""
    return any(_concerns(objection, wanted, wanted.purposes[0], now) for objection in objections)


def _purpose(consent: Standing, wanted: Wanted) -> Purpose | None:
    """Return the purpose under which a permission covers it, whether it stands or not."""
    if consent.source is not None and consent.source != wanted.source:
        return None
    if consent.names(wanted.recipient.id, wanted.recipient.role) == NOT_NAMED:
        return None
    for purpose in wanted.purposes:
        if purpose in consent.purposes:
            return purpose
    return None


def _concerns(objection: Standing, wanted: Wanted, purpose: Purpose, now: datetime) -> bool:
    """Say whether an objection stands and is about this recipient, source and purpose.

    An objection to the row's own purpose counts even where a consent for the recipient's primary
    purpose would carry.
    """
    return (
        objection.stands(now)
        and objection.names(wanted.recipient.id, wanted.recipient.role) != NOT_NAMED
        and (objection.source is None or objection.source == wanted.source)
        and (not objection.purposes or purpose in objection.purposes or wanted.purposes[0] in objection.purposes)
    )


def lacks(consent: Standing, lacking: Reason) -> Reason | None:
    """Return why the form of a consent, or what was asked of the person, does not do for what asks it (R5, R12)."""
    if lacking is Reason.NOT_WRITTEN and consent.strength < WRITTEN:
        return lacking
    if lacking is Reason.NOT_FREELY_GIVEN and consent.checks != ALL_CHECKS:
        return lacking
    return None
