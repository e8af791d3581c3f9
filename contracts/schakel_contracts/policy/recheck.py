"""The second look, right before sending: whether what opened the way still stands.

A deliverer knows neither the sender nor the true kind of a masked notification, so it asks less
than the gate did and assumes the worst where it does not know.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import Category, Purpose, Reason
from schakel_contracts.policy.civil_time import end_of
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.standing import NOT_NAMED, Standing


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


def still_holds(  # noqa: PLR0913 - all that the deliverer knows; the last two only where nothing is masked
    consent_id: UUID | None,
    recipient: Addressee,
    purpose: Purpose,
    relation_required: bool,  # noqa: FBT001 - part of the notification, always passed on, never chosen by a caller
    person: PersonRegistry,
    now: datetime,
    *,
    categories: frozenset[Category] | None = None,
    source: str | None = None,
) -> Recheck:
    """Say whether a notification may still leave; without a consent id it went on another basis.

    ``categories`` are the kinds of data that it can be about and ``source`` its sender, where
    known: they keep an objection to other data, or to another sender, from stopping it. A consent
    that ended may be replaced by another that is at least as wide and as strong. When the consent
    is unknown it does not hold.
    """
    if recipient.agreement_until is not None and now >= end_of(recipient.agreement_until):
        return _no(Reason.AGREEMENT_EXPIRED, "R1")
    if relation_required and person.relation(recipient.id, recipient.role, now) is None:
        return _no(Reason.NO_RELATION, "R3")
    relation_rules = ("R3",) if relation_required else ()
    if consent_id is None:
        return Recheck(holds=True, rules=relation_rules)
    found = _standing(consent_id, Sent(recipient, purpose, categories, source), person, now)
    if isinstance(found, Recheck):
        return found
    return Recheck(holds=True, consent_id=found.id, rules=(*relation_rules, "R9", "R10", "R11"))


def _no(reason: Reason, rule: str) -> Recheck:
    return Recheck(holds=False, reason=reason, rules=(rule,))


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
        rule = "R11" if consent.ended_by is Reason.CONSENT_WITHDRAWN else "R10"
        return consent.ended_by, rule
    if (
        now < consent.begin
        or consent.names(sent.recipient.id, sent.recipient.role) == NOT_NAMED
        or sent.purpose not in consent.purposes
    ):
        return Reason.NO_CONSENT, "R9"
    for objection in _objections(consent, sent, person, now):
        if not consent.outweighs(objection, sent.recipient.id, sent.recipient.role):
            return Reason.OBJECTION, "R1"
    return None


def _objections(consent: Standing, sent: Sent, person: PersonRegistry, now: datetime) -> list[Standing]:
    """Return the objections that stand and may be about this notification."""
    about = consent.categories if sent.categories is None else consent.categories & sent.categories
    source = sent.source or consent.source
    found = {
        objection.id: objection
        for category in about or consent.categories
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
    """Return the permissions that cover all that the original did, at least as strongly given."""
    if not original.categories:
        return []
    candidates = person.permissions(sent.recipient.id, min(original.categories))
    return [
        other
        for other in candidates
        if other.categories >= original.categories
        and other.strength >= original.strength
        and other.checks >= original.checks
        and (other.source is None or other.source == original.source)
    ]
