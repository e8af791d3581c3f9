"""What a notification bears for the second check alone: none of it is sent on."""

from schakel_contracts.answer_due import AnswerDue
from schakel_contracts.envelope import CONSENT_SOURCE, DECIDED, QUESTION, Envelope
from schakel_contracts.event import Event
from schakel_contracts.policy.facts import Addressee
from schakel_contracts.policy.objecting import OWN_SIDE
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.tables_format import ON_REQUEST
from schakel_services.gate.record import Header


def unseen_of(
    event: Event, envelope: Envelope, recipient: Addressee, ruling: Ruling, person: PersonRegistry, decided_at: str
) -> list[Header]:
    """Return what the second check could not know otherwise: of a masked sender, and of a reminder's question.

    A reminder that does not say of which question goes to the person's own side alone.
    """
    found: list[Header] = []
    if "source" in ruling.masked:
        found += _of_masked(ruling, person, decided_at)
    if isinstance(event, AnswerDue) and event.question_type is not None and recipient.role not in OWN_SIDE:
        found.append((QUESTION, f"{envelope.partner} {event.question_type}".encode()))
    return found


def _of_masked(ruling: Ruling, person: PersonRegistry, decided_at: str) -> list[Header]:
    """Return whose data the consent is about, or when a request carried it."""
    if ruling.consent_id is not None:
        consent = person.consent(ruling.consent_id)
        return [] if consent is None or consent.source is None else [(CONSENT_SOURCE, consent.source.encode())]
    return [(DECIDED, decided_at.encode())] if ruling.basis[0].startswith(ON_REQUEST) else []
