"""The second look, right before sending: whether what opened the way still stands.

A deliverer knows neither the sender nor the true kind of a masked notification, so it asks less
than the gate did and assumes the worst where it does not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import Category, Purpose, Reason, Role
from schakel_contracts.policy.citation import citation
from schakel_contracts.policy.civil_time import end_of
from schakel_contracts.policy.compiling import FAILED_RULE
from schakel_contracts.policy.ends import Lack
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.grantor import BEYOND_SCOPE
from schakel_contracts.policy.objecting import OWN_SIDE, TOLD_TO_ALL
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
    categories: frozenset[Category] | None
    source: str | None
    text_major: int
    relation_required: bool


def still_holds(  # noqa: PLR0913 - all that the deliverer knows; some of it only where nothing is masked
    consent_id: UUID | None,
    recipient: Addressee,
    purpose: Purpose,
    relation_required: bool,  # noqa: FBT001 - part of the notification, always passed on, never chosen by a caller
    person: PersonRegistry,
    now: datetime,
    *,
    categories: frozenset[Category] | None = None,
    source: str | None = None,
    basis: str = "",
    outlives_exit: bool = False,
    text_major: int = FIRST_TEXT,
) -> Recheck:
    """Say whether a notification may still leave; without a consent id it went on another basis.

    ``categories`` are the kinds of data that it can be about and ``source`` its sender, where
    known: they keep an objection to other data, or to another sender, from stopping it. ``basis`` is
    the code it went on; one that is not known counts as the law's, and waits for an answer to the
    person (R27). ``outlives_exit``: it goes on when the person has left (R28). ``text_major`` is the
    text that counts. A consent that ended may be replaced by another that is at least as wide and as
    strong. When the consent is unknown it does not hold.
    """
    if recipient.agreement_until is not None and now >= end_of(recipient.agreement_until):
        return _no(Reason.AGREEMENT_EXPIRED, "R1")
    if relation_required and person.relation(recipient.id, recipient.role, now) is None:
        return _no(Reason.NO_RELATION, "R3")
    if person.has_left(now) and not outlives_exit:
        return _no(Reason.LEFT_THE_CHAIN, "R28")
    relation_rules = ("R3",) if relation_required else ()
    sent = Sent(recipient, purpose, categories, source, text_major, relation_required)
    if consent_id is None:
        return _without_consent(basis, sent, person, now) or Recheck(holds=True, rules=relation_rules)
    found = _standing(consent_id, sent, person, now)
    if isinstance(found, Recheck):
        return found
    return Recheck(holds=True, consent_id=found.id, rules=(*relation_rules, "R9", "R10", "R11"))


def _no(reason: Reason, rule: str) -> Recheck:
    return Recheck(holds=False, reason=reason, rules=(rule,))


def _without_consent(basis: str, sent: Sent, person: PersonRegistry, now: datetime) -> Recheck | None:
    """Return why a basis other than consent does not hold any more (R6, R17, R27)."""
    party, role = sent.recipient.id, sent.recipient.role
    kinds: Iterable[Category | None] = sent.categories or (None,)
    to_all = basis == OWN and role not in OWN_SIDE and _may_be_told_to_all(sent)
    if (to_all or goes_by_law(basis)) and any(person.restricted(party, kind, now) for kind in kinds):
        return _no(Reason.RIGHT_EXERCISED, "R27")
    if basis.startswith(ON_REQUEST):
        article = citation(basis.removeprefix(ON_REQUEST))
        if not all(kind is not None and person.requested(party, kind, article, now, sent.source) for kind in kinds):
            return _no(Reason.NO_REQUEST, "R6")
    if to_all and _objections(TOLD_TO_ALL, None, sent, person, now):
        return _no(Reason.OBJECTION, FAILED_RULE[Reason.OBJECTION])
    in_their_place = basis == OWN and role is Role.REP
    if in_their_place and not all(person.tells_representative(kind, now) for kind in kinds):
        return _no(Reason.OUT_OF_SCOPE, "R13")
    if basis == EMERGENCY and not all(kind is not None and person.emergency(party, role, kind, now) for kind in kinds):
        return _no(Reason.NO_CONSENT, "R17")
    return None


def _may_be_told_to_all(sent: Sent) -> bool:
    """Say whether it is, or may be, what every party involved is told; a stop-notice asks no relation and is not."""
    return sent.relation_required if sent.categories is None else not TOLD_TO_ALL.isdisjoint(sent.categories)


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
    for objection in _objections(consent.categories, consent.source, sent, person, now):
        if not consent.outweighs(objection, sent.recipient.id, sent.recipient.role):
            return Reason.OBJECTION, "R1"
    return None


def _unfit(consent: Standing, sent: Sent) -> Lack | None:
    """Return why it does not count although it stands: the text of it, or who gave it (R10, R13)."""
    if consent.text_major < sent.text_major:
        return Reason.CONSENT_EXPIRED
    if consent.beyond if sent.categories is None else consent.beyond & sent.categories:
        return BEYOND_SCOPE
    return consent.flaw


def _covers(consent: Standing, sent: Sent) -> bool:
    """Say whether a consent is about what is known of the data and of its sender."""
    if sent.source is not None and consent.source is not None and sent.source != consent.source:
        return False
    return sent.categories is None or bool(sent.categories & consent.categories)


def _told(lack: Lack) -> tuple[Reason, str]:
    """Return the reason and the rule."""
    reason = lack if isinstance(lack, Reason) else lack[0]
    return reason, FAILED_RULE[reason]


def _objections(
    wide: frozenset[Category], source: str | None, sent: Sent, person: PersonRegistry, now: datetime
) -> list[Standing]:
    """Return the objections that stand and may be about this notification, of what it went on: kinds and source."""
    about = wide if sent.categories is None else wide & sent.categories
    source = sent.source or source
    found = {
        objection.id: objection
        for category in about or wide
        for objection in person.objections(sent.recipient.id, category)
    }
    return [
        objection
        for objection in found.values()
        if objection.stands(now)
        and objection.names(sent.recipient.id, sent.recipient.role) != NOT_NAMED
        and (not objection.purposes or sent.purpose in objection.purposes)
        and (objection.source is None or source is None or objection.source == source)
    ]


def _replacements(original: Standing, sent: Sent, person: PersonRegistry) -> list[Standing]:
    """Return the permissions that cover what the original did of this data, at least as strongly given."""
    wanted = original.categories if sent.categories is None else original.categories & sent.categories
    if not wanted:
        return []
    candidates = person.permissions(sent.recipient.id, min(wanted))
    return [
        other
        for other in candidates
        if other.categories - other.beyond >= wanted
        and other.strength >= original.strength
        and other.checks >= original.checks
        and (other.source is None or other.source == original.source)
    ]
