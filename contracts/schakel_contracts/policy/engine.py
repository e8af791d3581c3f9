"""The decision: may this party know of this event, on which grounds, and how much of it.

Pure, and cheap: the tables and the person's registry are compiled beforehand, so that one decision
is a few look-ups.
"""

from datetime import datetime
from uuid import UUID

from schakel_contracts.codes import Purpose, Reason
from schakel_contracts.policy.carrying import Carried, Wanted, carrying
from schakel_contracts.policy.civil_time import end_of
from schakel_contracts.policy.compiling import NO_ROW
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.model import Cell, Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling

NO_RELATION, NO_CONSENT, NO_REQUEST = Reason.NO_RELATION, Reason.NO_CONSENT, Reason.NO_REQUEST
"""Read once: looking a member up in its enumeration costs as much as a look-up in a table."""


def decide(event: EventFacts, recipient: Addressee, person: PersonRegistry, policy: Policy, now: datetime) -> Ruling:
    """Return what one party gets of one event; what no row opens is closed (R1).

    ``now`` has a zone, best UTC. The same facts, records, tables and time give the same ruling,
    whatever the order of the records. Errors: ``TypeError`` for a time without a zone.
    """
    cell = policy.cells.get((event.type, event.source.role, recipient.role))
    if cell is None:
        return NO_ROW
    refused = _refused_before_basis(event, recipient, cell, now)
    if refused is not None:
        return refused
    relation_id = person.relation(recipient.id, recipient.role, now)
    if relation_id is None and cell.relation_required:
        return cell.denials[NO_RELATION]
    reason = NO_CONSENT
    for attempt in cell.attempts:
        if attempt.by_consent:
            found = carrying(
                Wanted(recipient, event.source.id, cell.purposes, attempt.lacking),
                person.permissions(recipient.id, cell.category),
                person.objections(recipient.id, cell.category),
                now,
            )
            if isinstance(found, Carried):
                return _granted(attempt.granted, found.purpose, found.consent_id, relation_id)
            reason = found
        elif attempt.by_request and not person.requested(recipient.id, cell.category, attempt.article, now):
            reason = NO_REQUEST
        else:
            return _granted(attempt.granted, cell.row.purpose, None, relation_id)
    return cell.denials[reason]


def _refused_before_basis(event: EventFacts, recipient: Addressee, cell: Cell, now: datetime) -> Ruling | None:
    if not _meant_for(recipient, event, cell):
        return cell.not_meant
    # An expired agreement closes the gate on both sides (A18); a stop-notice, or what else is
    # addressed to a party, does not wait for its sender's.
    if _lapsed(recipient, now) or (cell.addressed is None and _lapsed(event.source, now)):
        return cell.denials[Reason.AGREEMENT_EXPIRED]
    if recipient.role in event.withhold:
        return cell.denials[Reason.SENDER_VETO]
    return None


def _meant_for(recipient: Addressee, event: EventFacts, cell: Cell) -> bool:
    """Say whether a row that is open to this role is open to this party, about this event."""
    addressed = cell.addressed
    if recipient.id == event.source.id and addressed != "sender":
        return False
    if addressed is not None and recipient.id not in event.addressed:
        return False
    if cell.own and recipient.id != event.own_party:
        return False
    return not cell.about_roles or event.about_role in cell.about_roles


def _lapsed(party: Addressee, now: datetime) -> bool:
    return party.agreement_until is not None and now >= end_of(party.agreement_until)


def _granted(known: Ruling, purpose: Purpose, consent_id: UUID | None, relation_id: UUID | None) -> Ruling:
    """Return the prepared ruling with what only this decision knows; spelt out, since it is hot."""
    return Ruling(
        known.outcome,
        known.row,
        purpose,
        known.rules,
        known.basis,
        consent_id,
        relation_id,
        known.fields,
        known.stripped,
        known.masked,
        known.view,
        None,
        None,
        known.prohibited_use,
        known.relation_required,
    )
