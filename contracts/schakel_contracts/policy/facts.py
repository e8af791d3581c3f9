"""What a decision needs to know of an event and of a party; nothing about the person."""

from dataclasses import dataclass
from datetime import date

from schakel_contracts.codes import ConsentEffect, Role
from schakel_contracts.consent import ConsentGranted, ConsentWithdrawn
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import Event
from schakel_contracts.placement import PlacementChanged, PlacementEnded, PlacementStarted

NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Addressee:
    """One party of the chain, its role, and the last day of its agreement."""

    id: str
    role: Role
    agreement_until: date | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event as the policy sees it."""

    type: str
    """On the wire (``nl.schakel.placement.started.v1``) or short (``placement.started``)."""
    source: Addressee
    withhold: frozenset[Role] = NOBODY
    """Roles that the sender does not want to be told (R7)."""
    addressed: tuple[str, ...] = ()
    """Whom the event is meant for: those named in a consent, or the sender of what failed."""
    own_party: str | None = None
    """Whose own doing the event is about: the employer of a placement."""
    about_role: Role | None = None
    """The role of another party that the event names, as ``delivery.not_completed`` does."""


def facts_of(
    event: Event,
    source: Addressee,
    *,
    withhold: frozenset[Role] = NOBODY,
    sender: str | None = None,
) -> EventFacts:
    """Return the facts of an event; ``sender`` is whom a ``delivery.not_completed`` must tell.

    An objection is addressed to nobody: whoever it names must not learn that something is withheld
    (R15).
    """
    addressed: tuple[str, ...] = ()
    own_party: str | None = None
    about_role: Role | None = None
    if isinstance(event, ConsentWithdrawn) or (
        isinstance(event, ConsentGranted) and event.effect is ConsentEffect.PERMIT
    ):
        addressed = tuple(recipient.party for recipient in event.recipients)
    elif isinstance(event, DeliveryNotCompleted):
        addressed = () if sender is None else (sender,)
        about_role = event.recipient_role
    elif isinstance(event, PlacementStarted | PlacementChanged | PlacementEnded):
        own_party = event.employer
    return EventFacts(event.type, source, withhold, addressed, own_party, about_role)
