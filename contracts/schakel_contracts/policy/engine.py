"""The decision: may this party know of this event, on which grounds, and how much of it.

Pure, and cheap: the tables and the person's registry are compiled beforehand, so that one decision
is a few look-ups.
"""

from dataclasses import replace
from datetime import datetime

from schakel_contracts.codes import Reason, Role
from schakel_contracts.policy.carrying import Found, carrying, objected
from schakel_contracts.policy.compiling import NO_ROW
from schakel_contracts.policy.ends import RIGHT_UPHELD, Lack
from schakel_contracts.policy.facts import Addressee, EventFacts
from schakel_contracts.policy.grantor import BEYOND_SCOPE
from schakel_contracts.policy.model import Attempt, Cell, Policy
from schakel_contracts.policy.objecting import OWN_SIDE, TOLD_TO_ALL
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.policy.ruling import Ruling

NO_RELATION, NO_CONSENT, NO_REQUEST = Reason.NO_RELATION, Reason.NO_CONSENT, Reason.NO_REQUEST
RIGHT_EXERCISED, REP = Reason.RIGHT_EXERCISED, Role.REP
"""Read once: looking a member up in its enumeration costs as much as a look-up in a table."""


def decide(event: EventFacts, recipient: Addressee, person: PersonRegistry, policy: Policy, now: datetime) -> Ruling:
    """Return what one party gets of one event; what no row opens is closed (R1).

    ``now`` has a zone, best UTC. The same facts, records, tables and time give the same ruling,
    whatever the order of the records. Errors: ``TypeError`` for a time without a zone.
    """
    cell = _cell_for(event, recipient, policy)
    if isinstance(cell, Ruling):
        return cell
    refused = _refused_before_basis(event, recipient, cell, person, now)
    if refused is None and event.question is not None:
        question = replace(event, type=event.question, question=None)
        refused = _unasked(question, recipient, cell, person, policy, now)
    if refused is not None:
        return refused
    relation_id = person.relation(recipient.id, recipient.role, now)
    if relation_id is None and cell.relation_required:
        return cell.denials[NO_RELATION]
    reason: Lack = NO_CONSENT
    paused = False
    for attempt in cell.attempts:
        if attempt.by_consent:
            found = carrying(attempt, event, recipient, cell, person, policy.consent_text_major, now)
        else:
            found = _by_itself(attempt, event, recipient, cell, person, now)
        purpose, consent_id, lack = found
        if purpose is not None:
            return attempt.granted.because(purpose, consent_id, relation_id)
        if lack is not None and not paused:
            reason, paused = lack, lack is RIGHT_EXERCISED or lack is RIGHT_UPHELD
    return cell.denials[reason]


def _cell_for(event: EventFacts, recipient: Addressee, policy: Policy) -> Cell | Ruling:
    """Return the cell that decides; for a key person that of the organisation behind (R22)."""
    cell = policy.cells.get((event.type, event.source.role, recipient.role))
    if cell is None:
        return NO_ROW
    if cell.hosted is None or recipient.host is None:
        return cell
    return cell.hosted.get(recipient.host, cell.unhosted)


def _by_itself(
    attempt: Attempt, event: EventFacts, recipient: Addressee, cell: Cell, person: PersonRegistry, now: datetime
) -> Found:
    """Say whether a basis other than consent holds (R6, R17, R27), or why not, where there is anything to say of it."""
    closable = attempt.by_law or (attempt.own and cell.category in TOLD_TO_ALL and recipient.role not in OWN_SIDE)
    if closable and person.restrictions and person.restricted(recipient.id, cell.category, now):
        upheld = person.right_upheld(recipient.id, cell.category, now)
        return None, None, RIGHT_UPHELD if upheld else RIGHT_EXERCISED
    if attempt.by_request:
        if not person.requested(recipient.id, cell.category, attempt.article, now, event.source.id):
            return None, None, NO_REQUEST
    elif attempt.by_emergency:
        if not person.emergency(recipient.id, recipient.role, cell.category, now):
            return None, None, None
    elif attempt.own:
        if recipient.role is REP and not person.tells_representative(cell.category, now):
            return None, None, BEYOND_SCOPE
        objections = person.objections(recipient.id, cell.category) if closable else ()
        if objections and objected(event, recipient, cell, objections, now):
            return None, None, Reason.OBJECTION
    return cell.row.purpose, None, None


def _refused_before_basis(
    event: EventFacts, recipient: Addressee, cell: Cell, person: PersonRegistry, now: datetime
) -> Ruling | None:
    if not _meant_for(recipient, event, cell):
        return cell.not_meant
    # An expired agreement closes the gate on both sides (A18); a stop-notice, or what else is
    # addressed to a party, does not wait for its sender's. What is owed to the person, that those
    # who have data stop or hear of a right (AVG 19), does not end with an agreement.
    if (now >= recipient.lapses and not cell.owed) or (cell.addressed is None and now >= event.source.lapses):
        return cell.denials[Reason.AGREEMENT_EXPIRED]
    # Nor can a sender hold that back: its veto is about what is disclosed (R7).
    if not cell.owed and event.withhold and (recipient.role in event.withhold or recipient.host in event.withhold):
        return cell.denials[Reason.SENDER_VETO]
    if person.left_at is not None and now >= person.left_at and not cell.outlives:
        return cell.denials[Reason.LEFT_THE_CHAIN]
    if cell.asserted and not event.asserted:
        return cell.denials[Reason.NOT_ASSERTED]
    return None


def _unasked(
    question: EventFacts, recipient: Addressee, cell: Cell, person: PersonRegistry, policy: Policy, now: datetime
) -> Ruling | None:
    """Return the denial of a reminder to whom its question may not go now: it would tell that there was one (R15).

    The person, and who stands in their place, may always know that an answer is awaited.
    """
    if recipient.role in OWN_SIDE:
        return None
    asked = decide(question, recipient, person, policy, now)
    return None if asked.reason is None else cell.denials[asked.reason]


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
