"""A consent that was withdrawn at another partner than the one that keeps it: who hears of it. Pure."""

from schakel_contracts.codes import Reason, Remedy, Role, Stage
from schakel_contracts.consent import ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.envelope import Envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.person import PersonRegistry

NOBODY: frozenset[str] = frozenset()


def told_to_stop(event: ConsentWithdrawn, source: Addressee, person: PersonRegistry) -> frozenset[str]:
    """Return who keeps the consent and whom it names; nobody where its keeper withdrew it, who says that itself.

    The keeper alone where another consent took its place: it can ask the person, and whom it named goes on under that
    one, or was told to stop when that came.
    """
    consent = person.consent(event.consent_id)
    if consent is None or consent.objection or consent.keeper == source.id:
        return NOBODY
    keeper = NOBODY if consent.keeper is None else frozenset({consent.keeper})
    return keeper if consent.replaced else keeper.union(consent.parties)


def named_roles(event: Event, person: PersonRegistry) -> dict[str, Role]:
    """Return in which role a consent that ends names each party, as far as it says so."""
    if not isinstance(event, ConsentWithdrawn):
        return {}
    consent = person.consent(event.consent_id)
    named = (
        {}
        if consent is None
        else {party: min(filter(None, roles), default=None) for party, roles in consent.parties.items()}
    )
    named |= {recipient.party: recipient.role for recipient in event.recipients if recipient.role is not None}
    return {party: role for party, role in named.items() if role is not None}


def who_named(event: Event, source: Addressee, person: PersonRegistry) -> str | None:
    """Return who knows of whom an event is meant for: its sender, but for a consent that another partner keeps."""
    if not isinstance(event, ConsentWithdrawn) or event.recipients:
        return source.id
    consent = person.consent(event.consent_id)
    return None if consent is None else consent.keeper


def nothing_to_withdraw(
    envelope: Envelope, event: ConsentWithdrawn, source: Addressee, person: PersonRegistry
) -> DeliveryNotCompleted | None:
    """Return what the sender hears where nothing was withdrawn; None where something was.

    This person has no consent with that id: a slip must not look like a withdrawal. Or it is an objection, which only
    who keeps it can take back, since that opens ways. Or another took its place and goes on: that one must be named.
    """
    consent = person.consent(event.consent_id)
    if event.recipients or (consent is not None and consent.keeper == source.id):
        return None
    if consent is not None and not consent.objection and not consent.replaced:
        return None
    replaced = consent is not None and not consent.objection
    return DeliveryNotCompleted.model_validate(
        {
            "event_id": envelope.id,
            "event_type": envelope.type,
            "recipient": source.id,
            "recipient_role": source.role,
            "stage": Stage.DECISION,
            "reason": Reason.CONSENT_EXPIRED if replaced else Reason.NO_CONSENT,
            "remedy": Remedy.ASK_THE_PERSON,
        }
    )
