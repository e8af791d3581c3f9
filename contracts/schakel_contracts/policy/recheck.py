"""The second look, right before sending: whether what opened the way still stands, as the gate would ask it now.

A deliverer knows neither the sender nor the true kind of a masked notification; what it does not know it takes at its
worst.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.policy.carrying import lacks
from schakel_contracts.policy.citation import citation
from schakel_contracts.policy.compiling import FAILED_RULE
from schakel_contracts.policy.ends import Lack
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.grantor import BEYOND_SCOPE
from schakel_contracts.policy.objecting import OWN_SIDE, TOLD_TO_ALL
from schakel_contracts.policy.openings import Opening
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.standing import FIRST_TEXT, NOT_NAMED, Standing
from schakel_contracts.policy.tables_format import EMERGENCY, ON_REQUEST, OWN, goes_by_law


@dataclass(frozen=True, slots=True)
class Recheck:
    """Whether a notification may leave now, under which consent, and else why not."""

    holds: bool
    consent_id: UUID | None = None
    reason: Reason | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a notification at the moment of sending."""

    recipient: Addressee
    purpose: Purpose
    purposes: frozenset[Purpose]
    """That one, and what the rows are for."""
    kinds: frozenset[Category]
    lacking: frozenset[Reason]
    source: str | None
    decided_at: datetime | None
    text_major: int


def still_holds(  # noqa: PLR0913 - all that the deliverer knows; some of it only where nothing is masked
    consent_id: UUID | None,
    recipient: Addressee,
    purpose: Purpose,
    relation_required: bool,  # noqa: FBT001 - part of the notification, always passed on, never chosen by a caller
    person: PersonRegistry,
    now: datetime,
    *,
    opening: Opening | None,
    sender: Addressee | None = None,
    source: str | None = None,
    decided_at: datetime | None = None,
    basis: str = "",
    text_major: int = FIRST_TEXT,
) -> Recheck:
    """Say whether a notification may still leave; without a consent id it went on another basis.

    ``opening`` is what the tables in force ask of it; None: they have no such way any more. ``sender`` is who sent it,
    None where that is masked; ``source`` is whose data a consent must be about: the sender's, or, where that is masked,
    whose the consent named at the decision. ``decided_at``, where nothing says of whom it was asked: what was asked and
    ended since may be what carried it. ``basis`` is the code it went on; one that is not known counts as the
    law's, and waits for an answer to the person (R27). ``text_major`` is the text that counts. A consent that ended
    may be replaced by another that is at least as wide and as strong. When the consent is unknown it does not hold.
    """
    if opening is None:
        return _no(Reason.NO_POLICY_ROW, "R1")
    asks_relation = relation_required or opening.relation_required
    closed = _before_any_basis(opening, recipient, sender, person, now, asks_relation=asks_relation)
    if closed is not None:
        return closed
    relation_rules = ("R3",) if asks_relation else ()
    sent = Sent(
        recipient,
        purpose,
        opening.purposes | {purpose},
        opening.kinds,
        opening.lacking,
        source,
        decided_at,
        text_major,
    )
    if consent_id is None:
        return _without_consent(basis, sent, person, now) or Recheck(holds=True, rules=relation_rules)
    found = _standing(consent_id, sent, person, now)
    if isinstance(found, Recheck):
        return found
    return Recheck(holds=True, consent_id=found.id, rules=(*relation_rules, "R9", "R10", "R11"))


def _before_any_basis(
    opening: Opening,
    recipient: Addressee,
    sender: Addressee | None,
    person: PersonRegistry,
    now: datetime,
    *,
    asks_relation: bool,
) -> Recheck | None:
    """Return why it may not leave whatever it went on (A18, R3, R28)."""
    sent_by_lapsed = sender is not None and now >= sender.lapses
    if (now >= recipient.lapses and not opening.owed) or (sent_by_lapsed and not opening.addressed):
        return _no(Reason.AGREEMENT_EXPIRED, "R1")
    if asks_relation and person.relation(recipient.id, recipient.role, now) is None:
        return _no(Reason.NO_RELATION, "R3")
    if person.has_left(now) and not opening.outlives:
        return _no(Reason.LEFT_THE_CHAIN, "R28")
    return None


def _no(reason: Reason, rule: str) -> Recheck:
    return Recheck(holds=False, reason=reason, rules=(rule,))


def _without_consent(basis: str, sent: Sent, person: PersonRegistry, now: datetime) -> Recheck | None:
    """Return why a basis other than consent does not hold any more (R6, R17, R27)."""
    party, role, kinds = sent.recipient.id, sent.recipient.role, sent.kinds
    to_all = basis == OWN and role not in OWN_SIDE and not TOLD_TO_ALL.isdisjoint(kinds)
    if (to_all or goes_by_law(basis)) and any(person.restricted(party, kind, now) for kind in kinds):
        return _no(Reason.RIGHT_EXERCISED, "R27")
    if basis.startswith(ON_REQUEST):
        article = citation(basis.removeprefix(ON_REQUEST))
        since = sent.decided_at if sent.source is None else None
        if not all(person.requested(party, kind, article, now, sent.source) for kind in kinds) or (
            since is not None and any(person.request_ended(party, kind, article, since, now) for kind in kinds)
        ):
            return _no(Reason.NO_REQUEST, "R6")
    if to_all and _objections(TOLD_TO_ALL & kinds, sent, person, now):
        return _no(Reason.OBJECTION, FAILED_RULE[Reason.OBJECTION])
    in_their_place = basis == OWN and role is Role.REP
    if in_their_place and not all(person.tells_representative(kind, now) for kind in kinds):
        return _no(Reason.OUT_OF_SCOPE, "R13")
    if basis == EMERGENCY and not all(person.emergency(party, role, kind, now) for kind in kinds):
        return _no(Reason.NO_CONSENT, "R17")
    return None


def _standing(consent_id: UUID, sent: Sent, person: PersonRegistry, now: datetime) -> Standing | Recheck:
    """Return the consent itself if it still carries the notification, else one that replaces it."""
    original = person.consent(consent_id)
    if original is None or original.objection:
        return _no(Reason.NO_CONSENT, "R9")
    refused = _refused(original, sent, person, now)
    if refused is None:
        return original
    for other in _replacements(original, sent, person):
        if _refused(other, sent, person, now) is None:
            return other
    return _no(*refused)


def _refused(consent: Standing, sent: Sent, person: PersonRegistry, now: datetime) -> tuple[Reason, str] | None:
    if now >= consent.end:
        return _told(consent.ended_by)
    if (lack := _unfit(consent, sent)) is not None:
        return _told(lack)
    if (
        now < consent.begin
        or consent.names(sent.recipient.id, sent.recipient.role) == NOT_NAMED
        or sent.purpose not in consent.purposes
        or not _covers(consent, sent)
    ):
        return Reason.NO_CONSENT, "R9"
    for objection in _objections(sent.kinds, sent, person, now):
        if not consent.outweighs(objection, sent.recipient.id, sent.recipient.role):
            return Reason.OBJECTION, "R1"
    return None


def _unfit(consent: Standing, sent: Sent) -> Lack | None:
    """Return why it does not count although it stands: its text, its form, or who gave it (R5, R10, R12, R13)."""
    if consent.text_major < sent.text_major:
        return Reason.CONSENT_EXPIRED
    if consent.beyond & sent.kinds:
        return BEYOND_SCOPE
    return consent.flaw or lacks(consent, sent.lacking)


def _covers(consent: Standing, sent: Sent) -> bool:
    """Say whether a consent is about all that the data can be, and about its source.

    One that names a source covers nothing of which that is not known to be the source.
    """
    return consent.source in (None, sent.source) and sent.kinds <= consent.categories


def _told(lack: Lack) -> tuple[Reason, str]:
    """Return the reason and the rule."""
    reason = lack if isinstance(lack, Reason) else lack[0]
    return reason, FAILED_RULE[reason]


def _objections(kinds: frozenset[Category], sent: Sent, person: PersonRegistry, now: datetime) -> list[Standing]:
    """Return the objections that stand and may be about this notification."""
    found = {
        objection.id: objection for category in kinds for objection in person.objections(sent.recipient.id, category)
    }
    return [
        objection
        for objection in found.values()
        if objection.stands(now)
        and objection.names(sent.recipient.id, sent.recipient.role) != NOT_NAMED
        and (not objection.purposes or sent.purposes & objection.purposes)
        and (objection.source is None or sent.source is None or objection.source == sent.source)
    ]


def _replacements(original: Standing, sent: Sent, person: PersonRegistry) -> list[Standing]:
    """Return the permissions that are about this data too, at least as strongly given."""
    return [
        other
        for other in person.permissions(sent.recipient.id, min(sent.kinds))
        if other.strength >= original.strength
        and other.checks >= original.checks
        and (other.source is None or other.source == original.source)
    ]
