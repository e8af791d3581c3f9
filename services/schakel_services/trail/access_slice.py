"""What one partner may be shown of what the log holds of a person: its own slice, and nothing that was kept from it."""

from dataclasses import dataclass

from schakel_contracts.codes import ConsentEffect, Reason, ReceiptOutcome, Role
from schakel_contracts.delivery import DeliveryNotCompleted
from schakel_contracts.event import short_type
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.receipt import Receipt
from schakel_contracts.registry import ConsentRecord, RelationRecord, RequestRecord, RestrictionRecord
from schakel_services.trail.held import Line

NOT_COMPLETED = short_type(DeliveryNotCompleted.type)


@dataclass(frozen=True)
class Slice:
    """One controller's own part: what it sent, and what it was told, as far as it may know that (R14, R15)."""

    partner: str
    policy: Policy
    person: PersonRegistry

    def told(self, line: Line) -> bool:
        """Say whether it was told this, or sent it to somebody who may be named to it.

        What was withheld from it, or is under way, it does not know of (R15).
        """
        if self.is_recipient(line):
            return arrived(line.receipt)
        return line.decision.source == self.partner and self._may_be_named(line)

    def denied(self, line: Line) -> bool:
        """Say whether it may hear that somebody was not told what it sent: as ``delivery.not_completed`` would say it.

        A denial of who is named in no consent would tell it who is involved with the person.
        """
        return (
            line.decision.source == self.partner
            and not self.is_recipient(line)
            and line.verdict.reason is not Reason.NO_POLICY_ROW
            and self.person.named_in_consent(line.verdict.recipient)
            and self._may_be_named(line)
        )

    def is_recipient(self, line: Line) -> bool:
        """Say whether it is the one who was told, or not."""
        return line.verdict.recipient == self.partner

    def sees_source(self, line: Line) -> bool:
        """Say whether it may know who sent this: as the notification itself says, or does not."""
        if line.decision.source == self.partner:
            return True
        # Who keeps a consent hears what became of it elsewhere, not where.
        told = line.receipt is not None and short_type(line.receipt.notification_type)
        return "source" not in line.verdict.masked and told != NOT_COMPLETED

    def keeps(self, consent: ConsentRecord) -> bool:
        """Say whether this consent or objection was given at this partner."""
        return consent.collected_by == self.partner

    def consent(self, consent: ConsentRecord) -> bool:
        """Say whether it keeps a consent, or is named in a permission; that somebody objected to it, it never hears."""
        named = any(one.party == self.partner for one in consent.recipients)
        return self.keeps(consent) or (named and consent.effect is ConsentEffect.PERMIT)

    def relation(self, relation: RelationRecord) -> bool:
        """Say whether a relation is its own, or stated by it."""
        return self.partner in {relation.party, relation.asserted_by}

    def request(self, request: RequestRecord) -> bool:
        """Say whether it asked this, or was asked."""
        return self.partner in {request.party, request.provider}

    def restriction(self, restriction: RestrictionRecord) -> bool:
        """Say whether a right that was exercised binds it."""
        return not restriction.recipients or self.partner in restriction.recipients

    def _may_be_named(self, line: Line) -> bool:
        """Say whether the recipient may be named to the sender, as the tables say it for what was not delivered."""
        role = line.decision.source_role
        return line.verdict.role in nameable(self.policy, role)


def nameable(policy: Policy, role: Role) -> frozenset[Role]:
    """Return which roles may be named to a sender in a role: none that would tell a masked one of care (R14).

    A key person, whose organisation nobody knows here, has what every organisation would leave.
    """
    cell = policy.cells.get((DeliveryNotCompleted.type, role, role))
    if cell is None:
        return frozenset()
    found = frozenset(Role)
    for each in (cell, *(cell.hosted or {}).values()):
        found &= each.about_roles or found
    return found


def arrived(receipt: Receipt | None) -> bool:
    """Say whether a notification was delivered, or may have been."""
    return receipt is not None and (receipt.outcome is ReceiptOutcome.DELIVERED or receipt.possibly_arrived)
